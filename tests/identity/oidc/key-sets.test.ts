import { describe, expect, it } from '@jest/globals';
import { cachedKeySets } from '../../../lib/identity/oidc/key-sets.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { Fault } from '../../../lib/outcome.ts';
import type { DocumentStore, Fetcher, FetchResult, StoredDocument } from '../../../lib/ports/documents.ts';
import type { KeySets, KeySource } from '../../../lib/ports/keys.ts';
import { epochMilliseconds } from '../../../lib/time.ts';

const ISSUER = 'https://idp.example.com';
const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`;
const KEYS = `${ISSUER}/keys`;
const BY_DISCOVERY: KeySource = { issuer: ISSUER, jwksUri: null };
const START = 1_800_000_000_000;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const key = (kid: string): JsonObject => ({ kty: 'EC', crv: 'P-256', x: kid, y: kid, kid });
const body = (value: unknown, status = 200): FetchResult => ({
  ok: true,
  status,
  headers: {},
  body: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});
const down: FetchResult = { ok: false, problem: 'network', cause: 'ECONNREFUSED' };

/** A world in which time stands still and the network says what a test wrote down. */
function world(shared: Map<string, StoredDocument> = new Map()) {
  const state = { now: START, pages: new Map<string, FetchResult>(), asked: [] as string[] };
  state.pages.set(DISCOVERY, body({ issuer: ISSUER, jwks_uri: KEYS }));
  state.pages.set(KEYS, body({ keys: [key('a')] }));
  const fetcher: Fetcher = {
    async fetch(request) {
      state.asked.push(request.url);
      return state.pages.get(request.url) ?? body('nothing here', 404);
    },
  };
  const store: DocumentStore = {
    get: async (name) => shared.get(name) ?? null,
    put: async (name, document) => void shared.set(name, document),
  };
  const clock = { now: () => epochMilliseconds(state.now) };
  const start = (over: Partial<{ store: DocumentStore; fetcher: Fetcher }> = {}) =>
    cachedKeySets({ fetcher, store, clock, ...over });
  return { state, shared, start, keySets: start() };
}

const signal = new AbortController().signal;
async function kids(keySets: KeySets, kid: string | undefined, source = BY_DISCOVERY): Promise<string> {
  const found = await keySets.find(source, kid, signal);
  return found.ok ? found.value.map((each) => String(each['kid'])).join(' ') : found.refusal.reason;
}

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
});

describe('a rotation', () => {
  it('is seen for an unknown kid at once, however lately the set was fetched for another reason', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    state.now = START + 1;
    expect(await kids(keySets, 'b')).toBe('b');
    expect(state.asked).toEqual([DISCOVERY, KEYS, KEYS]);
  });

  it('is seen for unknown kids at most once in 30 s, and what cannot be known meanwhile is retryable', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.now = START + SECOND;
    expect(await kids(keySets, 'none')).toBe('');
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    state.now = START + 3_500;
    expect(await keySets.find(BY_DISCOVERY, 'b', signal)).toEqual({
      ok: false,
      refusal: { reason: 'key_not_known_yet', retryAfter: 28, log: { kid: 'b' } },
    });
    state.now = START + 31 * SECOND - 1;
    expect(await keySets.find(BY_DISCOVERY, 'b', signal)).toMatchObject({
      refusal: { reason: 'key_not_known_yet', retryAfter: 1 },
    });
    expect(state.asked).toHaveLength(3);
    state.now = START + 31 * SECOND;
    expect(await kids(keySets, 'b')).toBe('b');
    expect(state.asked).toHaveLength(4);
  });

  it('is not awaited for a kid that the source was just asked for: that one is unknown until it is asked again', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.now = START + SECOND;
    expect(await kids(keySets, 'none')).toBe('');
    state.now = START + 20 * SECOND;
    expect(await kids(keySets, 'none')).toBe('');
    expect(state.asked).toHaveLength(3);
    state.pages.set(KEYS, body({ keys: [key('a'), key('none')] }));
    state.now = START + 31 * SECOND;
    expect(await kids(keySets, 'none')).toBe('none');
  });

  it('is unknown, and not awaited, for a kid that the first look of all did not find', async () => {
    const { state, keySets } = world();
    expect(await kids(keySets, 'none')).toBe('');
    expect(state.asked).toEqual([DISCOVERY, KEYS]);
  });

  it('is looked for by one of many processes in 30 s, however many kids are made up', async () => {
    const { state, start } = world();
    const processes = Array.from({ length: 10 }, () => start());
    for (const each of processes) await kids(each, 'a');
    expect(state.asked).toEqual([DISCOVERY, KEYS]);
    const answers = new Map<string, number>();
    for (let second = 1; second <= 60; second += 1) {
      state.now = START + second * SECOND;
      for (const [index, each] of processes.entries()) {
        const answer = await kids(each, `made-up-${second}-${index}`);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    }
    // At 1, 31 and no other second.
    expect(state.asked).toEqual([DISCOVERY, KEYS, KEYS, KEYS]);
    expect(Object.fromEntries(answers)).toEqual({ '': 2, key_not_known_yet: 598 });
  });

  it('that another process has seen is seen from the store, without a fetch', async () => {
    const { state, start } = world();
    const [one, other] = [start(), start()];
    await kids(one, 'a');
    await kids(other, 'a');
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    state.now = START + SECOND;
    expect(await kids(one, 'b')).toBe('b');
    state.now = START + 2 * SECOND;
    expect(await kids(other, 'b')).toBe('b');
    expect(await kids(start(), 'c')).toBe('key_not_known_yet');
    expect(state.asked).toEqual([DISCOVERY, KEYS, KEYS]);
  });

  it('is seen by every process for itself where the store is down', async () => {
    const { state, start } = world();
    const store: DocumentStore = {
      get: async () => Promise.reject(new Fault('key-sets', 'down')),
      put: async () => Promise.reject(new Fault('key-sets', 'down')),
    };
    const [one, other] = [start({ store }), start({ store })];
    await kids(one, 'a');
    await kids(other, 'a');
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    expect([await kids(one, 'b'), await kids(other, 'b')]).toEqual(['b', 'b']);
  });

  it('is seen for a token without kid that no key verified, at once and then at most once in 30 s', async () => {
    const { state, keySets } = world();
    const tryAll = async (): Promise<string> => {
      const held = await keySets.find(BY_DISCOVERY, undefined, signal);
      const newer = held.ok ? await keySets.find(BY_DISCOVERY, undefined, signal, held.value) : held;
      return newer.ok ? newer.value.map((each) => String(each['x'])).join(' ') : newer.refusal.reason;
    };
    await kids(keySets, undefined);
    state.pages.set(KEYS, body({ keys: [{ kty: 'EC', crv: 'P-256', x: 'new', y: 'new' }] }));
    expect(await tryAll()).toBe('new');
    state.pages.set(KEYS, body({ keys: [{ kty: 'EC', crv: 'P-256', x: 'newer', y: 'newer' }] }));
    state.now = START + 30 * SECOND - 1;
    expect(await tryAll()).toBe('');
    state.now = START + 30 * SECOND;
    expect(await tryAll()).toBe('newer');
    expect(state.asked).toEqual([DISCOVERY, KEYS, KEYS, KEYS]);
  });

  it('remembers a hundred kids that are none, of at most 256 characters: of others it cannot say so', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.now = START + SECOND;
    const long = 'x'.repeat(257);
    const unknown = [long, ...Array.from({ length: 101 }, (_each, index) => `unknown-${index}`)];
    await Promise.all(unknown.map((kid) => kids(keySets, kid)));
    state.now = START + 2 * SECOND;
    expect(await kids(keySets, 'unknown-99')).toBe('');
    expect(await kids(keySets, 'unknown-100')).toBe('key_not_known_yet');
    expect(await kids(keySets, long)).toBe('key_not_known_yet');
    expect(state.asked).toHaveLength(3);
  });

  it('that ends a key ends it here with the next look', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.pages.set(KEYS, body({ keys: [key('b')] }));
    state.now = START + 10 * MINUTE;
    expect(await kids(keySets, 'a')).toBe('');
  });

  it('costs one look however many ask', async () => {
    const { state, keySets } = world();
    await Promise.all(Array.from({ length: 50 }, () => kids(keySets, 'a')));
    expect(state.asked).toEqual([DISCOVERY, KEYS]);
    state.now = START + MINUTE;
    await Promise.all(Array.from({ length: 50 }, (_each, index) => kids(keySets, `unknown-${index}`)));
    expect(state.asked).toEqual([DISCOVERY, KEYS, KEYS]);
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

  it('does not hold a caller beyond the caller’s own deadline', async () => {
    const hanging: Fetcher = { fetch: () => new Promise(() => undefined) };
    const { shared } = world();
    const store: DocumentStore = { get: async (name) => shared.get(name) ?? null, put: async () => undefined };
    const keySets = cachedKeySets({ fetcher: hanging, store, clock: { now: () => epochMilliseconds(START) } });
    const found = await keySets.find(BY_DISCOVERY, 'a', AbortSignal.timeout(20));
    expect(found).toMatchObject({ refusal: { reason: 'keys_unavailable' } });
  });
});

describe('an issuer that is slow', () => {
  const slowly = (state: { pages: Map<string, FetchResult> }, ms: number): Fetcher => ({
    fetch: ({ url }, giveUp) =>
      new Promise((resolve) => {
        const late: FetchResult = { ok: false, problem: 'timeout', cause: 'deadline' };
        const timer = setTimeout(() => resolve(state.pages.get(url) ?? late), ms);
        giveUp.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve(late);
        });
      }),
  });

  it('is heard out by a caller that has the time, discovery and keys together beyond a second', async () => {
    const { state, start } = world();
    expect(await kids(start({ fetcher: slowly(state, 600) }), 'a')).toBe('a');
  });

  it('is waited for by whoever comes while it is asked', async () => {
    const { state, start } = world();
    const keySets = start({ fetcher: slowly(state, 50) });
    const first = kids(keySets, 'a');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await Promise.all([kids(keySets, 'a'), kids(keySets, 'a'), first])).toEqual(['a', 'a', 'a']);
  });

  it('is waited for by whoever has an unknown kid while it is asked for another one', async () => {
    const { state, start } = world();
    const ms = { value: 0 };
    let asked = 0;
    const fetcher: Fetcher = {
      fetch: (request, giveUp) => {
        asked += 1;
        return slowly(state, ms.value).fetch(request, giveUp);
      },
    };
    const keySets = start({ fetcher });
    expect(await kids(keySets, 'a')).toBe('a');
    state.now = START + SECOND;
    ms.value = 50;
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    const search = kids(keySets, 'none');
    await new Promise((resolve) => setTimeout(resolve, 10));
    // A known one need not wait.
    expect(await Promise.race([kids(keySets, 'a'), search])).toBe('a');
    expect(await Promise.all([search, kids(keySets, 'b')])).toEqual(['', 'b']);
    expect(asked).toBe(3);
  });

  it('is heard out for the next caller where the first has no time', async () => {
    const { state, start } = world();
    const keySets = start({ fetcher: slowly(state, 300) });
    expect(await keySets.find(BY_DISCOVERY, 'a', AbortSignal.timeout(100))).toMatchObject({
      refusal: { reason: 'keys_unavailable' },
    });
    expect(await kids(keySets, 'a')).toBe('a');
  });

  it('holds nobody longer than a second where a held key would do', async () => {
    const { state, start } = world();
    const ms = { value: 0 };
    const fetcher: Fetcher = { fetch: (request, giveUp) => slowly(state, ms.value).fetch(request, giveUp) };
    const keySets = start({ fetcher });
    expect(await kids(keySets, 'a')).toBe('a');
    state.now = START + 10 * MINUTE;
    ms.value = 60_000;
    const began = performance.now();
    expect(await kids(keySets, 'a')).toBe('a');
    expect(performance.now() - began).toBeLessThan(1_400);
  });
});

describe('a bad document never replaces a good one', () => {
  it.each([
    ['HTML', body('<html></html>')],
    ['an error status', body({ keys: [key('evil')] }, 500)],
    ['a redirect status', body({ keys: [key('evil')] }, 302)],
    ['no keys member', body({})],
    ['keys that is an object', body({ keys: { a: 1 } })],
    ['only a secret key', body({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'a' }] })],
    ['only a private key', body({ keys: [{ ...key('a'), d: 'AAAA' }] })],
    ['a member twice', body('{"keys":[],"keys":[]}')],
    ['101 keys', body({ keys: Array.from({ length: 101 }, (_each, index) => key(`k${index}`)) })],
    ['more than 512 KB', body({ keys: [key('a')], padding: 'x'.repeat(512 * 1024) })],
    ['a list', body([key('a')])],
  ])('%s', async (_name, page) => {
    const { state, keySets, shared } = world();
    await kids(keySets, 'a');
    const copy = [...shared.values()];
    state.pages.set(KEYS, page);
    state.now = START + 20 * MINUTE;
    expect(await kids(keySets, 'a')).toBe('a');
    expect([...shared.values()]).toEqual(copy);
  });

  it.each([
    ['another issuer', { issuer: 'https://evil.example', jwks_uri: KEYS }],
    ['its issuer with a final slash', { issuer: `${ISSUER}/`, jwks_uri: KEYS }],
    ['no issuer', { jwks_uri: KEYS }],
    ['no jwks_uri', { issuer: ISSUER }],
    ['a jwks_uri that is no URL', { issuer: ISSUER, jwks_uri: '/keys' }],
  ])('a discovery document of %s leads nowhere', async (_name, page) => {
    const { state, keySets } = world();
    state.pages.set(DISCOVERY, body(page));
    expect(await kids(keySets, 'a')).toBe('keys_unavailable');
    expect(state.asked).toEqual([DISCOVERY]);
  });

  it('100 keys are a set, and keys of unknown types are left out', async () => {
    const { state, keySets } = world();
    state.pages.set(
      KEYS,
      body({ keys: [{ kty: 'AKP', kid: 'pq' }, ...Array.from({ length: 99 }, (_each, index) => key(`k${index}`))] }),
    );
    expect(await kids(keySets, 'k98')).toBe('k98');
    expect(await kids(keySets, 'pq')).toBe('key_unusable');
  });

  it.each([
    ['a private key', { ...key('b'), d: 'AAAA' }, 'a private key (d)'],
    ['a private RSA key without d', { kty: 'RSA', kid: 'b', p: 'AAAA' }, 'a private key (p)'],
    ['a secret', { kty: 'oct', k: 'AAAA', kid: 'b' }, 'a private key (k)'],
    ['a type that nothing is verified with', { kty: 'AKP', kid: 'b' }, 'a kty that nothing is verified with'],
  ])('a member that is %s is skipped, and a token by it is told so', async (_name, member, found) => {
    const { state, keySets, shared } = world();
    state.pages.set(KEYS, body({ keys: [key('a'), member, 'no object', { ...key('c'), kid: 7 }] }));
    expect(await kids(keySets, undefined)).toBe('a');
    const refused = { ok: false, refusal: { reason: 'key_unusable', log: { kid: 'b', found } } };
    expect(await keySets.find(BY_DISCOVERY, 'b', signal)).toEqual(refused);
    // No other process gets it by way of the store.
    const cold = world(shared);
    cold.state.pages.clear();
    expect(await kids(cold.keySets, undefined)).toBe('a');
    expect(JSON.stringify([...shared.values()])).not.toContain('AAAA');
  });

  it.each<[string, JsonObject]>([
    [
      'null for what it has not',
      { alg: null, use: null, kid: 'a', d: null, p: null, oth: null, k: null, key_ops: null },
    ],
    ['empty lists for what it has not', { key_ops: [], x5c: [], oth: [], kid: 'a' }],
  ])('takes a key whose library writes %s', async (_name, members) => {
    const { state, keySets } = world();
    state.pages.set(
      KEYS,
      body({
        keys: [
          { ...key('a'), ...members },
          { ...key('b'), kid: null },
        ],
      }),
    );
    const found = await keySets.find(BY_DISCOVERY, 'a', signal);
    expect(found).toStrictEqual({ ok: true, value: [key('a')] });
    expect(await kids(keySets, undefined)).toBe('a undefined');
  });

  it('keeps no member of a key but those that verify', async () => {
    const { state, keySets } = world();
    const whole = { ...key('a'), n: 'n', e: 'e', alg: 'ES256', use: 'sig', key_ops: ['verify'] };
    state.pages.set(KEYS, body({ keys: [{ ...whole, x5c: ['MII'], x5t: 't', oddity: 1 }] }));
    const found = await keySets.find(BY_DISCOVERY, 'a', signal);
    expect(found).toStrictEqual({ ok: true, value: [whole] });
    state.pages.set(KEYS, body({ keys: [key('a')] }));
    state.now = START + 10 * MINUTE;
    expect(await keySets.find(BY_DISCOVERY, 'a', signal)).toStrictEqual({ ok: true, value: [key('a')] });
  });

  it('is asked for as JSON', async () => {
    const accepted: unknown[] = [];
    const fetcher: Fetcher = {
      fetch: async ({ url, headers }) => {
        accepted.push(headers);
        return url === DISCOVERY ? body({ issuer: ISSUER, jwks_uri: KEYS }) : body({ keys: [key('a')] });
      },
    };
    await kids(world().start({ fetcher }), 'a');
    expect(accepted).toEqual([{ accept: 'application/json' }, { accept: 'application/json' }]);
  });

  it('an empty set is its issuer’s word that no key is good', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.pages.set(KEYS, body({ keys: [] }));
    state.now = START + 20 * MINUTE;
    expect(await kids(keySets, 'a')).toBe('');
    expect(await kids(keySets, undefined)).toBe('');
  });
});

describe('the shared copy', () => {
  it('serves a process that starts while the issuer is down', async () => {
    const first = world();
    await kids(first.keySets, 'a');
    const cold = world(first.shared);
    cold.state.pages.clear();
    cold.state.now = START + 23 * HOUR;
    expect(await kids(cold.keySets, 'a')).toBe('a');
  });

  it('serves a cold start without a look at the issuer while it is fresh', async () => {
    const first = world();
    await kids(first.keySets, 'a');
    const cold = world(first.shared);
    cold.state.now = START + 9 * MINUTE;
    expect(await kids(cold.keySets, 'a')).toBe('a');
    expect(cold.state.asked).toEqual([]);
  });

  it('is followed by the issuer, at once, for a kid that it lacks', async () => {
    const first = world();
    await kids(first.keySets, 'a');
    const cold = world(first.shared);
    cold.state.now = START + MINUTE;
    cold.state.pages.set(KEYS, body({ keys: [key('b')] }));
    expect(await kids(cold.keySets, 'b')).toBe('b');
  });

  it.each([
    ['24 h old', START - 24 * HOUR],
    ['from a clock five minutes ahead', START + 5 * MINUTE],
  ])('is nothing where it is %s', async (_name, fetchedAt) => {
    const first = world();
    await kids(first.keySets, 'a');
    for (const [name, { text }] of first.shared)
      first.shared.set(name, { text, fetchedAt: epochMilliseconds(fetchedAt) });
    const cold = world(first.shared);
    cold.state.pages.clear();
    expect(await kids(cold.keySets, 'a')).toBe('keys_unavailable');
  });

  it.each([
    ['a millisecond less than 24 h old', START - 24 * HOUR + 1, []],
    ['ten minutes old: the issuer is asked first', START - 10 * MINUTE, [KEYS]],
    ['a millisecond younger than that', START - 10 * MINUTE + 1, null],
    ['from a clock that is a little less than five minutes ahead', START + 5 * MINUTE - 1, null],
  ])('serves where it is %s', async (_name, fetchedAt, asked) => {
    const first = world();
    await kids(first.keySets, 'a');
    for (const [name, { text }] of first.shared)
      first.shared.set(name, { text, fetchedAt: epochMilliseconds(fetchedAt) });
    const cold = world(first.shared);
    cold.state.pages.clear();
    expect(await kids(cold.keySets, 'a')).toBe('a');
    expect(cold.state.asked.length === 0).toBe(asked === null);
  });

  it('of another source is nothing, though it lies under this one’s name', async () => {
    const other = world();
    await kids(other.keySets, 'a', { issuer: ISSUER, jwksUri: KEYS });
    const [[, copy] = ['', null]] = [...other.shared];
    const shared = new Map(copy === null ? [] : [[`issuer ${ISSUER}`, copy]]);
    const cold = world(shared);
    cold.state.pages.clear();
    expect(await kids(cold.keySets, 'a')).toBe('keys_unavailable');
  });

  it.each(['', 'null', '{}', '{"source":"issuer https://idp.example.com"}', 'x'.repeat(400_000)])(
    'is nothing where it is damaged (%#)',
    async (text) => {
      const shared = new Map([[`issuer ${ISSUER}`, { text, fetchedAt: epochMilliseconds(START) }]]);
      const cold = world(shared);
      expect(await kids(cold.keySets, 'a')).toBe('a');
    },
  );

  it('that can’t be had or left costs nobody a key', async () => {
    const broken = async (): Promise<never> => {
      throw new Fault('key-sets', 'down');
    };
    const { start } = world();
    expect(await kids(start({ store: { get: broken, put: broken } }), 'a')).toBe('a');
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
});
