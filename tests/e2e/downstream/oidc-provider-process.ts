import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider, { type Configuration } from 'oidc-provider';
import { Adapter } from '../../../local/demo/adapter.ts';
import { type Endpoint, listenNear } from '../../../local/endpoints/server.ts';

const JWT_API = 'https://jwt.acme.example';

export interface ClientKey {
  readonly secret: string;
  readonly jwk: object;
}

const resourceOf = (audience: string): object => ({
  scope: 'reports:read reports:write',
  audience,
  accessTokenFormat: audience === JWT_API ? 'jwt' : 'opaque',
  accessTokenTTL: 900,
  jwt: { sign: { alg: 'RS256' } },
});

/**
 * An authorization server that others wrote (oidc-provider), on loopback, with one client for each way to authenticate:
 * `basic-bot` and `post-bot` with the secret, `jwt-bot` with the key. Resources decide the format of its tokens (RFC
 * 8707). It runs in a process of its own: a test environment's objects are of another realm, and it takes those for no
 * metadata.
 */
async function startProvider({ secret, jwk }: ClientKey): Promise<Endpoint> {
  const server = createServer();
  const endpoint = await listenNear(server, 0);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const client = (client_id: string, token_endpoint_auth_method: string, more: object) => ({
    ...{ client_id, token_endpoint_auth_method, redirect_uris: [], response_types: [], ...more },
    ...{ grant_types: ['client_credentials'], scope: 'reports:read reports:write' },
  });
  const configuration: Configuration & { scopes: string[]; clientAuthMethods: string[] } = {
    adapter: Adapter,
    ttl: { ClientCredentials: 900 },
    scopes: ['reports:read', 'reports:write'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    clients: [
      client('basic-bot', 'client_secret_basic', { client_secret: secret }),
      client('post-bot', 'client_secret_post', { client_secret: secret }),
      client('jwt-bot', 'private_key_jwt', { jwks: { keys: [jwk] }, token_endpoint_auth_signing_alg: 'ES256' }),
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'down-1', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_: unknown, resource: string) => resourceOf(resource),
      },
    },
    extraTokenClaims: () => ({}),
  };
  const provide = new Provider(endpoint.url, configuration).callback();
  server.on('request', (request, response) => void provide(request, response));
  return endpoint;
}

process.once('message', (key: ClientKey) => {
  startProvider(key).then(
    ({ url }) => process.send?.(url),
    () => process.exit(1),
  );
});
