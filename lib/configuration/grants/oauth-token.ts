import type { OidcConnection } from '../documents/connections.ts';
import type { OauthTokenGrant } from '../documents/oauth-token-grant.ts';
import { normalizeOauthTokenGrant } from '../normalize/oauth-token-grant.ts';
import type { WrittenOauthTokenGrant } from '../schema/oauth-token-grant.ts';
import { parseUrl } from '../web-address.ts';
import type { SourceDemand, SourceProblem, WrittenGrantKind } from './written-grant.ts';

/** A token of somebody else's authorization server; its fields and presets are many, and have files of their own. */
export const oauthToken: WrittenGrantKind<WrittenOauthTokenGrant, OauthTokenGrant> = {
  normalize: normalizeOauthTokenGrant,
  demand: (grant) => {
    if (grant.provider === 'id-jag') return assertionDemand(grant);
    return grant.provider === 'token-exchange' && grant.forward === 'proof' ? proofDemand : null;
  },
};

const proofDemand: SourceDemand = {
  unnamed: "forward: proof needs the caller's own token: name a connection",
  problem: (name, connection) =>
    name === 'broker' || connection?.reuse === 'allow'
      ? { message: `forward: proof needs reuse: bind or once at the connection ${name}` }
      : null,
};

type IdJagGrant = Extract<OauthTokenGrant, { provider: 'id-jag' }>;

/** The proofs of one connection go on, to who issued them: ID tokens, or SAML assertions. */
const assertionDemand = ({ identityProvider }: IdJagGrant): SourceDemand => ({
  unnamed: `provider: id-jag needs the caller's own proof: name the connection ${identityProvider.connection}`,
  problem: (name, connection) => {
    // That it is missing is told already.
    if (identityProvider.connection === '') return null;
    if (name !== identityProvider.connection) {
      return {
        message: `provider: id-jag passes on proofs of the connection ${identityProvider.connection} only, not of ${name}`,
      };
    }
    switch (connection?.type) {
      case undefined:
        return null;
      case 'oidc':
        return idTokenProblem(connection, identityProvider);
      case 'saml':
        return identityProvider.issuer === null
          ? at('issuer', `is required with the SAML connection ${name}: the iss of ID-JAGs`)
          : null;
      case 'aws-iam':
        return at('connection', `needs an ID token or a SAML assertion, which the connection ${name} has none of`);
    }
  },
});

const at = (field: keyof IdJagGrant['identityProvider'] | 'clientId', message: string): SourceProblem => ({
  field: ['identityProvider', field],
  message,
});

function idTokenProblem(
  { connection: name, audience, issuers, reuse }: OidcConnection,
  { tokenEndpoint, issuer, client: { clientId } }: IdJagGrant['identityProvider'],
): SourceProblem | null {
  if (issuer !== null) return at('issuer', `is not needed: an ID token of the connection ${name} has its own`);
  // That it is missing is told already.
  if (clientId !== '' && !audience.includes(clientId)) {
    return at('clientId', `has to stand in audience of the connection ${name}: an ID token is for that client`);
  }
  const host = parseUrl(tokenEndpoint)?.host;
  return reuse !== 'allow' || issuers.every((each) => parseUrl(each.issuer)?.host === host)
    ? null
    : at(
        'tokenEndpoint',
        `has another host than the issuer of the connection ${name}: to somebody else a proof goes with reuse: bind or once only`,
      );
}
