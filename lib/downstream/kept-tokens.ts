import { createHash } from 'node:crypto';
import type { EpochMilliseconds } from '../time.ts';
import type { DownstreamRequest, DownstreamToken } from './downstream-request.ts';
import type { HeldSecrets } from './held-secrets.ts';

/** A token is dropped with this much of its life left, whichever comes first. */
const LEAST_LEFT_SECONDS = 60;
const LEAST_LEFT_SHARE = 0.1;
const MOST_KEPT = 1_000;

interface Kept {
  readonly token: DownstreamToken;
  readonly since: EpochMilliseconds;
  /** Milliseconds since the epoch; not a moment longer. */
  readonly until: number;
}

/**
 * What a token is shared by: the whole resolved request. Endpoint, client and every fixed parameter are in the grant;
 * the rest is what templates made of it, whom it is for, the forwarded proof's SHA-256 and the versions of the secrets.
 * No secret is in it. SHA-256, lower-case hex.
 */
export function sharingKey(request: DownstreamRequest, held: readonly HeldSecrets[]): string {
  const { grant, scope, audience, subject, act, identity, proof } = request;
  const parts = [
    grant,
    scope,
    audience,
    subject,
    act ?? null,
    identity,
    proof?.sha256 ?? null,
    held.map(({ id }) => id),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * Tokens that may be handed out again, in the memory of one process and nowhere else. Each is dropped with 10 % or 60 s
 * of its life left, and no later than the proof that was forwarded for it ends. What ends at an assumed time is never
 * kept.
 */
export class KeptTokens {
  readonly #kept = new Map<string, Kept>();

  find(key: string, now: EpochMilliseconds): DownstreamToken | null {
    const kept = this.#kept.get(key);
    if (kept === undefined) return null;
    // A clock that went back says nothing of what is left.
    if (now >= kept.since && now < kept.until) return kept.token;
    this.#kept.delete(key);
    return null;
  }

  /** `since`: when it was asked for. */
  keep(key: string, token: DownstreamToken, { proof }: DownstreamRequest, since: EpochMilliseconds): void {
    if (token.expiresAssumed) return;
    const life = token.expires - since / 1000;
    const until = token.expires - Math.max(LEAST_LEFT_SECONDS, life * LEAST_LEFT_SHARE);
    const last = Math.min(until, proof?.expires ?? Number.POSITIVE_INFINITY) * 1000;
    this.#kept.delete(key);
    if (last <= since) return;
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, { token, since, until: last });
  }
}
