import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Clock } from '../ports/host.ts';
import type { Limits } from '../ports/limits.ts';
import { type EpochMilliseconds, epochMilliseconds, type Seconds, seconds } from '../time.ts';

const WINDOW = seconds(60);
/** Enough names and addresses for one process. */
export const MOST_NAMES = 10_000;
/** A process tells the others of at most this many in one window: what nobody proved must not become our writes. */
const MOST_SHARED = 100;
/** How long the others' count is waited for. What it says too late is learned at the next failure. */
const SHARING_MS = 200;

interface Count {
  /** When the failures of this window came, the oldest first: no more than the bound. */
  readonly failures: readonly EpochMilliseconds[];
  /** Nothing is tried before; null: it is. */
  readonly blockedUntil: EpochMilliseconds | null;
}

export interface AttemptBound {
  /**
   * Failures of one name from one address within a minute, after which nothing that comes from there in it is tried.
   */
  readonly most: number;
  /**
   * Names and addresses that one process counts: that with the fewest failures gives way, the oldest of those first.
   */
  readonly names: number;
  /** What all processes count in, and what fails, in the name of the counter there. null: each process counts alone. */
  readonly shared: { readonly limits: Limits; readonly kind: string } | null;
}

/**
 * Counts failed attempts by name, known or not, and address (an IPv6 one counts by its /64). As many as the bound
 * within a minute and the name is refused from there, whatever it brings, until a minute has passed since the first of
 * them.
 *
 * Counted in this process, and in a limit that all processes share: each failure is one conditional write until the
 * bound is reached, none after that, and at most a hundred a minute from each process. A success costs no call. Where
 * the shared limit cannot be had, this process's own count decides.
 */
export class FailedAttempts {
  readonly #clock: Clock;
  readonly #bound: AttemptBound;
  readonly #counts = new Map<string, Count>();
  /** Names of the counts by how many failures they have, each the oldest first: the order in which they give way. */
  readonly #byFailures: readonly Set<string>[];
  #shared: readonly EpochMilliseconds[] = [];

  constructor(clock: Clock, bound: AttemptBound) {
    this.#clock = clock;
    this.#bound = bound;
    this.#byFailures = Array.from({ length: bound.most + 1 }, () => new Set<string>());
  }

  /** How long nothing of this name is tried from this address; null: it is. */
  blockedFor(name: string, address: string): Seconds | null {
    return waitOf(this.#counts.get(counterName(name, address)), this.#clock.now());
  }

  /** Counts one failure. null: it was within the bound; else how long the name is refused from there. */
  async count(name: string, address: string): Promise<Seconds | null> {
    const counter = counterName(name, address);
    const now = this.#clock.now();
    const { most } = this.#bound;
    const before = this.#counts.get(counter);
    const failures = [...(before?.failures ?? []).filter((time) => isWithinWindow(time, now)), now].slice(-most);
    const [oldest] = failures;
    const isFull = failures.length === most && oldest !== undefined;
    const blockedUntil = isFull ? epochMilliseconds(oldest + WINDOW * 1_000) : (before?.blockedUntil ?? null);
    this.#keep(counter, { failures, blockedUntil });
    const wait = await this.#share(counter, now);
    // Others may have counted meanwhile.
    const counted = this.#counts.get(counter) ?? { failures, blockedUntil };
    if (wait !== null) this.#keep(counter, { ...counted, blockedUntil: epochMilliseconds(now + wait * 1_000) });
    return wait;
  }

  async #share(counter: string, now: EpochMilliseconds): Promise<Seconds | null> {
    const { shared, most } = this.#bound;
    if (shared === null) return null;
    this.#shared = this.#shared.filter((time) => isWithinWindow(time, now));
    if (this.#shared.length >= MOST_SHARED) return null;
    this.#shared = [...this.#shared, now];
    const limit = { counter: `${shared.kind} ${counter}`, count: most, window: WINDOW };
    try {
      const counted = await shared.limits.count([limit], now, AbortSignal.timeout(SHARING_MS));
      return counted.within ? null : counted.retryAfter;
    } catch {
      // What failed is refused either way, and this process goes on counting by itself.
      return null;
    }
  }

  #keep(counter: string, count: Count): void {
    this.#drop(counter);
    if (this.#counts.size >= this.#bound.names) this.#makeRoom();
    this.#counts.set(counter, count);
    this.#byFailures[this.#weightOf(count)]?.add(counter);
  }

  /**
   * Names are anybody's to make up: a crowd of them costs only its own kind, those that failed as rarely, and never one
   * that is refused already.
   */
  #makeRoom(): void {
    const now = this.#clock.now();
    const oldest = this.#byFailures.flatMap((names) => first(names) ?? []);
    const over = oldest.find((name) => isOver(this.#counts.get(name), now)) ?? oldest[0];
    if (over !== undefined) this.#drop(over);
  }

  #drop(counter: string): void {
    const count = this.#counts.get(counter);
    if (count === undefined) return;
    this.#byFailures[this.#weightOf(count)]?.delete(counter);
    this.#counts.delete(counter);
  }

  /** Blocked by others' word is as good as by one's own. */
  #weightOf({ failures, blockedUntil }: Count): number {
    return blockedUntil === null ? failures.length : this.#bound.most;
  }
}

/** A clock that was set back ends what was counted before: it would last for as long as it was set back. */
const isWithinWindow = (time: EpochMilliseconds, now: EpochMilliseconds): boolean =>
  now >= time && now - time < WINDOW * 1_000;

const first = ([name]: Iterable<string>): string | undefined => name;

/** Nothing of it decides any more. */
const isOver = (count: Count | undefined, now: EpochMilliseconds): boolean => {
  const last = count?.failures.at(-1);
  return (last === undefined || !isWithinWindow(last, now)) && waitOf(count, now) === null;
};

function waitOf(count: Count | undefined, now: EpochMilliseconds): Seconds | null {
  const until = count?.blockedUntil ?? null;
  const isBlocked = until !== null && now < until && until - now <= WINDOW * 1_000;
  return isBlocked ? seconds(Math.ceil((until - now) / 1_000)) : null;
}

/** Neither the name, which may be anything, nor the address is kept. */
const counterName = (client: string, address: string): string =>
  createHash('sha256')
    .update(JSON.stringify([client, networkOf(address)]))
    .digest('hex');

/** Whoever has one IPv6 address has all of its /64 (RFC 6177 section 2). */
function networkOf(address: string): string {
  const ipv4 = /^::ffff:(.*)/i.exec(address)?.[1];
  if (ipv4 !== undefined || !isIPv6(address)) return ipv4 ?? address;
  const [head = '', tail = ''] = address.split('::');
  const [first, last] = [groupsOf(head), groupsOf(tail)];
  const zeros = Array<string>(8 - first.length - last.length).fill('0');
  const groups = [...first, ...zeros, ...last].slice(0, 4);
  return groups.map((group) => Number(`0x${group}`)).join(':');
}

const groupsOf = (text: string): readonly string[] => text.split(':').filter((group) => group !== '');
