import * as z from 'zod';
import { oauthTokenGrant } from './oauth-token-grant.ts';
import { duration, line } from './values.ts';

/** Partitions are not listed: AWS adds some. The account and the name are what matters. */
export const roleArn = z
  .string()
  .max(2048, 'has more than 2048 characters')
  .regex(
    /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/([\x21-\x23\x25-\x7e]+\/)?[\w+=,.@-]{1,64}$/,
    'must be the ARN of an IAM role (templates cannot stand here)',
  );

const policy = z.record(z.string(), z.json(), 'must be an IAM policy document');
const policyArns = z
  .array(
    z.string().regex(/^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy\/[\w+=,.@/-]+$/, 'must be the ARN of an IAM policy'),
  )
  .max(10, 'has more than 10 policies');
const tagValue = z.union([z.string(), z.number(), z.boolean()]);

/** sts:AssumeRole by the broker; at most an hour, because one role assumes another (role chaining). */
export const awsSessionGrant = z.strictObject({
  type: z.literal('aws-session'),
  roleArn,
  externalId: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/, 'must be 2 to 1224 of A-Z a-z 0-9 _ + = , . @ : / -')
    .optional(),
  duration: duration(900, 3600).optional(),
  maxDuration: duration(900, 3600).optional(),
  policy: policy.optional(),
  policyArns: policyArns.optional(),
  tags: z.record(z.string(), tagValue).optional(),
  sourceIdentity: z.enum(['required', 'off'], 'must be required or off').optional(),
});

/** The caller's own proof goes to STS, so that the role's own maximum (up to 12 h) holds. */
export const awsFederatedGrant = z.strictObject({
  type: z.literal('aws-federated'),
  via: z.enum(['web-identity', 'saml'], 'must be web-identity or saml'),
  roleArn,
  principalArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:saml-provider\/[\w.-]{1,128}$/, 'must be the ARN of an IAM SAML provider')
    .optional(),
  duration: duration(900, 43_200).optional(),
  maxDuration: duration(900, 43_200).optional(),
  policy: policy.optional(),
  policyArns: policyArns.optional(),
});

/** A JWT access token signed by this broker (RFC 9068). */
export const brokerTokenGrant = z.strictObject({
  type: z.literal('broker-token'),
  audience: line(1000),
  duration: duration(1, 86_400).optional(),
  claims: z.record(line(256), z.json()).optional(),
});

export const grant = z.discriminatedUnion(
  'type',
  [awsSessionGrant, awsFederatedGrant, oauthTokenGrant, brokerTokenGrant],
  'must be aws-session, aws-federated, oauth-token or broker-token',
);

export type WrittenAwsSessionGrant = z.infer<typeof awsSessionGrant>;
export type WrittenAwsFederatedGrant = z.infer<typeof awsFederatedGrant>;
export type WrittenBrokerTokenGrant = z.infer<typeof brokerTokenGrant>;
