/**
 * The metadata of this broker's own API as a protected resource (RFC 9728 section 2): which server gives tokens for
 * it, namely this one, and how they are presented. No `scopes_supported`, as in the server's own metadata.
 */
export const resourceMetadata = (issuer: string, dpop: readonly string[]) => ({
  resource: issuer,
  authorization_servers: [issuer],
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  bearer_methods_supported: ['header'],
  dpop_signing_alg_values_supported: dpop,
  resource_name: 'Token Broker',
});
