import { describe, expect, it } from '@jest/globals';
import type { SamlConnection } from '../../../lib/configuration/documents/connections.ts';
import { MetadataSource } from '../../../lib/identity/saml/metadata-source.ts';
import type { DocumentStore, FetchRequest, FetchResult, StoredDocument } from '../../../lib/ports/documents.ts';
import { isReason, refusalEntry } from '../../../lib/refusals/registry.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { IDP, metadataOf } from './idp.ts';
import { CONNECTION } from './verifying.ts';

const URL_CONNECTION: SamlConnection = {
  ...CONNECTION,
  metadata: null,
  metadataUrl: 'https://idp.example.com/metadata.xml',
};
const START = Date.parse('2027-01-15T12:00:00Z');
const SECOND = 1000;
const HOUR = 3_600_000;

/** Sources of metadata over one clock that is set, one store, and one IdP that answers what it is told. */
function fixture() {
  const state = {
    now: START,
    answer: (): FetchResult => served(metadataOf('idp')),
    fetches: 0,
    reads: 0,
    requests: [] as FetchRequest[],
  };
  const stored = new Map<string, StoredDocument>();
  const store: DocumentStore = {
    get: async (key) => {
      state.reads += 1;
      return stored.get(key) ?? null;
    },
    put: async (key, document) => void stored.set(key, document),
  };
  const source = (over: DocumentStore = store) =>
    new MetadataSource({
      clock: { now: () => epochMilliseconds(state.now) },
      store: over,
      fetcher: {
        fetch: async (request) => {
          state.fetches += 1;
          state.requests.push(request);
          return state.answer();
        },
      },
    });
  return { state, stored, source };
}

const served = (body: string | Uint8Array, status = 200): FetchResult => ({
  ok: true,
  status,
  headers: {},
  body: Buffer.from(body),
});
const ending = (validUntil: string): FetchResult =>
  served(metadataOf('idp').replace('entityID', `validUntil="${validUntil}" entityID`));
const down: FetchResult = { ok: false, problem: 'timeout', cause: 'test' };
const find = async (source: MetadataSource, connection = URL_CONNECTION): Promise<string> => {
  const outcome = await source.find(connection, AbortSignal.timeout(5000));
  return outcome.ok ? `${outcome.value.entityId} ${outcome.value.keys.length}` : outcome.refusal.reason;
};
const ONE = `${IDP} 1`;
const TWO = `${IDP} 2`;

