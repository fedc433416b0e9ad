import { describe, expect, it } from '@jest/globals';
import { cachedKeySets } from '../../../lib/identity/oidc/key-sets.ts';
import type { DocumentStore, Fetcher } from '../../../lib/ports/documents.ts';
import type { KeySource } from '../../../lib/ports/keys.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import {
  BY_DISCOVERY,
  body,
  DISCOVERY,
  down,
  HOUR,
  ISSUER,
  KEYS,
  key,
  kids,
  MINUTE,
  SECOND,
  START,
  signal,
  world,
} from './issuer-world.ts';

describe('a key set', () => {
  it('comes by discovery, then from memory for ten minutes', async () => {
    const { state, keySets } = world();
    expect(await kids(keySets, 'a')).toBe('a');
    state.now = START + 10 * MINUTE - 1;
    expect(await kids(keySets, 'a')).toBe('a');
    expect(state.asked).toEqual([DISCOVERY, KEYS]);
    state.now = START + 10 * MINUTE;
    expect(await kids(keySets, 'a')).toBe('a');
    expect(state.asked).toEqual([DISCOVERY, KEYS, KEYS]);
  });

  it('comes from jwksUri without discovery where the configuration names it', async () => {
    const { state, keySets } = world();
    expect(await kids(keySets, 'a', { issuer: ISSUER, jwksUri: KEYS })).toBe('a');
    expect(state.asked).toEqual([KEYS]);
  });

  it('is all of it for a token without kid', async () => {
    const { state, keySets } = world();
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    expect(await kids(keySets, undefined)).toBe('a b');
  });

  it('is discovered below the issuer, whose final slash is left out', async () => {
    const { state, keySets } = world();
    const tenant = `${ISSUER}/tenant/`;
    const place = `${ISSUER}/tenant/.well-known/openid-configuration`;
    state.pages.set(place, body({ issuer: tenant, jwks_uri: KEYS }));
    expect(await kids(keySets, 'a', { issuer: tenant, jwksUri: null })).toBe('a');
    expect(state.asked).toEqual([place, KEYS]);
  });

  it('is discovered anew after an hour', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.pages.set(DISCOVERY, body({ issuer: ISSUER, jwks_uri: `${ISSUER}/moved` }));
    state.pages.set(`${ISSUER}/moved`, body({ keys: [key('m')] }));
    state.now = START + HOUR - 1;
    expect(await kids(keySets, 'a')).toBe('a');
    expect(state.asked.filter((url) => url === DISCOVERY)).toHaveLength(1);
    state.now = START + HOUR + 30 * SECOND;
    expect(await kids(keySets, 'm')).toBe('m');
  });

  it('is discovered anew once the old place fails', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.pages.set(DISCOVERY, body({ issuer: ISSUER, jwks_uri: `${ISSUER}/moved` }));
    state.pages.set(`${ISSUER}/moved`, body({ keys: [key('m')] }));
    state.pages.delete(KEYS);
    state.now = START + 11 * MINUTE;
    expect(await kids(keySets, 'a')).toBe('a');
    state.now += 31 * SECOND;
    expect(await kids(keySets, 'm')).toBe('m');
  });

  it('is discovered anew at the hour, to the millisecond', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.now = START + HOUR;
    expect(await kids(keySets, 'a')).toBe('a');
    expect(state.asked).toEqual([DISCOVERY, KEYS, DISCOVERY, KEYS]);
  });

  it('without a key is asked for again after 30 s by a token without kid, and not before', async () => {
    const { state, keySets } = world();
    state.pages.set(KEYS, body({ keys: [] }));
    expect(await kids(keySets, undefined)).toBe('');
    state.now = START + 30 * SECOND - 1;
    expect(await kids(keySets, undefined)).toBe('');
    expect(state.asked).toEqual([DISCOVERY, KEYS]);
    state.now = START + 30 * SECOND;
    state.pages.set(KEYS, body({ keys: [key('a')] }));
    expect(await kids(keySets, undefined)).toBe('a');
  });
});

