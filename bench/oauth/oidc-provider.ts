/**
 * A process with oidc-provider in its in-memory default, and the same client, scope, resource and algorithm. It serves;
 * whoever loads it is another process. Asked for its CPU time, it answers with the microseconds so far.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider, { type Configuration } from 'oidc-provider';
import { systemRandom } from '../../lib/host/random.ts';
import { makeSigningKey } from '../../lib/keys/signing-key.ts';
import { answer, given } from '../child.ts';
import { AUDIENCE, CLIENT, SCOPE, SECRET } from './workload.ts';

const port = Number(await given());
const resource = {
  scope: SCOPE,
  audience: AUDIENCE,
  accessTokenFormat: 'jwt',
  accessTokenTTL: 600,
  jwt: { sign: { alg: 'ES256' } },
} as const;
const configuration: object = {
  clients: [
    {
      ...{ client_id: CLIENT, client_secret: SECRET, redirect_uris: [], response_types: [] },
      ...{ grant_types: ['client_credentials'], id_token_signed_response_alg: 'ES256' },
    },
  ],
  jwks: { keys: [await makeSigningKey('ES256', systemRandom)] },
  scopes: [SCOPE],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: { enabled: true, getResourceServerInfo: () => resource },
  },
};
const provider = new Provider(`http://127.0.0.1:${port}`, configuration as Configuration);
createServer({ keepAliveTimeout: 60_000 }, provider.callback()).listen(port, '127.0.0.1', () => answer('ready'));
for (;;) {
  await once(process, 'message');
  const { user, system } = process.cpuUsage();
  answer(user + system);
}
