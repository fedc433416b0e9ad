import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { httpFetcher } from '../../../lib/host/fetcher.ts';
import { cachedKeySets } from '../../../lib/identity/oidc/key-sets.ts';
import { verifyJwt } from '../../../lib/identity/oidc/verify-jwt.ts';
import type { JsonObject } from '../../../lib/json.ts';
import type { DocumentStore, StoredDocument } from '../../../lib/ports/documents.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { CONNECTION, configurationOf, context, ecKey, edKey, HEADER, KEYS, NOW, rsaKey, token } from './fixture.ts';

const servers: Server[] = [];
const stop = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
};
afterEach(async () => {
  for (const server of servers.splice(0)) await stop(server);
});

const json =
  (value: unknown): RequestListener =>
  (_request, response) =>
    void response.end(JSON.stringify(value));
const hang: RequestListener = () => undefined;

/** An identity provider on 127.0.0.1 whose two documents are what the test says at the time. */
async function provider() {
  const pages: { discovery: RequestListener; keys: RequestListener } = { discovery: hang, keys: json({ keys: KEYS }) };
  const server = createServer((request, response) =>
    (request.url === '/keys' ? pages.keys : pages.discovery)(request, response),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  pages.discovery = json({ issuer, jwks_uri: `${issuer}/keys` });
  return { pages, issuer, down: () => stop(server) };
}

/** One process of the broker: what is shared between several is the store. */
function broker(issuer: string, shared: Map<string, StoredDocument> = new Map()) {
  const state = { now: NOW };
  const store: DocumentStore = {
    get: async (name) => shared.get(name) ?? null,
    put: async (name, document) => void shared.set(name, document),
  };
  const clock = { now: () => epochMilliseconds(state.now * 1000) };
  const keySets = cachedKeySets({ fetcher: httpFetcher({ loopback: true }), store, clock });
  const configuration = configurationOf([{ ...CONNECTION, issuers: [{ issuer, jwksUri: null }] }]);
  const verdict = async (parts: Parameters<typeof token>[0] = {}) => {
    const jwt = token({ ...parts, claims: { ...parts.claims, iss: issuer, exp: state.now + 300 } });
    const outcome = await verifyJwt(jwt, { ...context({ now: state.now }), configuration, keySets });
    return outcome.ok ? 'accepted' : outcome.refusal.reason;
  };
  return { state, shared, verdict };
}

describe('over a real connection', () => {
  it('a token of an issuer that discovery describes is accepted, also while the issuer is down afterwards', async () => {
    const { issuer, down } = await provider();
    const first = broker(issuer);
    expect(await first.verdict()).toBe('accepted');
    await down();
    servers.length = 0;
    first.state.now = NOW + 3_600;
    expect(await first.verdict()).toBe('accepted');
    const cold = broker(issuer, first.shared);
    cold.state.now = NOW + 3_600;
    expect(await cold.verdict()).toBe('accepted');
    const alone = broker(issuer);
    expect(await alone.verdict()).toBe('keys_unavailable');
  });

  it('an issuer that hangs costs a caller without a deadline about two seconds and an outage, once', async () => {
    const { issuer, pages } = await provider();
    pages.keys = hang;
    const { verdict } = broker(issuer);
    const before = performance.now();
    expect(await verdict()).toBe('keys_unavailable');
    expect(performance.now() - before).toBeLessThan(2_800);
    const again = performance.now();
    expect(await verdict()).toBe('keys_unavailable');
    expect(performance.now() - again).toBeLessThan(300);
  });

  it('an issuer that floods, redirects away or lies about itself is an outage', async () => {
    const { issuer, pages } = await provider();
    const good = pages.discovery;
    const floods: RequestListener = (_request, response) => void response.end('x'.repeat(2_000_000));
    const away: RequestListener = (_request, response) =>
      void response.writeHead(302, { location: 'http://localhost:9/' }).end();
    const lies = json({ issuer: 'https://idp.example.com', jwks_uri: `${issuer}/keys` });
    for (const discovery of [floods, away, lies]) {
      pages.discovery = discovery;
      expect(await broker(issuer).verdict()).toBe('keys_unavailable');
    }
    pages.discovery = good;
    for (const keys of [floods, away]) {
      pages.keys = keys;
      expect(await broker(issuer).verdict()).toBe('keys_unavailable');
    }
  });

  it('a rotation is followed without a restart', async () => {
    const { issuer, pages } = await provider();
    pages.keys = json({ keys: [rsaKey.jwk] });
    const { state, verdict } = broker(issuer);
    const byNewKey = { header: { ...HEADER, alg: 'ES256', kid: 'ec' }, signedBy: ecKey };
    expect(await verdict()).toBe('accepted');
    pages.keys = json({ keys: [rsaKey.jwk, ecKey.jwk] });
    expect(await verdict(byNewKey)).toBe('accepted');
    const byNewerKey = { header: { ...HEADER, alg: 'EdDSA', kid: 'ed' }, signedBy: edKey };
    pages.keys = json({ keys: [rsaKey.jwk, ecKey.jwk, edKey.jwk] });
    expect(await verdict(byNewerKey)).toBe('key_not_known_yet');
    state.now = NOW + 30;
    expect(await verdict(byNewerKey)).toBe('accepted');
  });

  it('a rotation of keys without kid is followed at once, and what nobody signed stays refused', async () => {
    const { issuer, pages } = await provider();
    const nameless = ({ kid: _, ...jwk }: JsonObject): JsonObject => jwk;
    pages.keys = json({ keys: [nameless(rsaKey.jwk)] });
    const { state, verdict } = broker(issuer);
    const { kid: _, ...header } = HEADER;
    const bySecondKey = { header: { ...header, alg: 'ES256' }, signedBy: ecKey };
    expect(await verdict({ header })).toBe('accepted');
    pages.keys = json({ keys: [nameless(ecKey.jwk)] });
    expect(await verdict(bySecondKey)).toBe('accepted');
    expect(await verdict({ header })).toBe('key_unknown');
    pages.keys = json({ keys: [nameless(rsaKey.jwk)] });
    state.now = NOW + 31;
    expect(await verdict({ header })).toBe('accepted');
    pages.keys = (_request, response) => void response.destroy();
    state.now = NOW + 62;
    expect(await verdict(bySecondKey)).toBe('key_unknown');
    expect(await verdict({ header })).toBe('accepted');
  });
});
