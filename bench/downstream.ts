import { tokenSigner } from '../lib/aws/secrets-manager/token-signer.ts';
import type { OauthTokenGrant } from '../lib/configuration/documents/oauth-token-grant.ts';
import type { Scope } from '../lib/configuration/documents/scopes.ts';
import { plainFacts } from '../lib/configuration/downstream-presets/preset.ts';
import { brokerTokenGranter } from '../lib/credential/broker-token.ts';
import { oauthTokenGranter } from '../lib/credential/oauth-token.ts';
import { downstreamTokens } from '../lib/downstream/tokens.ts';
import { systemRandom } from '../lib/host/random.ts';
import { makeSigningKey } from '../lib/keys/signing-key.ts';
import { seconds } from '../lib/time.ts';
import { type IssuancePorts, issuancePorts } from './downstream/ports.ts';
import { atMost, type Figure, median, reported } from './figure.ts';

const BUDGET = 1.2;
const BATCHES = 15;
const A_BATCH = 400;
const SIGNING_KEYS = 'token-broker/signing-keys';
const CLIENT_SECRET = 'token-broker/downstream/example';

const oauthGrant: OauthTokenGrant = {
  ...{
    type: 'oauth-token',
    preset: null,
    provider: 'client-credentials',
    tokenEndpoint: 'https://login.example/token',
    tokenResponse: plainFacts.tokenResponse,
  },
  ...{ scope: 'reports:read', audience: 'https://api.example', resource: null, allowPrivateAddress: false },
  client: {
    ...{ clientId: 'broker', authentication: 'client_secret_basic', secret: CLIENT_SECRET },
    ...{ assertionAudience: null, keyId: null, keyHeader: 'kid', algorithm: null },
  },
};

const scopeOf = (scope: string, grant: Scope['grant']): Scope => ({
  ...{ scope, description: '', enabled: true, grant, deny: [] },
  allow: [{ connections: null, clients: ['bot'], when: null, actor: null }],
  ...{ requires: { intent: false }, limits: { perPrincipal: null, total: null } },
});

/**
 * The use case with both granters; nothing of it leaves the process, so that what is measured is the broker's own work.
 */
async function makePorts(): Promise<IssuancePorts> {
  const key = await makeSigningKey('ES256', systemRandom);
  const values = { [SIGNING_KEYS]: JSON.stringify({ current: key, next: key, previous: null }), [CLIENT_SECRET]: 's' };
  const scopes = [
    scopeOf('broker', { type: 'broker-token', audience: 'https://api.example', duration: seconds(600), claims: {} }),
    scopeOf('other', oauthGrant),
  ];
  const ports = issuancePorts(scopes, values, 'login.example');
  const signer = tokenSigner(async () => ports.secrets, SIGNING_KEYS);
  const { issuer, clock, random, secrets, fetcher, pauses, webIdentities } = ports;
  const tokens = downstreamTokens({ issuer, clock, random, secrets, fetcher, pauses, webIdentities, signer });
  ports.grant({
    'broker-token': brokerTokenGranter({ issuer, signer }),
    'oauth-token': oauthTokenGranter(async () => tokens),
  });
  return ports;
}

async function cpuOf(ports: IssuancePorts, scope: string): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < A_BATCH; count += 1) await ports.issue(scope);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / A_BATCH;
}

/**
 * A cached hand-out of somebody else's token beside a broker token: CPU of one issuance, batches in turn. Item "Speed"
 * of the oauth-token grant.
 */
export async function benchDownstream(): Promise<readonly Figure[]> {
  const ports = await makePorts();
  for (const scope of ['broker', 'other']) await cpuOf(ports, scope);
  const pairs: { readonly broker: number; readonly other: number }[] = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    pairs.push({ broker: await cpuOf(ports, 'broker'), other: await cpuOf(ports, 'other') });
  }
  if (ports.fetched() !== 1) throw new Error('The other server was asked more than once: nothing was cached.');
  const ratio = median(pairs.map(({ broker, other }) => other / broker));
  return [
    atMost("a cached hand-out of another server's token, beside a broker token", ratio, BUDGET, 'times'),
    reported('  a cached hand-out', median(pairs.map(({ other }) => other)), 'µs'),
    reported('  a broker token', median(pairs.map(({ broker }) => broker)), 'µs'),
  ];
}
