/** What a session did, out of all that CloudTrail has. */
import type { TrailEvent } from './event.ts';

/** How an event belongs to the session that is traced. */
export type TraceRole = 'minted' | 'session' | 'chained';

export interface TracedEvent extends TrailEvent {
  /** `minted`: STS made the session; `session`: the session called; `chained`: a session that it asked for called. */
  readonly role: TraceRole;
}

export interface TracedSession {
  /** The role session name, which is the issuance's id. */
  readonly sessionName: string;
  readonly accessKeyId: string | null;
}

const MINTING: ReadonlySet<string> = new Set(['AssumeRole', 'AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML']);
const STS = 'sts.amazonaws.com';

/** Sessions that asked one another for the next: more of them follow one another than anybody has a use for. */
export const MOST_ROUNDS = 8;

/**
 * Picks the events of a session, and of the sessions that it asked STS for. Events come in any order, and a session may
 * be used in an earlier one than that in which it was made: offer all of them again while `isComplete` is false.
 */
export class Trace {
  readonly #session: TracedSession;
  readonly #events = new Map<string, TracedEvent>();
  /** Access keys of sessions that this one asked for. */
  #chained = new Set<string>();
  #isComplete = true;

  constructor(session: TracedSession) {
    this.#session = session;
  }

  /** Keeps the event where it belongs to the session; one that was offered before (by its id) is kept once. */
  offer(event: TrailEvent): void {
    const role = this.#roleOf(event);
    if (role === null) return;
    this.#events.set(event.id, { ...event, role });
    const got = event.gotAccessKeyId;
    if (role === 'minted' || got === null || event.source !== STS || this.#chained.has(got)) return;
    this.#chained.add(got);
    this.#isComplete = false;
  }

  #roleOf(event: TrailEvent): TraceRole | null {
    const { sessionName, accessKeyId } = this.#session;
    if (event.accessKeyId !== null && event.accessKeyId === accessKeyId) return 'session';
    if (event.principalId?.endsWith(`:${sessionName}`) || event.arn?.endsWith(`/${sessionName}`)) return 'session';
    if (event.accessKeyId !== null && this.#chained.has(event.accessKeyId)) return 'chained';
    const isMinting = event.source === STS && MINTING.has(event.name) && event.asksForSession === sessionName;
    return isMinting ? 'minted' : null;
  }

  /** Whether nothing that was passed over can belong to it by now. A new round begins with the question. */
  isComplete(): boolean {
    const was = this.#isComplete;
    this.#isComplete = true;
    return was;
  }

  /** Access keys of the sessions that it asked STS for, as far as they are known by now. */
  chainedKeys(): readonly string[] {
    return [...this.#chained];
  }

  /** In the order of time; what made a session before what it did within the same second. */
  events(): readonly TracedEvent[] {
    const rank = ({ role }: TracedEvent): number => ['minted', 'session', 'chained'].indexOf(role);
    return [...this.#events.values()].sort(
      (a, b) => a.time.localeCompare(b.time) || rank(a) - rank(b) || a.id.localeCompare(b.id),
    );
  }
}
