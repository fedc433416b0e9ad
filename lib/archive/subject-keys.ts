/** The data keys that the archive seals persons' members with, one a person. Types only. */
import type { EpochMilliseconds } from '../time.ts';

/** Whose members are to be sealed, in a record of when. */
export interface SealRequest {
  /** `<connection>:<subject>`. */
  readonly identity: string;
  readonly time: EpochMilliseconds;
}

/** What to seal with. */
export interface SealingKey {
  /** The person's pseudonym, and the name of the key: `sub_` and 26 characters, drawn at random. */
  readonly id: string;
  /** 32 octets; null: the person was erased after that time, so that nothing is to be kept. */
  readonly key: Uint8Array | null;
}

export interface SubjectKeys {
  /**
   * A key for each request, in their order; made where there is none. Throws `Fault('archive')` where one cannot be
   * read, made, or found again: nothing is written then.
   */
  forSealing(requests: readonly SealRequest[], signal: AbortSignal): Promise<readonly SealingKey[]>;
}

export interface SubjectKeyReader {
  /** The keys that are there; `erased`: it was destroyed. One that is not known here is left out. */
  forOpening(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array | 'erased'>>;
}
