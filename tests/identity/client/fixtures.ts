import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Client, ClientAuthentication } from '../../../lib/configuration/documents/clients.ts';
import type { ClientContext } from '../../../lib/identity/client/registered-client.ts';
import { wrongSecrets } from '../../../lib/identity/client/wrong-secrets.ts';
import { accept } from '../../../lib/outcome.ts';
import type { Limits } from '../../../lib/ports/limits.ts';
import type { SecretAge, Secrets } from '../../../lib/ports/secrets.ts';
import { epochMilliseconds, seconds } from '../../../lib/time.ts';
import { fakeConfiguration, NOW, NOW_SECONDS } from '../../fakes/world.ts';

export const ISSUER = 'https://broker.example.com';
export const HOUR = seconds(3600);

export const client = (name: string, authentication: ClientAuthentication): Client => ({
  client: name,
  authentication,
  redirectUris: [],
  claims: { team: 'data' },
  introspects: [],
});

type Stored = Awaited<ReturnType<Secrets['read']>>;

export const NEW = 'new-secret-of-20-chr';
export const OLD = 'old-secret-of-20-chr';

/** `NEW`, and `OLD` until it was retired so many milliseconds ago. */
export const rotated = (retiredMsAgo: number | null): Stored => ({
  current: { value: NEW, versionId: 'v2', tags: {} },
  previous: {
    ...{ value: OLD, versionId: 'v1', tags: {} },
    retiredAt: retiredMsAgo === null ? null : epochMilliseconds(NOW - retiredMsAgo),
  },
});

/** Secrets by name, and what was read of which age. */
export function fakeSecrets(stored: Readonly<Record<string, Stored>>) {
  const reads: (readonly [string, SecretAge | undefined])[] = [];
  const secrets: Secrets = {
    read: async (name, _signal, age) => {
      reads.push([name, age]);
      return stored[name] ?? null;
    },
  };
  return { secrets, reads };
}

/** A clock that stands still, pauses that take no time, and wrong secrets that this process alone counts. */
export function clientPorts() {
  const clock = { now: () => NOW };
  const limits: Limits = { count: async () => ({ within: true }) };
  return { issuer: ISSUER, clock, pauses: { wait: async () => true }, wrongSecrets: wrongSecrets(clock, limits) };
}

export function contextOf(clients: readonly Client[], more: Partial<ClientContext> = {}): ClientContext {
  return {
    configuration: fakeConfiguration({ clients }),
    secrets: fakeSecrets({}).secrets,
    keySets: { find: async () => accept([]) },
    ...clientPorts(),
    sourceIp: '203.0.113.9',
    now: NOW_SECONDS,
    signal: new AbortController().signal,
    ...more,
  };
}

export async function keyPair(kid: string, alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = JSON.parse(JSON.stringify({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }));
  return { privateKey, jwk };
}

/**
 * A good assertion of `jwt-bot`, with these claims and header members in place of its own; undefined takes one away.
 */
export async function assertion(
  key: CryptoKey,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const payload: JWTPayload = {
    ...{ iss: 'jwt-bot', sub: 'jwt-bot', aud: ISSUER, jti: 'j1' },
    ...{ iat: NOW_SECONDS, exp: NOW_SECONDS + 60 },
    ...claims,
  };
  const defined = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
  return new SignJWT(defined).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(key);
}
