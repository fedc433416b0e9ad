import { createHash } from 'node:crypto';
import { type Refusal, refuse } from '../../outcome.ts';
import type { Clock } from '../../ports.ts';
import type { Reason } from '../../refusals/registry.ts';
import type { EpochMilliseconds, Seconds } from '../../time.ts';
import { FailedAttempts } from '../failed-attempts.ts';
import type { SignedRequest } from './signed-request.ts';

/** How long STS is not asked again about a request that was refused for good; a key made meanwhile works after it. */
const KEPT_MS = 60_000;
const MOST_KEPT = 1_000;
/**
 * Requests refused within a minute after which STS is not asked: of one access key, and of whatever keys, from one
 * address.
 */
const MOST_OF_A_KEY = 20;
const MOST_OF_AN_ADDRESS = 100;

/** What another try of the same request cannot change. */
const FINAL: ReadonlySet<Reason> = new Set<Reason>([
  'signature_invalid',
  'expired',
  'caller_identity_unsupported',
  'account_not_allowed',
  'requirement_not_met',
]);

interface Kept {
  readonly refusal: Refusal;
  readonly since: EpochMilliseconds;
}

/**
 * Signed AWS requests that were refused after STS was asked, in the memory of one process: so that a made-up one is
 * asked about once, and made-up ones without end are not. Nobody is let in by it: what was accepted is not kept.
 */
export class RefusedRequests {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  readonly #ofKeys: FailedAttempts;
  readonly #ofAddresses: FailedAttempts;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ofKeys = new FailedAttempts(clock, { kind: 'signed-request', most: MOST_OF_A_KEY, limits: null });
    this.#ofAddresses = new FailedAttempts(clock, { kind: 'signed-request', most: MOST_OF_AN_ADDRESS, limits: null });
  }

  /**
   * Why the request is refused without asking STS: as it was under this configuration within the last minute, or with
   * `signed_request_attempts_exceeded`. null: STS is asked.
   */
  find(request: SignedRequest, from: Origin): Refusal | null {
    const kept = this.#kept.get(nameOf(request, from));
    const age = kept === undefined ? KEPT_MS : this.#clock.now() - kept.since;
    if (kept !== undefined && age >= 0 && age < KEPT_MS) return kept.refusal;
    const retryAfter = this.#blockedFor(request, from);
    return retryAfter === null ? null : refuse('signed_request_attempts_exceeded', { retryAfter }).refusal;
  }

  /** Keeps and counts a refusal that came after STS was asked, if the same request could hear no other. */
  async keep(request: SignedRequest, from: Origin, refusal: Refusal): Promise<void> {
    if (!FINAL.has(refusal.reason)) return;
    const name = nameOf(request, from);
    this.#kept.delete(name);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(name, { refusal, since: this.#clock.now() });
    await this.#ofKeys.count(request.accessKeyId, from.sourceIp);
    await this.#ofAddresses.count('', from.sourceIp);
  }

  #blockedFor({ accessKeyId }: SignedRequest, { sourceIp }: Origin): Seconds | null {
    return this.#ofKeys.blockedFor(accessKeyId, sourceIp) ?? this.#ofAddresses.blockedFor('', sourceIp);
  }
}

/** Where a request came from, and under which configuration it is judged. */
export interface Origin {
  readonly sourceIp: string;
  readonly configVersion: number;
}

/** All that STS would be sent: a copy with the same signature and another header is another request. */
const nameOf = ({ target, headers, body }: SignedRequest, { configVersion }: Origin): string =>
  createHash('sha256')
    .update(JSON.stringify([configVersion, target.url, target.host, body, Object.entries(headers)]))
    .digest('hex');
