import type { SamlConnection } from '../../configuration/documents/connections.ts';
import { accept, Fault, type Outcome, type Refusal, refuse } from '../../outcome.ts';
import type { DocumentStore, Fetcher } from '../../ports/documents.ts';
import type { Clock } from '../../ports/host.ts';
import { type EpochMilliseconds, type Milliseconds, milliseconds } from '../../time.ts';
import type { IdpMetadataSource } from './context.ts';
import { type IdpMetadata, MAX_METADATA_BYTES, metadataOutcome, readMetadata } from './metadata.ts';

export interface MetadataPorts {
  readonly fetcher: Fetcher;
  readonly store: DocumentStore;
  readonly clock: Clock;
}

/** A document that was read. */
interface Copy {
  readonly metadata: IdpMetadata;
  readonly fetchedAt: EpochMilliseconds;
}

/** An attempt that gave nothing to serve, and when the next one is due. */
interface Failure {
  readonly refusal: Refusal;
  readonly at: EpochMilliseconds;
  readonly pause: Milliseconds;
}

/** What is known of one URL. */
interface Entry {
  copy: Copy | null;
  failure: Failure | null;
  loading: Promise<void> | null;
}

/** A copy is asked for again after this long, or after the document's cacheDuration where that is shorter. */
const REFRESH_MS = milliseconds(3_600_000);
/** A cacheDuration below this does not make every request a fetch. */
const LEAST_REFRESH_MS = milliseconds(60_000);
/** While the IdP is down, a copy serves until it is this old. */
const STALE_MS = milliseconds(86_400_000);
/** Longest pause after an attempt that failed. With nothing to serve, pauses begin at 2 s and double. */
const PAUSE_MS = milliseconds(30_000);
const FIRST_PAUSE_MS = milliseconds(2000);
const FETCH_MS = 3000;
const STORE_MS = 300;
/** An item of the store is at most 400 KB; a longer document stays in memory. */
const MAX_STORED_BYTES = 300 * 1024;

/**
 * The metadata of connections' IdPs: inlined documents, read once; documents behind a URL fetched over https, kept in
 * memory and in the store, refreshed hourly or by their cacheDuration, and served for at most 24 h while the IdP is
 * down. One attempt serves all who wait for it, and one that failed, in whatever way, is the answer until the next is
 * due: at most every 30 s while a copy serves, else after 2, 4, 8 ... 30 s. A document that cannot be read, or that
 * names another entity, never replaces one that still serves. One past its validUntil is refused
 * (saml_metadata_expired), and asked for.
 */
export class MetadataSource implements IdpMetadataSource {
  private readonly ports: MetadataPorts;
  private readonly inlined = new WeakMap<SamlConnection, Outcome<IdpMetadata>>();
  private readonly entries = new Map<string, Entry>();

  constructor(ports: MetadataPorts) {
    this.ports = ports;
  }

  async find(connection: SamlConnection, _signal: AbortSignal): Promise<Outcome<IdpMetadata>> {
    if (connection.metadata !== null) return this.readInlined(connection, connection.metadata);
    if (connection.metadataUrl === null) throw new Fault('configuration', 'a SAML connection without metadata');
    return this.readUrl(connection.metadataUrl);
  }

  private readInlined(connection: SamlConnection, text: string): Outcome<IdpMetadata> {
    const known = this.inlined.get(connection) ?? metadataOutcome(readMetadata(text));
    this.inlined.set(connection, known);
    return known.ok && this.hasEnded(known.value) ? expired(known.value) : known;
  }

  private async readUrl(url: string): Promise<Outcome<IdpMetadata>> {
    const entry = this.entries.get(url) ?? { copy: null, failure: null, loading: null };
    this.entries.set(url, entry);
    if (!this.isFresh(entry.copy) && !this.isPausing(entry.failure)) {
      // Shared by all who wait, so it has deadlines of its own and not those of the one who came first.
      entry.loading ??= this.load(url, entry).finally(() => {
        entry.loading = null;
      });
      await entry.loading;
    }
    const { copy, failure } = entry;
    if (copy !== null && this.serves(copy)) return accept(copy.metadata);
    return failure === null ? refuse('metadata_unavailable') : { ok: false, refusal: failure.refusal };
  }

