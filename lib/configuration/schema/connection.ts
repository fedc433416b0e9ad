import * as z from 'zod';
import { accountId, conditions, documentName, duration, jwsAlgorithm, line, oneOrMore } from './values.ts';

/** Names of aliases, and of claims kept in the ledger: what may stand behind `claims.`. */
const claimName = line(256);

const base = {
  connection: documentName.refine((name) => name !== 'client' && name !== 'broker', 'is a reserved name'),
  require: conditions.optional(),
  principal: line(512).optional(),
  clockTolerance: duration(0, 300).optional(),
  record: z.array(claimName).max(64, 'has more than 64 names').optional(),
};

const aliases = (target: z.ZodType<string>) => z.record(claimName, target).optional();

const jsonPointer = z
  .string()
  .max(1024, 'has more than 1024 characters')
  .regex(/^(\/([^~/]|~[01])*)+$/, 'must be a JSON pointer (RFC 6901): /member/member, with ~1 for / and ~0 for ~');

export const presetName = z.enum(
  ['github-actions', 'gitlab', 'okta', 'entra-id', 'cognito', 'google', 'aws-sts', 'kubernetes'],
  'is not a preset: github-actions, gitlab, okta, entra-id, cognito, google, aws-sts or kubernetes',
);

/** A trusted OIDC issuer. Fields that only one preset takes: `tenant`, `userPoolId`, `tokenUse`, `accounts`. */
export const oidcConnection = z.strictObject({
  ...base,
  type: z.literal('oidc'),
  preset: presetName.optional(),
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
  reuse: z.enum(['allow', 'bind', 'once'], 'must be allow, bind or once').optional(),
  tenant: z
    .string()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the id of the tenant: a lower-case GUID')
    .optional(),
  userPoolId: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-[0-9]_[A-Za-z0-9]{1,55}$/, 'must be a user pool id such as eu-west-1_AbCdEf123')
    .optional(),
  tokenUse: z.enum(['access', 'id'], 'must be access or id').optional(),
  accounts: z.array(accountId).min(1, 'must not be empty').optional(),
});

/** A SAML 2.0 identity provider. */
export const samlConnection = z.strictObject({
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
  reuse: z.literal('once', 'an assertion is always taken once').optional(),
});

/** AWS IAM itself: a signed sts:GetCallerIdentity request is the proof. */
export const awsIamConnection = z.strictObject({
  ...base,
  type: z.literal('aws-iam'),
  accounts: z.array(accountId).min(1, 'must not be empty'),
  serverId: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be up to 255 visible ASCII characters')
    .optional(),
  ecsRoles: z.array(z.string().regex(/^[\w+=,.@-]{1,64}$/, 'is not the name of a role')).optional(),
  reuse: z.enum(['allow', 'bind', 'once'], 'must be allow, bind or once').optional(),
});

/** `connections/*.yaml` as people write it. */
export const connection = z
  .discriminatedUnion('type', [oidcConnection, samlConnection, awsIamConnection], 'must be oidc, saml or aws-iam')
  .meta({ title: 'Connection', description: 'A trusted source of identity: connections/*.yaml' });

export type WrittenConnection = z.infer<typeof connection>;
export type WrittenOidcConnection = z.infer<typeof oidcConnection>;
export type WrittenSamlConnection = z.infer<typeof samlConnection>;
export type WrittenAwsIamConnection = z.infer<typeof awsIamConnection>;
