import * as z from 'zod';
import { oneOf } from '../preset-table.ts';
import { presetNames, presetParameters } from '../presets/table.ts';
import { clientFields } from './client-fields.ts';
import { accountIds, conditions, documentName, duration, jwsAlgorithm, line, oneOrMore, secretName } from './values.ts';

/** Names of aliases, and of claims kept in the ledger: what may stand behind `claims.`. */
const claimName = line(256);

const base = {
  connection: documentName.refine((name) => name !== 'client' && name !== 'broker', 'is a reserved name'),
  require: conditions.optional(),
  principal: line(512).optional(),
  clockTolerance: duration(0, 300).optional(),
  record: z.array(claimName).max(64, 'has more than 64 names').optional(),
};

const reuse = z.enum(['allow', 'bind', 'once'], 'must be allow, bind or once').optional();

const aliases = (target: z.ZodType<string>) => z.record(claimName, target).optional();

const jsonPointer = z
  .string()
  .max(1024, 'has more than 1024 characters')
  .regex(/^(\/([^~/]|~[01])*)+$/, 'must be a JSON pointer (RFC 6901): /member/member, with ~1 for / and ~0 for ~');

/** The broker's own client at an OIDC issuer: with it people sign in there. */
const signIn = z.strictObject({
  clientId: line(512),
  ...clientFields(secretName('token-broker/sign-in/')),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/, 'is not a scope (RFC 6749 section 3.3)'))
    .max(64, 'has more than 64 scopes')
    .refine((scopes) => scopes.includes('openid'), 'must have openid: without it there is no ID token')
    .optional(),
});

/** A trusted OIDC issuer. Presets add parameters of their own. */
const oidcConnection = z.strictObject({
  ...base,
  type: z.literal('oidc'),
  preset: z.enum(presetNames, `is not a preset: ${oneOf(presetNames)}`).optional(),
  issuer: line(1000).optional(),
  audience: oneOrMore(line(1000)).optional(),
  authorizedParties: z.array(line(256)).optional(),
  algorithms: z.array(jwsAlgorithm).min(1, 'must not be empty').optional(),
  types: z
    .array(z.string().regex(/^[A-Za-z0-9.+/-]{1,128}$/, 'is not a media type'))
    .min(1, 'must not be empty')
    .optional(),
  jwksUri: line(2000).optional(),
  claims: aliases(jsonPointer),
  maxTokenAge: duration(1, 366 * 86_400).optional(),
  reuse,
  signIn: signIn.optional(),
  ...presetParameters,
});

/** A SAML 2.0 identity provider. */
const samlConnection = z.strictObject({
  ...base,
  type: z.literal('saml'),
  metadata: line(1024).optional(),
  metadataUrl: line(2000).optional(),
  entityId: line(1024),
  claims: aliases(line(1024)),
  signed: z.enum(['assertion', 'response'], 'must be assertion or response').optional(),
  recipients: z.array(line(1024)).optional(),
  unsolicited: z.boolean().optional(),
  sha1: z.enum(['refuse', 'accept'], 'must be refuse or accept').optional(),
  encryption: z
    .array(z.enum(['gcm', 'cbc'], 'must be gcm or cbc'))
    .min(1, 'must not be empty')
    .optional(),
  reuse: z.literal('once', 'an assertion is always taken once').optional(),
});

/** AWS IAM itself: a signed sts:GetCallerIdentity request is the proof. */
const awsIamConnection = z.strictObject({
  ...base,
  type: z.literal('aws-iam'),
  accounts: accountIds,
  partition: z.enum(['aws', 'aws-cn', 'aws-us-gov'], 'must be aws, aws-cn or aws-us-gov').optional(),
  serverId: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be up to 255 visible ASCII characters')
    .optional(),
  ecsRoles: z.array(z.string().regex(/^[\w+=,.@-]{1,64}$/, 'is not the name of a role')).optional(),
  reuse,
});

/** `connections/*.yaml` as people write it. */
export const connection = z
  .discriminatedUnion('type', [oidcConnection, samlConnection, awsIamConnection], 'must be oidc, saml or aws-iam')
  .meta({ title: 'Connection', description: 'A trusted source of identity: connections/*.yaml' });

export type WrittenConnection = z.infer<typeof connection>;
export type WrittenOidcConnection = z.infer<typeof oidcConnection>;
export type WrittenSamlConnection = z.infer<typeof samlConnection>;
export type WrittenAwsIamConnection = z.infer<typeof awsIamConnection>;
