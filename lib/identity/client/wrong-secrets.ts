import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Clock, Limits } from '../../ports.ts';
import { type EpochMilliseconds, epochMilliseconds, type Seconds, seconds } from '../../time.ts';

/** Wrong secrets of one client from one address within a window, after which nothing that comes from there is compared. */
const MOST_WRONG = 20;
const WINDOW = seconds(60);
/** Clients and addresses that one process counts; the oldest gives way. */
const MOST_COUNTED = 10_000;
/** A process tells the others of at most this many in one window: what nobody proved must not become our writes. */
const MOST_SHARED = 100;
/** How long the others' count is waited for. What it says too late is learned at the next wrong secret. */
const SHARING_MS = 200;

interface Count {
  /** When the wrong secrets of this window came, the oldest first: at most twenty. */
  readonly wrong: readonly EpochMilliseconds[];
  /** Nothing is compared before; null: it is. */
  readonly blockedUntil: EpochMilliseconds | null;
}

/**
 * Counts wrong client secrets for each client name, registered or not, and address (an IPv6 one counts by its /64).
 * Twenty within a minute and the name is refused from there, with a right secret too, until the minute is over.
 *
 * Counted in this process, and in a limit that all processes share: each wrong secret is one conditional write until
 * twenty are counted, none after that, and at most a hundred a minute from each process. A right secret costs no call.
 * Where the shared limit cannot be had, this process's own count decides: a wrong secret is refused in any case.
 */
export class WrongSecrets {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #counts = new Map<string, Count>();
  #shared: readonly EpochMilliseconds[] = [];

  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** How long nothing of this client's is compared from this address; null: it is. */
  blockedFor(client: string, address: string): Seconds | null {
    return waitOf(this.#counts.get(counterName(client, address)), this.#clock.now());
  }

  /** Counts one wrong secret. null: it was within the bound; else how long the client is refused from there. */
  async count(client: string, address: string): Promise<Seconds | null> {
    const name = counterName(client, address);
    const now = this.#clock.now();
    const before = this.#counts.get(name);
    const wrong = [...(before?.wrong ?? []).filter((time) => isWithinWindow(time, now)), now].slice(-MOST_WRONG);
    const [oldest] = wrong;
    const isFull = wrong.length === MOST_WRONG && oldest !== undefined;
    const blockedUntil = isFull ? epochMilliseconds(oldest + WINDOW * 1_000) : (before?.blockedUntil ?? null);
    this.#keep(name, { wrong, blockedUntil });
    const wait = await this.#share(name, now);
    // Others may have counted meanwhile.
    const counted = this.#counts.get(name) ?? { wrong, blockedUntil };
    if (wait !== null) this.#keep(name, { ...counted, blockedUntil: epochMilliseconds(now + wait * 1_000) });
    return wait;
  }

  async #share(name: string, now: EpochMilliseconds): Promise<Seconds | null> {
    this.#shared = this.#shared.filter((time) => isWithinWindow(time, now));
    if (this.#shared.length >= MOST_SHARED) return null;
    this.#shared = [...this.#shared, now];
    try {
      const limit = { counter: `wrong-client-secret ${name}`, count: MOST_WRONG, window: WINDOW };
      const counted = await this.#limits.count([limit], now, AbortSignal.timeout(SHARING_MS));
      return counted.within ? null : counted.retryAfter;
    } catch {
      // The secret is refused either way, and this process goes on counting by itself.
      return null;
    }
  }

  #keep(name: string, count: Count): void {
    this.#counts.delete(name);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size >= MOST_COUNTED && oldest !== undefined) this.#counts.delete(oldest);
    this.#counts.set(name, count);
  }
}

/** A clock that was set back ends what was counted before: it would last for as long as it was set back. */
const isWithinWindow = (time: EpochMilliseconds, now: EpochMilliseconds): boolean =>
  now >= time && now - time < WINDOW * 1_000;

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
  const ipv4 = /^::ffff:([0-9.]+)$/i.exec(address)?.[1];
  if (ipv4 !== undefined || !isIPv6(address)) return ipv4 ?? address;
  const [head = '', tail] = address.split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const missing = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array<string>(Math.max(0, missing)).fill('0'), ...last]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