describe('an issuer that is down', () => {
  it('is served by the last good set until that is 24 h old', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.pages.set(KEYS, down);
    state.now = START + 24 * HOUR;
    expect(await kids(keySets, 'a')).toBe('a');
    state.now = START + 24 * HOUR + 1;
    expect(await kids(keySets, 'a')).toBe('keys_unavailable');
  });

  it('is asked at most once in 30 s while a good set is held', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.pages.set(KEYS, down);
    state.now = START + 20 * MINUTE;
    const before = state.asked.length;
    for (let count = 0; count < 5; count += 1) expect(await kids(keySets, 'a')).toBe('a');
    expect(state.asked).toHaveLength(before + 1);
  });

  it('cannot say that a kid is unknown', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.pages.set(KEYS, down);
    state.now = START + MINUTE;
    expect(await kids(keySets, 'b')).toBe('keys_unavailable');
  });

  it('from the start is an outage, asked again a second later', async () => {
    const { state, keySets } = world();
    state.pages.set(DISCOVERY, down);
    expect(await kids(keySets, 'a')).toBe('keys_unavailable');
    expect(await kids(keySets, 'a')).toBe('keys_unavailable');
    expect(state.asked).toHaveLength(1);
    state.pages.set(DISCOVERY, body({ issuer: ISSUER, jwks_uri: KEYS }));
    state.now = START + SECOND - 1;
    expect(await kids(keySets, 'a')).toBe('keys_unavailable');
    state.now = START + SECOND;
    expect(await kids(keySets, 'a')).toBe('a');
  });

  it('is asked once by a caller whose kid it then lacks', async () => {
    const { state, keySets } = world();
    state.pages.set(DISCOVERY, down);
    expect(await kids(keySets, 'a')).toBe('keys_unavailable');
    state.pages.set(DISCOVERY, body({ issuer: ISSUER, jwks_uri: KEYS }));
    state.now = START + SECOND;
    expect(await kids(keySets, 'none')).toBe('');
    expect(state.asked).toEqual([DISCOVERY, DISCOVERY, KEYS]);
  });

  it('does not hold a caller beyond the caller’s own deadline', async () => {
    const hanging: Fetcher = { fetch: () => new Promise(() => undefined) };
    const { shared } = world();
    const store: DocumentStore = { get: async (name) => shared.get(name) ?? null, put: async () => undefined };
    const keySets = cachedKeySets({ fetcher: hanging, store, clock: { now: () => epochMilliseconds(START) } });
    const found = await keySets.find(BY_DISCOVERY, 'a', AbortSignal.timeout(20));
    expect(found).toMatchObject({ refusal: { reason: 'keys_unavailable' } });
  });

  it('is asked once for one caller, however long it takes to fail', async () => {
    const { state, start } = world();
    const slowlyFailing: Fetcher = {
      async fetch({ url }) {
        state.asked.push(url);
        state.now += 2 * SECOND;
        return down;
      },
    };
    expect(await kids(start({ fetcher: slowlyFailing }), 'a')).toBe('keys_unavailable');
    expect(state.asked).toEqual([DISCOVERY]);
  });

  it('has no time left for a caller whose deadline is over, who is told so at once', async () => {
    const hanging: Fetcher = { fetch: () => new Promise(() => undefined) };
    const { start } = world();
    expect(await start({ fetcher: hanging }).find(BY_DISCOVERY, 'a', AbortSignal.abort())).toEqual({
      ok: false,
      refusal: { reason: 'keys_unavailable' },
    });
  });

  it.each([
    ['of a kid that the held set lacks', 'b', undefined],
    ['of newer keys for a token without kid', undefined, 'tried'],
  ])('says nothing %s before the deadline: that is no word on the key', async (_name, kid, tried) => {
    const { state, start } = world();
    const fetcher: Fetcher = {
      fetch: ({ url }) =>
        state.now === START ? Promise.resolve(state.pages.get(url) ?? down) : new Promise(() => undefined),
    };
    const keySets = start({ fetcher });
    const held = await keySets.find(BY_DISCOVERY, undefined, signal);
    state.now = START + MINUTE;
    const keys = held.ok && tried !== undefined ? held.value : undefined;
    expect(await keySets.find(BY_DISCOVERY, kid, AbortSignal.abort(), keys)).toMatchObject({
      refusal: { reason: 'keys_unavailable' },
    });
  });
});

