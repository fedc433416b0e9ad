import type { ConfigurationDocuments } from '../../../lib/configuration/documents/configuration.ts';
import { type CompiledConnection, loadConnection } from '../../../lib/policy/connection.ts';
import { type CompiledScope, loadScope } from '../../../lib/policy/scope.ts';
import type { Configuration } from '../../../lib/ports/configuration.ts';
import { isSameResource } from '../../../lib/resource-indicator.ts';

/** A folder's documents as the runtime reads a version in force; each is compiled once, when it is first asked for. */
export function documentConfiguration(documents: ConfigurationDocuments): Configuration {
  const byName = <T>(list: readonly T[], nameOf: (each: T) => string) =>
    new Map(list.map((each) => [nameOf(each), each]));
  const scopes = byName(documents.scopes, ({ scope }) => scope);
  const clients = byName(documents.clients, ({ client }) => client);
  const compiledScopes = new Map<string, CompiledScope>();
  const connections = documents.connections.map((connection): CompiledConnection => loadConnection(connection));
  const connectionsByName = byName(connections, ({ connection }) => connection);
  const oidc = connections.filter((connection) => connection.type === 'oidc');
  const saml = connections.filter((connection) => connection.type === 'saml');
  const awsIam = connections.filter((connection) => connection.type === 'aws-iam');
  return {
    version: 0,
    scope: async (name) => {
      const scope = scopes.get(name);
      if (scope === undefined) return null;
      const compiled = compiledScopes.get(name) ?? loadScope(scope);
      compiledScopes.set(name, compiled);
      return compiled;
    },
    client: async (name) => clients.get(name) ?? null,
    connection: async (name) => connectionsByName.get(name) ?? null,
    oidcIssuer: async (issuer) => oidc.filter(({ issuers }) => issuers.some((each) => each.issuer === issuer)),
    samlAudience: async (entityId) => saml.filter((each) => each.entityId === entityId),
    audience: async (resource) =>
      documents.scopes.flatMap(({ scope, grant }) =>
        grant.type === 'broker-token' && isSameResource(grant.audience, resource) ? [scope] : [],
      ),
    metadataClient: async (host) =>
      documents.clients.find(({ metadataDocuments }) => metadataDocuments?.hosts.includes(host)) ?? null,
    signInConnections: async () =>
      documents.connections
        .filter((each) => each.type === 'saml' || (each.type === 'oidc' && each.signIn != null))
        .map(({ connection }) => connection)
        .sort(),
    samlDecryptsCbc: async () => saml.some(({ encryption = [] }) => encryption.includes('cbc')),
    awsIamServer: async (serverId) => awsIam.filter((each) => each.serverId === serverId),
  };
}
