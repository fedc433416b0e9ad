/** Secrets by name. Types only. */
import type { EpochMilliseconds, Milliseconds } from '../time.ts';

export interface SecretVersion {
  readonly value: string;
  readonly versionId: string;
  /** Tags of the secret, for `token-broker:host`. */
  readonly tags: Readonly<Record<string, string>>;
}

/** How old a copy of a secret may be. */
export type SecretAge = 'cached' | 'fresh' | Milliseconds;

export interface Secrets {
  /**
   * AWSCURRENT, and AWSPREVIOUS if there is one, cached at most 60 s. null: there is no such secret. Throws
   * `Fault('secrets')`. `fresh`, for a version that was just refused elsewhere or does not fit what was presented: read
   * again, at most every few seconds for one secret. A length of time: no copy that is as old, so that 0 always reads.
   */
  read(
    name: string,
    signal: AbortSignal,
    age?: SecretAge,
  ): Promise<{
    readonly current: SecretVersion;
    readonly previous: (SecretVersion & { readonly retiredAt: EpochMilliseconds | null }) | null;
  } | null>;
}