describe('sources', () => {
  it('with one kid and different keys never mix (two clusters, one name)', async () => {
    const { state, keySets } = world();
    const one: KeySource = { issuer: 'https://kubernetes.default.svc', jwksUri: 'https://one.example/keys' };
    const two: KeySource = { issuer: 'https://kubernetes.default.svc', jwksUri: 'https://two.example/keys' };
    state.pages.set('https://one.example/keys', body({ keys: [{ ...key('RSA_0'), x: 'one' }] }));
    state.pages.set('https://two.example/keys', body({ keys: [{ ...key('RSA_0'), x: 'two' }] }));
    const [first, second] = [await keySets.find(one, 'RSA_0', signal), await keySets.find(two, 'RSA_0', signal)];
    expect(first).toMatchObject({ value: [{ x: 'one' }] });
    expect(second).toMatchObject({ value: [{ x: 'two' }] });
  });

  it('that are named by discovery on a foreign host are dialled at public addresses only', async () => {
    const asked: [string, boolean][] = [];
    const fetcher: Fetcher = {
      async fetch({ url, publicAddressOnly }) {
        asked.push([url, publicAddressOnly]);
        return url === DISCOVERY
          ? body({ issuer: ISSUER, jwks_uri: 'https://keys.example.net/k' })
          : body({ keys: [key('a')] });
      },
    };
    const store: DocumentStore = { get: async () => null, put: async () => undefined };
    await kids(cachedKeySets({ fetcher, store, clock: { now: () => epochMilliseconds(START) } }), 'a');
    expect(asked).toEqual([
      [DISCOVERY, false],
      ['https://keys.example.net/k', true],
    ]);
  });

  it('without jwksUri never mix either, in memory or in the store', async () => {
    const { state, start } = world();
    const other: KeySource = { issuer: 'https://other.example', jwksUri: null };
    const page = { issuer: other.issuer, jwks_uri: 'https://other.example/keys' };
    state.pages.set('https://other.example/.well-known/openid-configuration', body(page));
    state.pages.set('https://other.example/keys', body({ keys: [{ ...key('a'), x: 'other' }] }));
    for (const process of [start(), start()]) {
      expect(await process.find(BY_DISCOVERY, 'a', signal)).toMatchObject({ value: [{ x: 'a' }] });
      expect(await process.find(other, 'a', signal)).toMatchObject({ value: [{ x: 'other' }] });
    }
  });

  const asking = { method: 'GET', headers: { accept: 'application/json' }, timeoutMs: 2_000, redirects: 'same-host' };
  const [discovery, keys] = [
    { ...asking, url: DISCOVERY, maxBytes: 131_072, publicAddressOnly: false },
    { ...asking, url: KEYS, maxBytes: 524_288 },
  ];
  const elsewhere = 'https://keys.example.net/k';
  it.each<[string, KeySource, string, object[]]>([
    ['the issuer’s own host', BY_DISCOVERY, KEYS, [discovery, { ...keys, publicAddressOnly: false }]],
    [
      'a host that discovery names',
      BY_DISCOVERY,
      elsewhere,
      [discovery, { ...keys, url: elsewhere, publicAddressOnly: true }],
    ],
    [
      'a host that the configuration names',
      { issuer: ISSUER, jwksUri: elsewhere },
      KEYS,
      [{ ...keys, url: elsewhere, publicAddressOnly: false }],
    ],
  ])('are asked for so at %s', async (_name, source, jwksUri, requests) => {
    const asked: object[] = [];
    const fetcher: Fetcher = {
      async fetch(request) {
        asked.push(request);
        return body(request.url === DISCOVERY ? { issuer: ISSUER, jwks_uri: jwksUri } : { keys: [key('a')] });
      },
    };
    expect(await kids(world().start({ fetcher }), 'a', source)).toBe('a');
    expect(asked).toEqual(requests);
  });

  it('of an issuer that is no URL lead to public addresses only', async () => {
    const asked: boolean[] = [];
    const fetcher: Fetcher = {
      async fetch({ url, publicAddressOnly }) {
        asked.push(publicAddressOnly);
        return body(url === KEYS ? { keys: [key('a')] } : { issuer: 'cluster', jwks_uri: KEYS });
      },
    };
    expect(await kids(world().start({ fetcher }), 'a', { issuer: 'cluster', jwksUri: null })).toBe('a');
    expect(asked).toEqual([false, true]);
  });
});
