import type { JsonObject } from '../../json.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { DocumentStore, Fetcher } from '../../ports/documents.ts';
import type { Clock } from '../../ports/host.ts';
import type { KeySets, KeySource } from '../../ports/keys.ts';
import { type EpochMilliseconds, epochMilliseconds, seconds } from '../../time.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import { type HeldKeySet, readSharedKeySet, writeSharedKeySet } from './shared-key-set.ts';

/** A key set younger than this is not asked for again, except for an unknown `kid`. */
const FRESH_MS = 10 * 60_000;
/** A key set serves until it is this old, while its issuer can't be reached. */
const STALE_MS = 24 * 3_600_000;
/** Discovery is believed this long. */
const DISCOVERED_MS = 3_600_000;
/** A source is asked at most once in this time for a `kid` that the set at hand lacks, and while it fails … */
const COOLDOWN_MS = 30_000;
/** … and in this time while no set is held, so that one failure does not lock everybody out. */
const EMPTY_COOLDOWN_MS = 1_000;
/** How many `kid`s are remembered that a source was just asked for and lacks, and how long they may be. */
const MOST_ABSENT = 100;
const LONGEST_ABSENT = 256;
/** Longest that a source is asked, discovery and keys together. All callers share it, each until its own deadline. */
const FETCH_MS = 4_000;
/** Longest that a caller waits for newer keys where those held would do. */
const NEWER_MS = 1_000;
/** The host that left a copy may have a clock that is ahead by this much. */
const SKEW_MS = 5 * 60_000;

interface KeySetPorts {
  readonly fetcher: Fetcher;
  readonly store: DocumentStore;
  readonly clock: Clock;
}

type KeysUnavailable = ReturnType<typeof refuse>;

/** Where it was not asked, or has not answered yet. */
const KEYS_UNAVAILABLE: KeysUnavailable = refuse('keys_unavailable');

/** One source in memory. */
interface Entry {
  held: HeldKeySet | null;
  askedAt: EpochMilliseconds | null;
  /** The last time that it was asked it gave nothing, and why; null: it did. */
  failure: KeysUnavailable | null;
  /** How often it answered: whoever saw it grow was there. */
  answers: number;
  /** When it was last asked for a `kid` that the set at hand lacked, and which it lacked still. */
  searchedAt: EpochMilliseconds | null;
  readonly absent: Set<string>;
  sharedCopy: 'unread' | 'read';
  loading: Promise<void> | null;
}

/** Names a source in every cache: where its keys are, or whose discovery says where. Never a `kid` alone. */
const sourceName = (source: KeySource): string =>
  source.jwksUri === null ? `issuer ${source.issuer}` : `jwks ${source.jwksUri}`;

/**
 * Key sets of identity providers, kept in memory (fresh for 10 minutes) and shared through a document store, from which
 * a process takes its first copy. An unknown `kid` asks the source again, at most once per 30 s however many callers
 * and processes there are, and so does a token without one whose keys were tried in vain (`tried`). While the source is
 * down the last good set serves until it is 24 h old. A bad document never replaces a good one.
 *
 * An empty answer says that the source was asked just now, or lately for this very `kid`, and has no such key. Where
 * that cannot be said the refusal is retryable: `key_not_known_yet` until the source may be asked again,
 * `keys_unavailable` while it is down. A key of that `kid` which the document has and nobody can use is `key_unusable`.
 */
export function cachedKeySets(ports: KeySetPorts): KeySets {
  const entries = new Map<string, Entry>();
  return {
    async find(source, kid, signal, tried) {
      const name = sourceName(source);
      const entry = entries.get(name) ?? emptyEntry();
      entries.set(name, entry);
      const before = entry.answers;
      const lookNow = (): Answer =>
        look(entry, { kid, tried }, ports.clock.now(), entry.answers > before ? 'just-asked' : 'before');
      let answer = lookNow();
      // Twice at most: the shared copy, and then the source where that copy is old or lacks the kid. What is under way
      // is waited for, due or not.
      for (let loads = 0; loads < 2 && isWorthwhile(entry, answer); loads += 1) {
        entry.loading ??= load(ports, source, entry, { kid, tried }).finally(() => {
          entry.loading = null;
        });
        const giveUp = isUsable(answer) ? AbortSignal.any([signal, AbortSignal.timeout(NEWER_MS)]) : signal;
        if ((await endOf(entry.loading, giveUp)) === 'aborted') {
          return isUsable(answer) ? answer.outcome : KEYS_UNAVAILABLE;
        }
        answer = lookNow();
      }
      if (answer.outcome.ok && answer.outcome.value.length === 0) rememberAbsent(entry, kid);
      return answer.outcome;
    },
  };
}

const emptyEntry = (): Entry => ({
  held: null,
  askedAt: null,
  failure: null,
  answers: 0,
  searchedAt: null,
  absent: new Set(),
  sharedCopy: 'unread',
  loading: null,
});

interface Answer {
  readonly outcome: Outcome<readonly JsonObject[]>;
  /** Asking the source is not needed, or not due. */
  readonly settled: boolean;
}

const isUsable = ({ outcome }: Answer): boolean => outcome.ok && outcome.value.length > 0;

const isWorthwhile = (entry: Entry, answer: Answer): boolean =>
  !answer.settled || (entry.loading !== null && !isUsable(answer));

/** A key of that name; or, for a token that names none, any that is not of the set that was tried in vain. */
interface Sought {
  readonly kid: string | undefined;
  readonly tried: readonly JsonObject[] | undefined;
}

