import { createHash } from 'node:crypto';
import { type Refusal, refuse } from '../../outcome.ts';
import type { Clock } from '../../ports/host.ts';
import type { Reason } from '../../refusals/registry.ts';
import type { EpochMilliseconds, Seconds } from '../../time.ts';
import { FailedAttempts, MOST_NAMES } from '../failed-attempts.ts';
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
/**
 * How long after it was accepted a key is asked about whatever else comes from its address: one program behind a shared
 * address (NAT) must not lock the others out. The key's own bound holds.
 */
const KNOWN_MS = 900_000;
const MOST_KNOWN = 1_000;

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
 * asked about once, and made-up ones without end are not. Nobody is let in by it: of what was accepted only the key and
 * its address are kept, and STS is asked about its next request too.
 */
export class RefusedRequests {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  /** When a key was last accepted from an address, the oldest first. */
  readonly #known = new Map<string, EpochMilliseconds>();
  readonly #ofKeys: FailedAttempts;
  readonly #ofAddresses: FailedAttempts;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ofKeys = new FailedAttempts(clock, { most: MOST_OF_A_KEY, names: MOST_NAMES, shared: null });
    this.#ofAddresses = new FailedAttempts(clock, { most: MOST_OF_AN_ADDRESS, names: MOST_NAMES, shared: null });
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
    putLast(this.#kept, name, { refusal, since: this.#clock.now() }, MOST_KEPT);
    await this.#ofKeys.count(request.accessKeyId, from.sourceIp);
    await this.#ofAddresses.count('', from.sourceIp);
  }

  /**
   * STS said whose the request is, and the broker knows them: others from that address no longer speak for this key.
   */
  accepted(request: SignedRequest, from: Origin): void {
    putLast(this.#known, keyAt(request, from), this.#clock.now(), MOST_KNOWN);
  }

  #blockedFor(request: SignedRequest, from: Origin): Seconds | null {
    const { sourceIp } = from;
    const ofKey = this.#ofKeys.blockedFor(request.accessKeyId, sourceIp);
    if (ofKey !== null || this.#isKnown(request, from)) return ofKey;
    return this.#ofAddresses.blockedFor('', sourceIp);
  }

  #isKnown(request: SignedRequest, from: Origin): boolean {
    const since = this.#known.get(keyAt(request, from));
    const age = since === undefined ? KNOWN_MS : this.#clock.now() - since;
    return age >= 0 && age < KNOWN_MS;
  }
}

/** Where a request came from, and under which configuration it is judged. */
export interface Origin {
  readonly sourceIp: string;
  readonly configVersion: number;
}

/** Puts an entry behind the others; the oldest gives way where there are `most`. */
function putLast<T>(entries: Map<string, T>, name: string, entry: T, most: number): void {
  entries.delete(name);
  const [oldest] = entries.keys();
  if (entries.size >= most && oldest !== undefined) entries.delete(oldest);
  entries.set(name, entry);
}

const keyAt = ({ accessKeyId }: SignedRequest, { sourceIp }: Origin): string => `${accessKeyId} ${sourceIp}`;

/** All that STS would be sent: a copy with the same signature and another header is another request. */
const nameOf = ({ target, headers, body }: SignedRequest, { configVersion }: Origin): string =>
  createHash('sha256')
    .update(JSON.stringify([configVersion, target.url, target.host, body, Object.entries(headers)]))
    .digest('hex');