describe('metadata behind a URL', () => {
  it('is fetched once for all who wait, and again after an hour', async () => {
    const { state, source } = fixture();
    const metadata = source();
    expect(await Promise.all([find(metadata), find(metadata), find(metadata)])).toEqual([ONE, ONE, ONE]);
    state.now = START + HOUR - SECOND;
    await find(metadata);
    expect(state.fetches).toBe(1);
    state.now = START + HOUR;
    state.answer = () => served(metadataOf('idp', 'rolled'));
    expect(await find(metadata)).toBe(TWO);
    expect(state.fetches).toBe(2);
  });

  it('is fetched again after its cacheDuration where that is sooner', async () => {
    const { state, source } = fixture();
    const metadata = source();
    state.answer = () => served(metadataOf('idp').replace('entityID', 'cacheDuration="PT5M" entityID'));
    await find(metadata);
    state.now = START + 299 * SECOND;
    await find(metadata);
    expect(state.fetches).toBe(1);
    state.now = START + 300 * SECOND;
    await find(metadata);
    expect(state.fetches).toBe(2);
  });

  it('comes from the store in another process', async () => {
    const { state, source } = fixture();
    await find(source());
    state.answer = () => down;
    expect(await find(source())).toBe(ONE);
    expect(state.fetches).toBe(1);
  });

  it('is fetched at most once a minute, whatever its cacheDuration', async () => {
    const { state, source } = fixture();
    const metadata = source();
    state.answer = () => served(metadataOf('idp').replace('entityID', 'cacheDuration="PT1S" entityID'));
    await find(metadata);
    state.now = START + 60 * SECOND - 1;
    await find(metadata);
    expect(state.fetches).toBe(1);
    state.now = START + 60 * SECOND;
    await find(metadata);
    expect(state.fetches).toBe(2);
  });

  it.each([
    ['nothing', null],
    ['an older copy', metadataOf('idp', 'rolled')],
  ])('serves on from memory where the store has %s', async (_name, text) => {
    const { state, source } = fixture();
    const copy = text === null ? null : { text, fetchedAt: epochMilliseconds(START - HOUR) };
    const metadata = source({ get: async () => copy, put: async () => undefined });
    await find(metadata);
    state.answer = () => down;
    state.now = START + HOUR;
    expect(await find(metadata)).toBe(ONE);
  });

  it.each([
    ['300 KB', 307_200, 1],
    ['a byte more', 307_201, 0],
  ])('is left in the store where it has at most 300 KB: %s', async (_name, bytes, copies) => {
    const { state, stored, source } = fixture();
    const text = metadataOf('idp');
    state.answer = () => served(text.replace('</md:IDPSSODescriptor>', `$&${' '.repeat(bytes - text.length)}`));
    expect(await find(source())).toBe(ONE);
    expect(stored.size).toBe(copies);
  });

  it('of another entity is what is wrong once the copy that it did not replace has ended', async () => {
    const { state, source } = fixture();
    const metadata = source();
    await find(metadata);
    state.answer = () => served(metadataOf('idp').replace(IDP, 'https://other.example.com'));
    state.now = START + 24 * HOUR - SECOND;
    expect(await find(metadata)).toBe(ONE);
    state.now = START + 24 * HOUR;
    expect(await metadata.find(URL_CONNECTION, AbortSignal.timeout(5000))).toEqual({
      ok: false,
      refusal: { reason: 'saml_metadata_invalid', log: { found: 'another entity' } },
    });
  });

  it('serves for 24 hours while the IdP is down, and no second longer', async () => {
    const { state, source } = fixture();
    const metadata = source();
    await find(metadata);
    state.answer = () => down;
    state.now = START + 24 * HOUR - SECOND;
    expect(await find(metadata)).toBe(ONE);
    state.now = START + 24 * HOUR;
    expect(await find(metadata)).toBe('metadata_unavailable');
  });

  it('asks an IdP that is down at most once in 30 seconds', async () => {
    const { state, source } = fixture();
    const metadata = source();
    await find(metadata);
    state.answer = () => down;
    state.now = START + HOUR;
    await find(metadata);
    state.now += 29 * SECOND;
    await find(metadata);
    expect(state.fetches).toBe(2);
    state.now += SECOND;
    await find(metadata);
    expect(state.fetches).toBe(3);
  });

  it.each([
    ['a page', served('<html></html>')],
    ['an error', served(metadataOf('stranger'), 500)],
    ['bytes that are not UTF-8', served(Uint8Array.of(0xff))],
    ['another entity', served(metadataOf('stranger').replace(IDP, 'https://other.example.com'))],
    [
      'a document that has ended',
      served(metadataOf('stranger').replace('entityID', 'validUntil="2027-01-15T12:00:00Z" entityID')),
    ],
  ])('is not replaced by %s', async (_rule, answer) => {
    const { state, stored, source } = fixture();
    const metadata = source();
    await find(metadata);
    const before = [...stored.values()];
    state.now = START + HOUR;
    state.answer = () => answer;
    expect(await find(metadata)).toBe(ONE);
    expect([...stored.values()]).toEqual(before);
  });

  it('is refused from its validUntil on', async () => {
    const { state, source } = fixture();
    state.answer = () => served(metadataOf('idp').replace('entityID', 'validUntil="2027-01-15T12:10:00Z" entityID'));
    const metadata = source();
    state.now = START + 599 * SECOND;
    expect(await find(metadata)).toBe(ONE);
    state.now = START + 600 * SECOND;
    expect(await find(metadata)).toBe('saml_metadata_expired');
  });

  it.each([
    ['metadata_unavailable', down],
    ['metadata_unavailable', served('', 404)],
    ['saml_metadata_invalid', served('<html></html>')],
  ])('that was never had is refused: %s', async (reason, answer) => {
    const { state, source } = fixture();
    state.answer = () => answer;
    expect(await find(source())).toBe(reason);
  });

  it.each<[string, FetchResult, string]>([
    ['answers 404', served('', 404), 'metadata_unavailable'],
    ['answers 500', served('', 500), 'metadata_unavailable'],
    ['does not answer', down, 'metadata_unavailable'],
    ['cannot be reached', { ok: false, problem: 'network', cause: 'test', connected: false }, 'metadata_unavailable'],
    ['answers too much', { ok: false, problem: 'too-large', cause: 'test' }, 'metadata_unavailable'],
    ['answers a page', served('<html></html>'), 'saml_metadata_invalid'],
    ['answers bytes that are not UTF-8', served(Uint8Array.of(0xff)), 'saml_metadata_invalid'],
    ['answers what has ended', ending('2027-01-15T12:00:00Z'), 'saml_metadata_expired'],
  ])('is asked for five times a minute at most, retryably, where the IdP %s', async (_rule, answer, reason) => {
    const { state, source } = fixture();
    const metadata = source();
    state.answer = () => answer;
    const crowd = await Promise.all(Array.from({ length: 60 }, () => find(metadata)));
    expect([new Set(crowd), state.fetches, state.reads]).toEqual([new Set([reason]), 1, 1]);
    for (let second = 0; second < 60; second += 1) {
      state.now = START + second * SECOND;
      expect(await find(metadata)).toBe(reason);
    }
    expect([state.fetches, state.reads]).toEqual([5, 5]);
    // Whatever it is, it is the identity provider's and not what the caller presented.
    expect(isReason(reason) && refusalEntry(reason).class).toBe('idp-outage');
  });

  it('is asked for again 2, 4, 8, 16 and then 30 s after failures, and is there once one succeeds', async () => {
    const { state, source } = fixture();
    const metadata = source();
    state.answer = () => down;
    const asked: number[] = [];
    for (let second = 0; second <= 120; second += 1) {
      state.now = START + second * SECOND;
      const before = state.fetches;
      await find(metadata);
      if (state.fetches > before) asked.push(second);
    }
    expect(asked).toEqual([0, 2, 6, 14, 30, 60, 90, 120]);
    state.answer = () => served(metadataOf('idp'));
    state.now = START + 149 * SECOND;
    expect(await find(metadata)).toBe('metadata_unavailable');
    state.now = START + 150 * SECOND;
    expect(await find(metadata)).toBe(ONE);
    state.answer = () => down;
    state.now += HOUR;
    expect(await find(metadata)).toBe(ONE);
  });

  it('is asked for again where the clock was set back', async () => {
    const { state, source } = fixture();
    const metadata = source();
    state.answer = () => down;
    await find(metadata);
    state.now = START - SECOND;
    state.answer = () => served(metadataOf('idp'));
    expect(await find(metadata)).toBe(ONE);
  });

  it('is asked for once it has ended, and renewed as soon as the IdP has a new one', async () => {
    const { state, source } = fixture();
    const metadata = source();
    state.answer = () => ending('2027-01-15T12:10:00Z');
    await find(metadata);
    state.now = START + 600 * SECOND;
    expect(await find(metadata)).toBe('saml_metadata_expired');
    state.answer = () => ending('2027-02-15T12:10:00Z');
    state.now += 2 * SECOND;
    expect(await find(metadata)).toBe(ONE);
    expect(state.fetches).toBe(3);
  });

  it('may be of another entity once the old one no longer serves', async () => {
    const { state, source } = fixture();
    const metadata = source();
    await find(metadata);
    state.answer = () => served(metadataOf('stranger').replace(IDP, 'https://other.example.com'));
    state.now = START + 24 * HOUR;
    expect(await find(metadata)).toBe('https://other.example.com 1');
  });

  it('is asked for by GET, on its own host, within 3 s and 1 MB, at whatever address it has', async () => {
    const { state, source } = fixture();
    await find(source());
    expect(state.requests).toEqual([
      {
        url: 'https://idp.example.com/metadata.xml',
        method: 'GET',
        maxBytes: 1024 * 1024,
        timeoutMs: 3000,
        redirects: 'same-host',
        publicAddressOnly: false,
      },
    ]);
  });

  it.each<[string, FetchResult, object]>([
    ['does not answer', down, { found: 'timeout' }],
    ['answers 404', served('', 404), { httpStatus: 404 }],
    ['answers what is not UTF-8', served(Uint8Array.of(0xff)), { found: 'not UTF-8' }],
    ['answers a page', served('<html></html>'), { found: 'line 1 is not an EntityDescriptor of SAML 2.0 metadata' }],
    ['answers what has ended', ending('2027-01-15T12:00:00Z'), { validUntil: 1_800_014_400 }],
  ])('is logged with what was found where the IdP %s', async (_rule, answer, log) => {
    const { state, source } = fixture();
    state.answer = () => answer;
    const outcome = await source().find(URL_CONNECTION, AbortSignal.timeout(5000));
    expect(outcome).toMatchObject({ ok: false, refusal: { log } });
  });

  it('of another entity is logged as that', async () => {
    const { state, source } = fixture();
    const metadata = source();
    await find(metadata);
    state.answer = () => served(metadataOf('idp').replace(IDP, 'https://other.example.com'));
    state.now = START + HOUR;
    await find(metadata);
    state.now = START + 25 * HOUR;
    state.answer = () => down;
    expect(await find(metadata)).toBe('metadata_unavailable');
  });

  it('of two URLs is kept apart, in memory and in the store', async () => {
    const { state, stored, source } = fixture();
    const metadata = source();
    await find(metadata);
    state.answer = () => served(metadataOf('stranger').replace(IDP, 'https://other.example.com'));
    expect(await find(metadata, { ...URL_CONNECTION, metadataUrl: 'https://other.example.com/' })).toBe(
      'https://other.example.com 1',
    );
    expect([...stored.keys()]).toEqual([
      'saml-metadata#https://idp.example.com/metadata.xml',
      'saml-metadata#https://other.example.com/',
    ]);
  });

  it('that was stored is as old as its fetch', async () => {
    const { state, source } = fixture();
    await find(source());
    state.now = START + HOUR - SECOND;
    state.answer = () => down;
    const other = source();
    expect(await find(other)).toBe(ONE);
    state.now = START + HOUR;
    await find(other);
    expect(state.fetches).toBe(2);
  });

  it('is a fault of the configuration where there is neither a document nor a URL', async () => {
    const { source } = fixture();
    await expect(find(source(), { ...URL_CONNECTION, metadataUrl: null })).rejects.toMatchObject({
      dependency: 'configuration',
      message: 'a SAML connection without metadata',
    });
  });

  it('is kept in memory only where it is too long for the store', async () => {
    const { state, stored, source } = fixture();
    state.answer = () => served(metadataOf('idp') + ' '.repeat(300 * 1024));
    expect(await find(source())).toBe(ONE);
    expect(stored.size).toBe(0);
  });

  it('of the store is taken where it is newer than what is held, and passed over where it cannot be read', async () => {
    const { state, stored, source } = fixture();
    const [first, second] = [source(), source()];
    await find(first);
    state.now = START + HOUR;
    state.answer = () => served(metadataOf('idp', 'rolled'));
    await find(second);
    expect(await find(first)).toBe(TWO);
    expect(state.fetches).toBe(2);
    for (const [key, document] of stored) stored.set(key, { ...document, text: '<html></html>' });
    expect(await find(source())).toBe(TWO);
    expect(state.fetches).toBe(3);
  });

  it('does without a cacheDuration of less than a minute', async () => {
    const { state, source } = fixture();
    const metadata = source();
    state.answer = () => served(metadataOf('idp').replace('entityID', 'cacheDuration="PT1S" entityID'));
    await find(metadata);
    state.now = START + 59 * SECOND;
    await find(metadata);
    expect(state.fetches).toBe(1);
  });

  it('does without a store that is down', async () => {
    const { source } = fixture();
    const broken: DocumentStore = {
      get: () => Promise.reject(new Error('down')),
      put: () => Promise.reject(new Error('down')),
    };
    expect(await find(source(broken))).toBe(ONE);
  });
});

describe('metadata in the configuration', () => {
  it.each([
    ['2027-01-15T12:00:01Z', `${IDP} 1`],
    ['2027-01-15T12:00:00Z', 'saml_metadata_expired'],
  ])('is refused from its validUntil on: %s', async (until, expected) => {
    const { source } = fixture();
    const metadata = metadataOf('idp').replace('entityID', `validUntil="${until}" entityID`);
    expect(await find(source(), { ...CONNECTION, metadata })).toBe(expected);
  });

  it('is read once', async () => {
    const { source } = fixture();
    const metadata = source();
    const [first, second] = [
      await metadata.find(CONNECTION, AbortSignal.timeout(5000)),
      await metadata.find(CONNECTION, AbortSignal.timeout(5000)),
    ];
    expect(first.ok && second.ok && first.value === second.value).toBe(true);
  });

  it('is never fetched', async () => {
    const { state, source } = fixture();
    expect(await find(source(), CONNECTION)).toBe(`${IDP} 4`);
    expect(state.fetches).toBe(0);
  });
});
