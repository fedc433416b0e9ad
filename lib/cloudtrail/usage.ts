/** What sessions did, action by action, in memory that does not grow with the number of events. */
import { actionsOfEvent, servicePrefix } from './actions.ts';
import type { TrailEvent } from './event.ts';
import { resourcesOf } from './places.ts';

/** What sessions used an action for. */
export interface ActionUse {
  /** Calls that were allowed, whatever came of them. */
  readonly calls: number;
  /** RFC 3339. */
  readonly first: string;
  readonly last: string;
  /** ARNs that the calls named, at most 1,000. */
  readonly resources: ReadonlySet<string>;
  /** What these ARNs lie in, for a policy (see `places.ts`). null: not known of every call, or too many. */
  readonly places: ReadonlySet<string> | null;
}

export interface RefusedUse {
  readonly calls: number;
  readonly last: string;
  /** The text of the last refusal: it says which policy refused. */
  readonly message: string | null;
}

export interface Usage {
  /** By action, `service:Name`. */
  readonly used: ReadonlyMap<string, ActionUse>;
  /** Refused calls, by action, or by the call's own name where no action is known by it. */
  readonly refused: ReadonlyMap<string, RefusedUse>;
  /** Calls whose action is not known, `service:Name`, with their number. */
  readonly unjudged: ReadonlyMap<string, number>;
  readonly events: number;
  /** Sessions that an event is of. */
  readonly sessions: number;
  readonly first: string | null;
  readonly last: string | null;
  /** False: there were so many events that one which was delivered twice may count twice. */
  readonly isCountExact: boolean;
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };
interface Collecting extends Writable<Omit<ActionUse, 'resources' | 'places'>> {
  readonly resources: Set<string>;
  places: Set<string> | null;
}

const MOST_RESOURCES = 1_000;
const MOST_PLACES = 50;
/** Names of calls that are told apart. */
const MOST_NAMES = 20_000;
/** Ids of events that are remembered, so that what two trails delivered counts once: some 40 MB. */
const MOST_IDS = 1_000_000;

/** How AWS's services say that a policy did not allow a call. */
const REFUSAL =
  /AccessDenied|UnauthorizedOperation|NotAuthorized|AuthorizationError|^(?:Client\.)?Unauthorized|Forbidden/;

/** Counts the events of sessions by what they used. */
export class UsageCount {
  readonly #issuances: ReadonlySet<string>;
  readonly #used = new Map<string, Collecting>();
  readonly #refused = new Map<string, Writable<RefusedUse>>();
  readonly #unjudged = new Map<string, number>();
  readonly #ids = new Set<number>();
  readonly #sessions = new Set<string>();
  #events = 0;
  #first: string | null = null;
  #last: string | null = null;

  /** `issuances`: the ids that the sessions are named by. */
  constructor(issuances: ReadonlySet<string>) {
    this.#issuances = issuances;
  }

  /** Counts the event where it is one of the sessions'; one that was delivered twice counts once. */
  offer(event: TrailEvent): void {
    const session = sessionOf(event);
    if (session === null || !this.#issuances.has(session) || this.#isKnown(event.id)) return;
    this.#sessions.add(session);
    this.#events += 1;
    if (this.#first === null || event.time < this.#first) this.#first = event.time;
    if (this.#last === null || event.time > this.#last) this.#last = event.time;
    const actions = actionsOfEvent(event);
    const call = `${servicePrefix(event.source)}:${event.name}`;
    if (event.error !== null && REFUSAL.test(event.error)) {
      for (const action of actions ?? [call]) this.#refuse(action, event);
    } else if (actions === null) this.#count(this.#unjudged, call);
    else {
      // Of a copy the event does not say which resource each of its actions is asked for.
      const known = actions.length > 1 ? { ...event, resources: [] } : event;
      for (const action of actions) this.#use(action, known);
    }
  }

  #isKnown(id: string): boolean {
    // The first 52 bits of a random UUID: two of a million events have the same by a chance of 1 in 9,000.
    const short = Number.parseInt(id.replaceAll('-', '').slice(0, 13), 16);
    if (!Number.isSafeInteger(short)) return false;
    if (this.#ids.has(short)) return true;
    if (this.#ids.size < MOST_IDS) this.#ids.add(short);
    return false;
  }

  #count(counts: Map<string, number>, name: string): void {
    if (counts.has(name) || counts.size < MOST_NAMES) counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  #refuse(action: string, { time, errorMessage }: TrailEvent): void {
    const refused = this.#refused.get(action) ?? { calls: 0, last: '', message: null };
    if (!this.#refused.has(action) && this.#refused.size >= MOST_NAMES) return;
    refused.calls += 1;
    if (time >= refused.last) Object.assign(refused, { last: time, message: errorMessage });
    this.#refused.set(action, refused);
  }

  #use(action: string, event: TrailEvent): void {
    const { time } = event;
    const use = this.#used.get(action) ?? {
      calls: 0,
      first: time,
      last: time,
      resources: new Set(),
      places: new Set(),
    };
    this.#used.set(action, use);
    use.calls += 1;
    if (time < use.first) use.first = time;
    if (time > use.last) use.last = time;
    const { arns, places } = resourcesOf(action, event.resources);
    for (const arn of arns) if (use.resources.size < MOST_RESOURCES) use.resources.add(arn);
    if (use.places === null) return;
    for (const place of places ?? []) use.places.add(place);
    if (places === null || use.places.size > MOST_PLACES) use.places = null;
  }

  usage(): Usage {
    return {
      used: this.#used,
      refused: this.#refused,
      unjudged: this.#unjudged,
      events: this.#events,
      sessions: this.#sessions.size,
      first: this.#first,
      last: this.#last,
      isCountExact: this.#ids.size < MOST_IDS,
    };
  }
}

/** The role session name, which of a session of the broker's is the issuance's id. */
function sessionOf({ principalId, arn }: TrailEvent): string | null {
  const name = principalId?.split(':')[1] ?? arn?.split('/').at(-1);
  return name?.startsWith('iss_') === true ? name : null;
}
