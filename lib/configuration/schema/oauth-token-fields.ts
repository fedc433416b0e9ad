import * as z from 'zod';
import { clientFields } from './client-fields.ts';
import { documentName, duration, jwsAlgorithm, line, secretName } from './values.ts';

const downstreamSecret = secretName('token-broker/downstream/');

/** Who signs the assertion of a jwt-bearer grant, where it is not the broker: a service account's key. */
const signer = z.strictObject({
  privateKey: downstreamSecret,
  issuer: line(512),
  keyId: line(256).optional(),
  algorithm: jwsAlgorithm.optional(),
});

/** Who makes an ID-JAG of the caller's own proof, and the broker's client there. */
const identityProvider = z.strictObject({
  connection: documentName,
  tokenEndpoint: line(2000),
  allowPrivateAddress: z.boolean().optional(),
  issuer: line(512).optional(),
  clientId: line(512),
  ...clientFields(downstreamSecret),
});

/**
 * The fields of an oauth-token grant but for its preset and what presets add. Which go together depends on `provider`:
 * client-credentials needs a client (`clientId` with `clientSecret`, `privateKey` or `authentication:
 * aws-web-identity`); token-exchange and jwt-bearer may have one; `forward` and `requestedTokenType` are
 * token-exchange's, `signer` and `subject` jwt-bearer's, `identityProvider` id-jag's; `appId`, `owner`, `repositories`
 * and `permissions` are github-app's.
 */
export const oauthTokenFields = {
  type: z.literal('oauth-token'),
  provider: z
    .enum(
      ['client-credentials', 'token-exchange', 'jwt-bearer', 'id-jag', 'github-app'],
      'must be client-credentials, token-exchange, jwt-bearer, id-jag or github-app',
    )
    .optional(),
  tokenEndpoint: line(2000).optional(),
  scope: line(1000).optional(),
  audience: line(1000).optional(),
  resource: line(1000).optional(),
  allowPrivateAddress: z.boolean().optional(),
  /** How long the tokens live where the server's answers do not say (no `expires_in`). */
  expiresIn: duration(60, 86_400).optional(),
  clientId: line(512).optional(),
  ...clientFields(downstreamSecret),
  forward: z.enum(['assertion', 'proof'], 'must be assertion or proof').optional(),
  requestedTokenType: line(256).optional(),
  signer: signer.optional(),
  subject: line(512).optional(),
  identityProvider: identityProvider.optional(),
  appId: line(64).optional(),
  owner: z
    .string()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9-]{0,98}[A-Za-z0-9])?$/, 'must be the login of an organization or user')
    .optional(),
  repositories: z
    .array(z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be the name of a repository, without its owner'))
    .min(1, 'must not be empty')
    .max(500, 'has more than 500 repositories')
    .optional(),
  permissions: z
    .record(
      z.string().regex(/^[a-z_]{1,64}$/, 'is not the name of a permission'),
      z.enum(['read', 'write', 'admin'], 'must be read, write or admin'),
    )
    .optional(),
};

export type WrittenOauthTokenFields = z.infer<z.ZodObject<typeof oauthTokenFields>>;
