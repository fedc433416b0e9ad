import type { Connection, OauthTokenGrant } from '../documents.ts';
import { normalizeOauthTokenGrant } from '../normalize/oauth-token-grant.ts';
import type { WrittenOauthTokenGrant } from '../schema/oauth-token-grant.ts';
import { parseUrl } from '../web-address.ts';
import type { SourceDemand, WrittenGrantKind } from './written-grant.ts';

/** A token of somebody else's authorization server; its fields and presets are many, and have files of their own. */
export const oauthToken: WrittenGrantKind<WrittenOauthTokenGrant, OauthTokenGrant> = {
  normalize: normalizeOauthTokenGrant,
  demand: (grant) => {
    if (grant.provider === 'id-jag') return idTokenDemand(grant);
    return grant.provider === 'token-exchange' && grant.forward === 'proof' ? proofDemand : null;
  },
};

const proofDemand: SourceDemand = {
  unnamed: "forward: proof needs the caller's own token: name a connection",
  problem: (name, connection) =>
    name === 'broker' || connection?.reuse === 'allow'
      ? `forward: proof needs reuse: bind or once at the connection ${name}`
      : null,
};

/** The proofs of one connection go on: ID tokens, to who issued them. */
const idTokenDemand = ({ identityProvider }: Extract<OauthTokenGrant, { provider: 'id-jag' }>): SourceDemand => ({
  unnamed: `provider: id-jag needs the caller's own ID token: name the connection ${identityProvider.connection}`,
  problem: (name, connection) => {
    if (name !== identityProvider.connection) {
      return `provider: id-jag passes on ID tokens of the connection ${identityProvider.connection} only, not of ${name}`;
    }
    return connection === undefined ? null : idTokenProblem(connection, identityProvider);
  },
});

function idTokenProblem(
  connection: Connection,
  { tokenEndpoint, client: { clientId } }: Extract<OauthTokenGrant, { provider: 'id-jag' }>['identityProvider'],
): string | null {
  const { connection: name } = connection;
  if (connection.type !== 'oidc') return `provider: id-jag needs an ID token, which the connection ${name} has none of`;
  if (!connection.audience.includes(clientId)) {
    return `identityProvider.clientId has to stand in audience of the connection ${name}: an ID token is for that client`;
  }
  const host = parseUrl(tokenEndpoint)?.host;
  const isIssuers = connection.issuers.every(({ issuer }) => parseUrl(issuer)?.host === host);
  return isIssuers || connection.reuse !== 'allow'
    ? null
    : `identityProvider.tokenEndpoint has another host than the issuer of the connection ${name}: to somebody else a proof goes with reuse: bind or once only`;
}
