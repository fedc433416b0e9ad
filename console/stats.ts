import { ask, type Result } from './api.ts';
import { OUTCOMES, type OutcomeName } from './record.ts';
import type { Session } from './session.ts';
import type { Filter } from './view.ts';

/** What the page breaks records down by, in the order in which it shows them. */
export const DIMENSIONS = ['scope', 'connection', 'principal', 'actor', 'reason'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Records by outcome; what is left out is none. */
export type Counts = Readonly<Partial<Record<OutcomeName, number>>>;

export interface Bucket extends Counts {
  /** Of its beginning. */
  readonly time: string;
}

export interface Group extends Counts {
  /** null: these records have none. */
  readonly value: string | null;
}

export interface Breakdown {
  readonly groups: readonly Group[];
  /** The records of all other values; null: there are none. */
  readonly others: Counts | null;
}

/** `GET /v1/stats` (contract section 8). */
export interface Stats {
  readonly from: string;
  readonly to: string;
  /** Seconds. */
  readonly step: number;
  readonly total: Counts;
  /** Without gaps, the oldest first. */
  readonly buckets: readonly Bucket[];
  readonly breakdowns: Readonly<Record<string, Breakdown>>;
  readonly partial: boolean;
  readonly countedFrom: string;
  readonly next: string | null;
}

/** How often a count that has not come to its end is gone on with: then the page shows how far it came. */
const MOST_ANSWERS = 6;
/** A range that is shorter than this has shorter steps than a minute, down to a second. */
const SHORT_SECONDS = 1_800;
const BARS = 60;

interface Question {
  readonly filter: Filter;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** Counts what a view shows, over time and by each dimension. */
export async function countIssuances(
  session: Session,
  question: Question,
  signal: AbortSignal,
): Promise<Result<Stats>> {
  const { filter, from, to } = question;
  const seconds = (to - from) / 1000;
  const query = {
    ...filter,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    by: DIMENSIONS.join(','),
    ...(seconds < SHORT_SECONDS ? { step: String(Math.max(1, Math.ceil(seconds / BARS))) } : {}),
  };
  let counted = await ask<Stats>(session, { path: '/v1/stats', query }, signal);
  for (let answers = 1; counted.ok && counted.value.next !== null && answers < MOST_ANSWERS; answers += 1) {
    const more = await ask<Stats>(
      session,
      { path: '/v1/stats', query: { ...query, cursor: counted.value.next } },
      signal,
    );
    counted = more.ok ? { ok: true, value: joined(counted.value, more.value) } : more;
  }
  return counted;
}

/** Two parts of one count. */
export function joined(one: Stats, other: Stats): Stats {
  const { partial, countedFrom, next } = other;
  return {
    ...{ ...one, partial, countedFrom, next },
    total: sum(one.total, other.total),
    buckets: one.buckets.map((bucket, at) => {
      const more = other.buckets[at];
      return more === undefined ? bucket : { time: bucket.time, ...sum(bucket, more) };
    }),
    breakdowns: Object.fromEntries(
      Object.entries(one.breakdowns).map(([name, breakdown]) => [
        name,
        joinedBreakdown(breakdown, other.breakdowns[name] ?? NOTHING),
      ]),
    ),
  };
}

const NOTHING: Breakdown = { groups: [], others: null };

function joinedBreakdown(one: Breakdown, other: Breakdown): Breakdown {
  const groups = new Map(one.groups.map((group) => [group.value, group]));
  for (const group of other.groups) {
    const known = groups.get(group.value);
    groups.set(group.value, known === undefined ? group : { value: group.value, ...sum(known, group) });
  }
  const others =
    one.others === null ? other.others : other.others === null ? one.others : sum(one.others, other.others);
  return { groups: [...groups.values()].toSorted((a, b) => recordsOf(b) - recordsOf(a)), others };
}

const sum = (one: Counts, other: Counts): Counts =>
  Object.fromEntries(OUTCOMES.map((outcome) => [outcome, (one[outcome] ?? 0) + (other[outcome] ?? 0)]));

export const sumOf = (all: readonly Counts[]): Counts => all.reduce(sum, {});

export const recordsOf = (counts: Counts): number =>
  OUTCOMES.reduce((records, outcome) => records + (counts[outcome] ?? 0), 0);

const numbers = new Intl.NumberFormat('en');

/** `12,345` */
export const sayNumber = (number: number): string => numbers.format(number);

/** `12 issued, 1 denied`; what is none is left out. */
export function sayCounts(counts: Counts): string {
  const said = OUTCOMES.flatMap((outcome) => {
    const count = counts[outcome] ?? 0;
    return count === 0 ? [] : [`${sayNumber(count)} ${outcome}`];
  });
  return said.length === 0 ? 'none' : said.join(', ');
}
