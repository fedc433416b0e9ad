import type { OidcSignIn } from '../documents/connections.ts';
import type { DownstreamAuthentication } from '../documents/oauth-token-grant.ts';
import type { Report } from '../problem.ts';
import type { WrittenOidcConnection } from '../schema/connection.ts';

type WrittenSignIn = NonNullable<WrittenOidcConnection['signIn']>;

const SECRET_OF = {
  client_secret_basic: 'clientSecret',
  client_secret_post: 'clientSecret',
  private_key_jwt: 'privateKey',
  'aws-web-identity': null,
} as const satisfies Record<DownstreamAuthentication, string | null>;

/**
 * The broker's client at an OIDC issuer, with one way to authenticate. Its id has to stand among the audiences of the
 * connection: an ID token is held against the same rules as every other token of that issuer.
 */
export function normalizeSignIn(written: WrittenSignIn, audience: readonly string[], report: Report): OidcSignIn {
  const { clientId, clientSecret, privateKey, assertionAudience, keyId, algorithm } = written;
  if (!audience.includes(clientId)) {
    report(['signIn', 'clientId'], `has to stand in audience too: it is the audience of the ID tokens`);
  }
  const authentication: DownstreamAuthentication =
    written.authentication ?? (privateKey === undefined ? 'client_secret_basic' : 'private_key_jwt');
  checkFields(written, authentication, report);
  return {
    client: {
      clientId,
      authentication,
      secret: SECRET_OF[authentication] === null ? null : (privateKey ?? clientSecret ?? null),
      assertionAudience: assertionAudience ?? null,
      keyId: keyId ?? null,
      keyHeader: 'kid',
      algorithm: algorithm === 'Ed25519' ? 'EdDSA' : (algorithm ?? null),
    },
    scopes: written.scopes ?? ['openid'],
  };
}

function checkFields(written: WrittenSignIn, authentication: DownstreamAuthentication, report: Report): void {
  const needed = SECRET_OF[authentication];
  if (needed !== null && written[needed] === undefined) {
    report(['signIn', needed], `is required for ${authentication}`, 'missing-field');
  }
  const isAssertion = needed !== 'clientSecret';
  const unused = [
    ...(['clientSecret', 'privateKey'] as const).filter((field) => field !== needed),
    ...(needed === 'privateKey' ? [] : (['keyId'] as const)),
    ...(isAssertion ? [] : (['assertionAudience', 'algorithm'] as const)),
  ];
  for (const field of unused) {
    if (written[field] !== undefined) report(['signIn', field], `is not used for ${authentication}`, 'misplaced-field');
  }
}
