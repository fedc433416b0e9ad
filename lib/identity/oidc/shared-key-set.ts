import type { DocumentStore } from '../../ports/documents.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../../time.ts';
import { parseStrictJson } from '../strict-json.ts';
import { type KeySetDocument, keysIn, MAX_KEY_SET_BYTES } from './key-document.ts';

/** A key set that was fetched, and when. A copy of the store does not say what its fetch skipped. */
export interface HeldKeySet extends KeySetDocument {
  readonly jwksUri: string;
  readonly fetchedAt: EpochMilliseconds;
  /** When discovery last named `jwksUri`; equals `fetchedAt` where the configuration names it. */
  readonly discoveredAt: EpochMilliseconds;
}

/** What a process leaves for the others. */
export interface SharedKeySet {
  readonly held: HeldKeySet;
  /** When its source was last asked for a key that the set before lacked; null: that was not why. */
  readonly searchedAt: EpochMilliseconds | null;
}

/** Waiting longer for the store would cost more than asking the issuer. */
const STORE_MS = 300;
/** A copy longer than this stays in memory only: an item of the store is at most 400 KB. */
const MAX_TEXT_BYTES = 300 * 1024;

/**
 * The copy of a source's key set that any process left in the store; null where there is none that can be read in time.
 */
export async function readSharedKeySet(store: DocumentStore, name: string): Promise<SharedKeySet | null> {
  try {
    const stored = await store.get(name, AbortSignal.timeout(STORE_MS));
    if (stored === null) return null;
    const document = parseStrictJson(Buffer.from(stored.text), { maxBytes: MAX_KEY_SET_BYTES });
    const set = document === null ? null : keysIn(document['keys']);
    if (document === null || set === null || document['source'] !== name) return null;
    const { jwksUri, discoveredAt, searchedAt } = document;
    if (typeof jwksUri !== 'string' || typeof discoveredAt !== 'number') return null;
    return {
      held: { jwksUri, ...set, fetchedAt: stored.fetchedAt, discoveredAt: epochMilliseconds(discoveredAt) },
      searchedAt: typeof searchedAt === 'number' ? epochMilliseconds(searchedAt) : null,
    };
  } catch {
    // A store that is down costs a fetch, not a request.
    return null;
  }
}

/**
 * Leaves a copy for other processes, if the store takes it in time. The name is kept inside too, so that no copy can be
 * another source's.
 */
export async function writeSharedKeySet(
  store: DocumentStore,
  name: string,
  { held, searchedAt }: SharedKeySet,
): Promise<void> {
  const { jwksUri, keys, fetchedAt, discoveredAt } = held;
  const text = JSON.stringify({ source: name, jwksUri, discoveredAt, searchedAt, keys });
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) return;
  try {
    await store.put(name, { text, fetchedAt }, AbortSignal.timeout(STORE_MS));
  } catch {
    // The next process fetches for itself.
  }
}
