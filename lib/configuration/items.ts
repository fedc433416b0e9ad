import { canonicalResource } from '../resource-indicator.ts';
import type { ConfigurationDocuments } from './documents/configuration.ts';
import type { Connection, OidcConnection, SamlConnection } from './documents/connections.ts';

/** One item of the configuration table, without its version: what is looked up by key, as JSON text. */
export interface ConfigurationItem {
  /**
   * `scope#<name>`, `connection#<name>`, `client#<name>`, `issuer#<iss>`, `saml#<entityId>`, `saml-encryption#cbc`,
   * `aws-iam#<serverId>`, `audience#<resource>`, `sign-in#connections`,
   * `metadata-documents#<host>`.
   */
  readonly key: string;
  readonly doc: string;
}

/** An item of DynamoDB has at most 400 KB with its attribute names and key; what is left for the document. */
export const MAX_DOCUMENT_BYTES = 396_000;

/**
 * The items of one version of the configuration. Connections are there by name and by what a proof says of itself: an
 * issuer's and a server id's item hold the connections whole, so that a request reads once; an entity id's item holds
 * their names, because metadata documents are large; an audience's those of the scopes whose tokens are for it. One
 * item names the SAML connections that list CBC, and one the connections that people sign in at, where there are any.
 */
export function configurationItems(documents: ConfigurationDocuments): readonly ConfigurationItem[] {
  const item = (kind: string, name: string, value: unknown) => ({ key: `${kind}#${name}`, doc: JSON.stringify(value) });
  const oidc = documents.connections.filter((connection) => connection.type === 'oidc');
  const saml = documents.connections.filter((connection) => connection.type === 'saml');
  const awsIam = documents.connections.filter((connection) => connection.type === 'aws-iam');
  const byIssuer = group(oidc, (connection: OidcConnection) => connection.issuers.map(({ issuer }) => issuer));
  const byEntityId = group(saml, (connection: SamlConnection) => [connection.entityId]);
  const cbc = saml.filter(({ encryption }) => encryption?.includes('cbc')).map(({ connection }) => connection);
  const signingIn = documents.connections.filter(signsIn).map(({ connection }) => connection);
  const byServerId = group(awsIam, (connection) => [connection.serverId]);
  const byAudience = group(documents.scopes, ({ grant }) =>
    grant.type === 'broker-token' ? [canonicalResource(grant.audience)] : [],
  );
  return [
    ...documents.scopes.map((scope) => item('scope', scope.scope, scope)),
    ...documents.connections.map((connection) => item('connection', connection.connection, connection)),
    ...documents.clients.map((client) => item('client', client.client, client)),
    ...documents.clients.flatMap((client) =>
      (client.metadataDocuments?.hosts ?? []).map((host) => item('metadata-documents', host, client)),
    ),
    ...[...byIssuer].map(([issuer, connections]) => item('issuer', issuer, connections)),
    ...[...byEntityId].map(([id, connections]) =>
      item(
        'saml',
        id,
        connections.map(({ connection }) => connection),
      ),
    ),
    ...(cbc.length === 0 ? [] : [item('saml-encryption', 'cbc', cbc)]),
    ...(signingIn.length === 0 ? [] : [item('sign-in', 'connections', signingIn.sort())]),
    ...[...byAudience].map(([audience, scopes]) =>
      item(
        'audience',
        audience,
        // The same documents in another order are the same version.
        scopes.map(({ scope }) => scope).sort(),
      ),
    ),
    ...[...byServerId].map(([serverId, connections]) => item('aws-iam', serverId, connections)),
  ];
}

/** Whether a browser may be sent there: a SAML identity provider, or an OIDC issuer that this broker is a client of. */
const signsIn = (connection: Connection): boolean =>
  connection.type === 'saml' || (connection.type === 'oidc' && connection.signIn != null);

function group<T>(values: readonly T[], keys: (value: T) => readonly string[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    for (const key of keys(value)) groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return groups;
}