  /** Takes the newest copy: the store's while it is fresh, else the IdP's where it may replace what there is. */
  private async load(url: string, entry: Entry): Promise<void> {
    entry.copy = later(entry.copy, await this.stored(url));
    if (this.isFresh(entry.copy)) return;
    const fetched = await this.fetched(url, entry.copy);
    entry.failure = fetched.ok ? null : this.failureAfter(entry, fetched.refusal);
    if (!fetched.ok) return;
    entry.copy = fetched.value.copy;
    await this.store(url, fetched.value.text, entry.copy.fetchedAt);
  }

  private failureAfter({ copy, failure }: Entry, refusal: Refusal): Failure {
    const doubled = failure === null ? FIRST_PAUSE_MS : milliseconds(failure.pause * 2);
    const pause = copy !== null && this.serves(copy) ? PAUSE_MS : milliseconds(Math.min(PAUSE_MS, doubled));
    return { refusal, at: this.ports.clock.now(), pause };
  }

  /** Where the clock was set back, the IdP is asked again, rather than not for as long as it was set back. */
  private isPausing(failure: Failure | null): boolean {
    const now = this.ports.clock.now();
    return failure !== null && now >= failure.at && now < failure.at + failure.pause;
  }

  private isFresh(copy: Copy | null): boolean {
    if (copy === null || !this.serves(copy)) return false;
    const { cacheDuration } = copy.metadata;
    const asked = cacheDuration === null ? REFRESH_MS : cacheDuration * 1000;
    return this.age(copy) < Math.min(REFRESH_MS, Math.max(LEAST_REFRESH_MS, asked));
  }

  private serves(copy: Copy): boolean {
    return this.age(copy) < STALE_MS && !this.hasEnded(copy.metadata);
  }

  private hasEnded({ validUntil }: IdpMetadata): boolean {
    return validUntil !== null && this.ports.clock.now() >= validUntil * 1000;
  }

  /** A copy from the future is of no age, not of a negative one. */
  private age({ fetchedAt }: Copy): number {
    return Math.abs(this.ports.clock.now() - fetchedAt);
  }

  private async fetched(
    url: string,
    old: Copy | null,
  ): Promise<Outcome<{ readonly copy: Copy; readonly text: string }>> {
    const signal = AbortSignal.timeout(FETCH_MS);
    const request = { url, method: 'GET', maxBytes: MAX_METADATA_BYTES, timeoutMs: FETCH_MS } as const;
    const result = await this.ports.fetcher.fetch(
      { ...request, redirects: 'same-host', publicAddressOnly: false },
      signal,
    );
    if (!result.ok) return refuse('metadata_unavailable', { log: { found: result.problem } });
    if (result.status !== 200) return refuse('metadata_unavailable', { log: { httpStatus: result.status } });
    const text = utf8(result.body);
    if (text === null) return refuse('saml_metadata_invalid', { log: { found: 'not UTF-8' } });
    const metadata = metadataOutcome(readMetadata(text));
    if (!metadata.ok) return metadata;
    if (this.hasEnded(metadata.value)) return expired(metadata.value);
    if (old !== null && this.serves(old) && metadata.value.entityId !== old.metadata.entityId) {
      return refuse('saml_metadata_invalid', { log: { found: 'another entity' } });
    }
    return accept({ text, copy: { metadata: metadata.value, fetchedAt: this.ports.clock.now() } });
  }

  private async stored(url: string): Promise<Copy | null> {
    try {
      const stored = await this.ports.store.get(keyOf(url), AbortSignal.timeout(STORE_MS));
      const reading = stored === null ? null : readMetadata(stored.text);
      return stored === null || reading?.ok !== true ? null : { metadata: reading.value, fetchedAt: stored.fetchedAt };
    } catch {
      // A store that is down costs a fetch, not a sign-in.
      return null;
    }
  }

  private async store(url: string, text: string, fetchedAt: EpochMilliseconds): Promise<void> {
    if (Buffer.byteLength(text) > MAX_STORED_BYTES) return;
    try {
      await this.ports.store.put(keyOf(url), { text, fetchedAt }, AbortSignal.timeout(STORE_MS));
    } catch {
      // The next process fetches for itself.
    }
  }
}

const expired = ({ validUntil }: IdpMetadata): Outcome<never> =>
  refuse('saml_metadata_expired', { log: { validUntil } });

const keyOf = (url: string): string => `saml-metadata#${url}`;

const later = (a: Copy | null, b: Copy | null): Copy | null =>
  a === null || (b !== null && b.fetchedAt > a.fetchedAt) ? b : a;

function utf8(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return null;
  }
}
