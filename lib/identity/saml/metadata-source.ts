import type { SamlConnection } from '../../configuration/documents.ts';
import { accept, Fault, type Outcome, refuse } from '../../outcome.ts';
import type { Clock, DocumentStore, Fetcher } from '../../ports.ts';
import { type EpochMilliseconds, milliseconds } from '../../time.ts';
import type { IdpMetadataSource } from './context.ts';
import { type IdpMetadata, MAX_METADATA_BYTES, metadataOutcome, readMetadata } from './metadata.ts';

export interface MetadataPorts {
  readonly fetcher: Fetcher;
  readonly store: DocumentStore;
  readonly clock: Clock;
}

interface Held {
  readonly metadata: IdpMetadata;
  readonly fetchedAt: EpochMilliseconds;
}

/** A copy is asked for again after this long, or after the document's cacheDuration where that is shorter. */
const REFRESH_MS = milliseconds(3_600_000);
/** A cacheDuration below this does not make every request a fetch. */
const LEAST_REFRESH_MS = milliseconds(60_000);
/** While the IdP is down, a copy serves until it is this old. */
const STALE_MS = milliseconds(86_400_000);
/** After a fetch that failed, the next one. */
const RETRY_MS = milliseconds(30_000);
const FETCH_MS = 3000;
const STORE_MS = 300;
/** An item of the store is at most 400 KB; a longer document stays in memory. */
const MAX_STORED_BYTES = 300 * 1024;

/**
 * The metadata of connections' IdPs: inlined documents, read once; documents behind a URL fetched over https, kept in memory and in the store, refreshed hourly or by
 * their cacheDuration, and served for at most 24 h while the IdP is down. A document that cannot be read, or that names another entity, never replaces one
 * that still serves. A document past its validUntil is refused (saml_metadata_expired), whatever its age.
 */
export class MetadataSource implements IdpMetadataSource {
  private readonly ports: MetadataPorts;
  private readonly inlined = new WeakMap<SamlConnection, Outcome<IdpMetadata>>();
  private readonly held = new Map<string, Held>();
  private readonly underWay = new Map<string, Promise<Outcome<Held>>>();
  private readonly failedAt = new Map<string, EpochMilliseconds>();

  constructor(ports: MetadataPorts) {
    this.ports = ports;
  }

  async find(connection: SamlConnection, _signal: AbortSignal): Promise<Outcome<IdpMetadata>> {
    const found = await this.read(connection);
    if (!found.ok) return found;
    const { validUntil } = found.value;
    if (validUntil === null || this.ports.clock.now() < validUntil * 1000) return found;
    return refuse('saml_metadata_expired', { log: { connection: connection.connection, validUntil } });
  }

  private async read(connection: SamlConnection): Promise<Outcome<IdpMetadata>> {
    if (connection.metadata !== null) return this.readInlined(connection, connection.metadata);
    if (connection.metadataUrl === null) throw new Fault('configuration', 'a SAML connection without metadata');
    const held = await this.readUrl(connection.metadataUrl);
    return held.ok ? accept(held.value.metadata) : held;
  }

  private readInlined(connection: SamlConnection, text: string): Outcome<IdpMetadata> {
    const known = this.inlined.get(connection);
    if (known !== undefined) return known;
    const fresh = metadataOutcome(readMetadata(text));
    this.inlined.set(connection, fresh);
    return fresh;
  }

  private async readUrl(url: string): Promise<Outcome<Held>> {
    const held = this.held.get(url);
    if (held !== undefined && this.isFresh(held)) return accept(held);
    const retryAt = (this.failedAt.get(url) ?? Number.NEGATIVE_INFINITY) + RETRY_MS;
    if (held !== undefined && this.ports.clock.now() < retryAt) return this.orStale(held, unavailable);
    const joined = this.underWay.get(url) ?? this.refresh(url, held).finally(() => this.underWay.delete(url));
    this.underWay.set(url, joined);
    return joined;
  }

  /** Shared by all who wait, so it has deadlines of its own and not those of the one who came first. */
  private async refresh(url: string, held: Held | undefined): Promise<Outcome<Held>> {
    const newest = later(held, await this.stored(url));
    if (newest !== undefined && this.isFresh(newest)) return this.keep(url, newest);
    const fetched = await this.fetched(url);
    if (fetched.ok && this.mayReplace(newest, fetched.value.held)) {
      await this.store(url, fetched.value.text, fetched.value.held.fetchedAt);
      return this.keep(url, fetched.value.held);
    }
    this.failedAt.set(url, this.ports.clock.now());
    if (newest !== undefined) this.held.set(url, newest);
    return this.orStale(
      newest,
      fetched.ok ? refuse('saml_metadata_invalid', { log: { found: 'another entity' } }) : fetched,
    );
  }

  private isFresh({ metadata, fetchedAt }: Held): boolean {
    const asked = metadata.cacheDuration === null ? REFRESH_MS : metadata.cacheDuration * 1000;
    return this.age(fetchedAt) < Math.min(REFRESH_MS, Math.max(LEAST_REFRESH_MS, asked));
  }

  private serves({ metadata, fetchedAt }: Held): boolean {
    const { validUntil } = metadata;
    return this.age(fetchedAt) < STALE_MS && (validUntil === null || this.ports.clock.now() < validUntil * 1000);
  }

  /** A copy from the future is of no age, not of a negative one. */
  private age(fetchedAt: EpochMilliseconds): number {
    return Math.abs(this.ports.clock.now() - fetchedAt);
  }

  private mayReplace(old: Held | undefined, fresh: Held): boolean {
    if (old === undefined || !this.serves(old)) return true;
    return fresh.metadata.entityId === old.metadata.entityId && this.serves(fresh);
  }

  private orStale(held: Held | undefined, otherwise: Outcome<never>): Outcome<Held> {
    return held !== undefined && this.age(held.fetchedAt) < STALE_MS ? accept(held) : otherwise;
  }

  private keep(url: string, held: Held): Outcome<Held> {
    this.held.set(url, held);
    this.failedAt.delete(url);
    return accept(held);
  }

  private async fetched(url: string): Promise<Outcome<{ readonly held: Held; readonly text: string }>> {
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
    return accept({ text, held: { metadata: metadata.value, fetchedAt: this.ports.clock.now() } });
  }

  private async stored(url: string): Promise<Held | undefined> {
    try {
      const stored = await this.ports.store.get(keyOf(url), AbortSignal.timeout(STORE_MS));
      const metadata = stored === null ? null : readMetadata(stored.text);
      if (stored === null || metadata?.ok !== true) return undefined;
      return { metadata: metadata.value, fetchedAt: stored.fetchedAt };
    } catch {
      // A store that is down costs a fetch, not a sign-in.
      return undefined;
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

const unavailable = refuse('metadata_unavailable');

const keyOf = (url: string): string => `saml-metadata#${url}`;

const later = (a: Held | undefined, b: Held | undefined): Held | undefined =>
  a === undefined || (b !== undefined && b.fetchedAt > a.fetchedAt) ? b : a;

function utf8(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return null;
  }
}
