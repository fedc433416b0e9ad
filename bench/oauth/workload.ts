import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ConfigurationDocuments } from '../../lib/configuration/documents/configuration.ts';
import { loadConfiguration } from '../../lib/configuration/load.ts';
import { systemClock } from '../../lib/host/clock.ts';
import { systemRandom } from '../../lib/host/random.ts';
import { makeSigningKey } from '../../lib/keys/signing-key.ts';
import { toEpochSeconds } from '../../lib/time.ts';
import { BROKER } from '../issuance/workload.ts';

export const CLIENT = 'nightly-bot';
export const SECRET = 'kX2nq0r7Jc1VYbTtZ8wMfA4dLh6sPeG9';
export const SCOPE = 'reports:read';
export const AUDIENCE = 'https://api.acme.internal';

/** The same request for both servers: RFC 6749 section 4.4 with HTTP Basic and RFC 8707's `resource`. */
export const FORM = new URLSearchParams({
  grant_type: 'client_credentials',
  scope: SCOPE,
  resource: AUDIENCE,
}).toString();
export const AUTHORIZATION = `Basic ${Buffer.from(`${CLIENT}:${SECRET}`).toString('base64')}`;

const files = {
  'clients/nightly-bot.yaml': `client: ${CLIENT}\nsecret: token-broker/clients/${CLIENT}\n`,
  'scopes/reports-read.yaml': `scope: ${SCOPE}\ndescription: A typical scope.\nallow:\n  - client: ${CLIENT}\ngrant:\n  type: broker-token\n  audience: ${AUDIENCE}\n  duration: 10m\n`,
};

/** One client, and one scope that grants it a broker token. */
export async function documents(): Promise<ConfigurationDocuments> {
  const folder = mkdtempSync(join(tmpdir(), 'token-broker-bench-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const loaded = await loadConfiguration(folder, { issuer: BROKER, now: toEpochSeconds(systemClock.now()) });
    if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
    return loaded.documents;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const SIGNING_KEYS = 'bench/signing-keys';

/** What Secrets Manager holds: the client's secret and a ring of ES256 keys. */
export async function secrets(): Promise<Readonly<Record<string, string>>> {
  const [current, next] = [await makeSigningKey('ES256', systemRandom), await makeSigningKey('ES256', systemRandom)];
  return {
    [`token-broker/clients/${CLIENT}`]: SECRET,
    [SIGNING_KEYS]: JSON.stringify({ current, next, previous: null }),
  };
}
