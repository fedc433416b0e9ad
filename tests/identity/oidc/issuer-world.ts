/** A world of one issuer and its documents, in which time stands still. */
import { cachedKeySets } from '../../../lib/identity/oidc/key-sets.ts';
import type { JsonObject } from '../../../lib/json.ts';
import type { DocumentStore, Fetcher, FetchResult, StoredDocument } from '../../../lib/ports/documents.ts';
import type { KeySets, KeySource } from '../../../lib/ports/keys.ts';
import { epochMilliseconds } from '../../../lib/time.ts';

export const ISSUER = 'https://idp.example.com';
export const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`;
export const KEYS = `${ISSUER}/keys`;
export const BY_DISCOVERY: KeySource = { issuer: ISSUER, jwksUri: null };
export const START = 1_800_000_000_000;
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const key = (kid: string): JsonObject => ({ kty: 'EC', crv: 'P-256', x: kid, y: kid, kid });
export const body = (value: unknown, status = 200): FetchResult => ({
  ok: true,
  status,
  headers: {},
  body: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});
export const down: FetchResult = { ok: false, problem: 'network', cause: 'ECONNREFUSED' };

/** A world in which time stands still and the network says what a test wrote down. */
export function world(shared: Map<string, StoredDocument> = new Map()) {
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

export const signal = new AbortController().signal;
export async function kids(keySets: KeySets, kid: string | undefined, source = BY_DISCOVERY): Promise<string> {
  const found = await keySets.find(source, kid, signal);
  return found.ok ? found.value.map((each) => String(each['kid'])).join(' ') : found.refusal.reason;
}