function keysFor({ keys }: HeldKeySet, { kid, tried }: Sought): readonly JsonObject[] {
  if (kid !== undefined) return keys.filter((key) => key['kid'] === kid);
  return keys === tried ? [] : keys;
}

function look(entry: Entry, sought: Sought, now: EpochMilliseconds, seen: 'just-asked' | 'before'): Answer {
  const { held, askedAt } = entry;
  if (held === null || now - held.fetchedAt > STALE_MS) {
    const settled = entry.sharedCopy === 'read' && isCooling(askedAt, now, EMPTY_COOLDOWN_MS);
    return { outcome: entry.failure ?? KEYS_UNAVAILABLE, settled };
  }
  const keys = keysFor(held, sought);
  const settled = isCooling(askedAt, now, COOLDOWN_MS);
  if (keys.length > 0) return { outcome: accept(keys), settled: settled || now - held.fetchedAt < FRESH_MS };
  if (entry.failure !== null) return { outcome: entry.failure, settled };
  const { kid, tried } = sought;
  const searched = seen === 'just-asked' || isCooling(entry.searchedAt, now, COOLDOWN_MS);
  if (kid === undefined) return { outcome: accept([]), settled: tried === undefined ? settled : searched };
  return { outcome: explainAbsence(entry, held, kid, now, seen), settled: searched };
}

function explainAbsence(
  { searchedAt, absent }: Entry,
  { skipped }: HeldKeySet,
  kid: string,
  now: EpochMilliseconds,
  seen: 'just-asked' | 'before',
): Outcome<readonly JsonObject[]> {
  const found = skipped.find((each) => each.kid === kid)?.found;
  if (found !== undefined) return refuse('key_unusable', { log: { kid, found } });
  if (seen === 'just-asked' || absent.has(kid)) return accept([]);
  const left = searchedAt === null ? 0 : searchedAt + COOLDOWN_MS - now;
  return refuse('key_not_known_yet', { retryAfter: seconds(Math.max(1, Math.ceil(left / 1_000))), log: { kid } });
}

/** Where the clock was set back the source is asked again, rather than not for as long as it was set back. */
const isCooling = (since: EpochMilliseconds | null, now: EpochMilliseconds, cooldownMs: number): boolean =>
  since !== null && now >= since && now - since < cooldownMs;

/** Of a source that was just asked: another token of this `kid` need not wait for the next look. */
function rememberAbsent({ absent }: Entry, kid: string | undefined): void {
  if (kid !== undefined && kid.length <= LONGEST_ABSENT && absent.size < MOST_ABSENT) absent.add(kid);
}

/** The first loading takes the shared copy; the others ask the source. */
async function load(ports: KeySetPorts, source: KeySource, entry: Entry, sought: Sought): Promise<void> {
  const name = sourceName(source);
  if (entry.sharedCopy === 'unread') {
    await takeShared(ports, name, entry);
    entry.sharedCopy = 'read';
    return;
  }
  if (entry.held !== null && keysFor(entry.held, sought).length === 0) {
    // Another process may have looked: the source is asked once for all of them, however many names are made up.
    await takeShared(ports, name, entry);
    const now = ports.clock.now();
    if (keysFor(entry.held, sought).length > 0 || isCooling(entry.searchedAt, now, COOLDOWN_MS)) return;
    entry.searchedAt = now;
  }
  await ask(ports, source, entry);
}

/** Takes the copy of the store where it is newer than what is held, and not too old to serve. */
async function takeShared({ store, clock }: KeySetPorts, name: string, entry: Entry): Promise<void> {
  const shared = await readSharedKeySet(store, name);
  const age = shared === null ? STALE_MS : clock.now() - shared.held.fetchedAt;
  if (shared === null || age <= -SKEW_MS || age >= STALE_MS) return;
  if (entry.held !== null && shared.held.fetchedAt <= entry.held.fetchedAt) return;
  entry.held = shared.held;
  entry.askedAt = shared.held.fetchedAt;
  entry.searchedAt = shared.searchedAt;
  entry.failure = null;
  entry.absent.clear();
}

async function ask(ports: KeySetPorts, source: KeySource, entry: Entry): Promise<void> {
  const { fetcher, store, clock } = ports;
  const askedAt = clock.now();
  entry.askedAt = askedAt;
  const known = entry.held !== null && askedAt - entry.held.discoveredAt < DISCOVERED_MS ? entry.held : null;
  const fetched = await fetchKeySet(fetcher, source, known?.jwksUri, AbortSignal.timeout(FETCH_MS));
  entry.failure = fetched.ok ? null : fetched;
  if (!fetched.ok) {
    // The document may have moved: the next time discovery is asked again.
    if (entry.held !== null) entry.held = { ...entry.held, discoveredAt: LONG_AGO };
    return;
  }
  entry.answers += 1;
  entry.absent.clear();
  entry.held = { ...fetched.value, fetchedAt: askedAt, discoveredAt: known?.discoveredAt ?? askedAt };
  await writeSharedKeySet(store, sourceName(source), { held: entry.held, searchedAt: entry.searchedAt });
}

const LONG_AGO = epochMilliseconds(0);

/** Waits for the loading that all callers share, or until this caller's own deadline. */
function endOf(loading: Promise<void>, signal: AbortSignal): Promise<'ended' | 'aborted'> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve('aborted');
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    loading.then(() => resolve('ended'), reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
