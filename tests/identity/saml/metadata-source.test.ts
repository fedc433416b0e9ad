import { describe, expect, it } from '@jest/globals';
import type { SamlConnection } from '../../../lib/configuration/documents.ts';
import { MetadataSource } from '../../../lib/identity/saml/metadata-source.ts';
import type { DocumentStore, FetchResult, StoredDocument } from '../../../lib/ports.ts';
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

/** A world with a clock that is set, a store and an IdP that answers what it is told. */
function world() {
  const state = { now: START, answer: (): FetchResult => served(metadataOf('idp')), fetches: 0 };
  const stored = new Map<string, StoredDocument>();
  const store: DocumentStore = {
    get: async (key) => stored.get(key) ?? null,
    put: async (key, document) => void stored.set(key, document),
  };
  const source = (over: DocumentStore = store) =>
    new MetadataSource({
      clock: { now: () => epochMilliseconds(state.now) },
      store: over,
      fetcher: {
        fetch: async () => {
          state.fetches += 1;
          return state.answer();
        },
      },
    });
  return { state, stored, source };
}

const served = (text: string, status = 200): FetchResult => ({
  ok: true,
  status,
  headers: {},
  body: Buffer.from(text),
});
const down: FetchResult = { ok: false, problem: 'timeout', cause: 'test' };
const find = async (source: MetadataSource, connection = URL_CONNECTION): Promise<string> => {
  const outcome = await source.find(connection, AbortSignal.timeout(5000));
  return outcome.ok ? `${outcome.value.entityId} ${outcome.value.keys.length}` : outcome.refusal.reason;
};
const ONE = `${IDP} 1`;
const TWO = `${IDP} 2`;

describe('metadata behind a URL', () => {
  it('is fetched once for all who wait, and again after an hour', async () => {
    const { state, source } = world();
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
    const { state, source } = world();
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
    const { state, source } = world();
    await find(source());
    state.answer = () => down;
    expect(await find(source())).toBe(ONE);
    expect(state.fetches).toBe(1);
  });

  it('serves for 24 hours while the IdP is down, and no second longer', async () => {
    const { state, source } = world();
    const metadata = source();
    await find(metadata);
    state.answer = () => down;
    state.now = START + 24 * HOUR - SECOND;
    expect(await find(metadata)).toBe(ONE);
    state.now = START + 24 * HOUR;
    expect(await find(metadata)).toBe('metadata_unavailable');
  });

  it('asks an IdP that is down at most once in 30 seconds', async () => {
    const { state, source } = world();
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
    ['bytes that are not UTF-8', { ...served(''), body: Buffer.from([0xff]) }],
    ['another entity', served(metadataOf('stranger').replace(IDP, 'https://other.example.com'))],
    [
      'a document that has ended',
      served(metadataOf('stranger').replace('entityID', 'validUntil="2027-01-15T12:00:00Z" entityID')),
    ],
  ])('is not replaced by %s', async (_rule, answer) => {
    const { state, stored, source } = world();
    const metadata = source();
    await find(metadata);
    const before = [...stored.values()];
    state.now = START + HOUR;
    state.answer = () => answer;
    expect(await find(metadata)).toBe(ONE);
    expect([...stored.values()]).toEqual(before);
  });

  it('is refused from its validUntil on', async () => {
    const { state, source } = world();
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
    const { state, source } = world();
    state.answer = () => answer;
    expect(await find(source())).toBe(reason);
  });

  it('does without a store that is down', async () => {
    const { source } = world();
    const broken: DocumentStore = {
      get: () => Promise.reject(new Error('down')),
      put: () => Promise.reject(new Error('down')),
    };
    expect(await find(source(broken))).toBe(ONE);
  });
});

describe('metadata in the configuration', () => {
  it('is never fetched', async () => {
    const { state, source } = world();
    expect(await find(source(), CONNECTION)).toBe(`${IDP} 4`);
    expect(state.fetches).toBe(0);
  });
});
