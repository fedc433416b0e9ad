/** How many issuances there were: over time, and by what they have in common. */
import type { JsonObject } from '../json.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Clock } from '../ports/host.ts';
import type { LedgerQueries } from '../ports/ledger.ts';
import { type EpochMilliseconds, epochMilliseconds, type Seconds, seconds } from '../time.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { type IssuanceFilter, parseSearch, SEARCH_PARAMETERS } from './filter.ts';
import { parseIssuanceId } from './id.ts';
import { toRfc3339Milliseconds } from './instant.ts';
import { NAMED_STEPS, type Steps, stepsOf, usualStep } from './steps.ts';
import { DIMENSIONS, type Dimension, Tally } from './tally.ts';

/** The parameters of `GET /v1/stats` (contract section 8): the filters of a search, and how to count. */
export const STATS_PARAMETERS = [...SEARCH_PARAMETERS.filter((name) => name !== 'limit'), 'by', 'step'] as const;
export type StatsParameters = Readonly<Partial<Record<(typeof STATS_PARAMETERS)[number], string>>>;

export interface StatsQuestion {
  readonly filter: IssuanceFilter & { readonly from: EpochMilliseconds; readonly to: EpochMilliseconds };
  readonly by: readonly Dimension[];
  readonly steps: Steps;
  /** The place where an earlier answer ended; null: from the top. */
  readonly before: string | null;
}

/** What was counted, and how far. */
export interface Stats {
  readonly tally: Tally;
  /** Everything later than this was counted; `null`: everything was. */
  readonly place: string | null;
}

const DEFAULT_RANGE_MS = 86_400_000;
const MOST_STEPS = 1_000;

const invalid = (detail: string) => refuse('parameter_invalid', { detail });

/**
 * Reads a question. Without `to` it ends at `now`, without `from` it begins 24 hours before its end; without `step` it
 * has the shortest usual one with at most 120 of them. Refuses with `parameter_invalid`, whose detail says what to
 * change: as `parseSearch` does, and a dimension that there is not, a step that is neither whole seconds nor a name,
 * more than 1,000 steps, a cursor of another question.
 */
export function parseStats(parameters: StatsParameters, now: EpochMilliseconds): Outcome<StatsQuestion> {
  const { by: dimensions, step, ...rest } = parameters;
  const search = parseSearch(rest);
  if (!search.ok) return search;
  const { to = now } = search.value.filter;
  const { from = epochMilliseconds(Math.max(0, to - DEFAULT_RANGE_MS)) } = search.value.filter;
  if (from > to) return invalid('The parameter from is not acceptable. Expected: not later than now, or with to.');
  const by = dimensions === undefined ? [] : parseBy(dimensions);
  if (by === null) {
    return invalid(`The parameter by is not acceptable. Expected: some of ${DIMENSIONS.join(', ')}, with commas.`);
  }
  const length = step === undefined ? usualStep(from, to) : parseStep(step);
  if (length === null) {
    const names = [...NAMED_STEPS.keys()].join(', ');
    return invalid(`The parameter step is not acceptable. Expected: whole seconds from 1 on, or ${names}.`);
  }
  const steps = stepsOf(from, to, length);
  if (steps.count > MOST_STEPS) return invalid(tooMany(steps, from, to));
  const filter = { ...search.value.filter, from, to };
  const { cursor } = search.value;
  const before = cursor === null ? null : readCursor(filter, cursor);
  if (cursor === null || before !== null) return accept({ filter, by, steps, before });
  return invalid('The parameter cursor goes with the filters, and the from and to, of the answer that it came with.');
}

function tooMany({ count, length }: Steps, from: EpochMilliseconds, to: EpochMilliseconds): string {
  const least = Math.ceil((to - from) / 1000 / (MOST_STEPS - 1));
  return `With a step of ${length} s, from and to have ${count} steps; at most ${MOST_STEPS}. Take a step of at least ${least}, or a shorter range.`;
}

function parseBy(text: string): readonly Dimension[] | null {
  const names = text.split(',');
  const known = DIMENSIONS.filter((dimension) => names.includes(dimension));
  return names.every((name) => known.some((dimension) => dimension === name)) ? known : null;
}

function parseStep(text: string): Seconds | null {
  const named = NAMED_STEPS.get(text);
  if (named !== undefined) return named;
  return /^[1-9][0-9]{0,8}$/.test(text) ? seconds(Number(text)) : null;
}

/** Ends a count: so many records were looked at, or so long was counted. Looked at between steps of a walk. */
export interface CountBound {
  readonly records: number;
  readonly milliseconds: number;
}

/** Counts newest first until all is counted or the bound is met. Throws `Fault('ledger')`. */
export async function countLedger(
  { queries, clock }: { readonly queries: Pick<LedgerQueries, 'walk'>; readonly clock: Clock },
  { filter, by, steps, before }: StatsQuestion,
  bound: CountBound,
  signal: AbortSignal,
): Promise<Stats> {
  const tally = new Tally(steps, by);
  const began = clock.now();
  let examined = 0;
  let place: string | null = null;
  for await (const step of queries.walk(filter, { order: 'newest-first', behind: before }, signal)) {
    if (place !== null && (examined >= bound.records || clock.now() - began >= bound.milliseconds)) {
      return { tally, place };
    }
    for (const record of step.records) tally.add(record);
    examined += step.examined;
    place = step.place;
  }
  return { tally, place: null };
}

/** As `GET /v1/stats` answers it; of each breakdown at most `most` values by name. */
export function statsJson({ filter, by, steps }: StatsQuestion, { tally, place }: Stats, most: number): JsonObject {
  const breakdown = (dimension: Dimension): JsonObject => {
    const { groups, others } = tally.breakdown(dimension, most);
    return {
      groups: groups.map(({ value, counts, packed }) => ({
        ...{ value, ...counts },
        ...(packed === null ? {} : { packedPolicySize: packed }),
      })),
      others: others === null ? null : { ...others },
    };
  };
  return {
    from: toRfc3339Milliseconds(filter.from),
    to: toRfc3339Milliseconds(filter.to),
    step: steps.length,
    total: { ...tally.total },
    buckets: tally.line().map(({ time, counts }) => ({ time: toRfc3339Milliseconds(time), ...counts })),
    breakdowns: Object.fromEntries(by.map((dimension) => [dimension, breakdown(dimension)])),
    partial: place !== null,
    countedFrom: toRfc3339Milliseconds(parseIssuanceId(place ?? '')?.time ?? filter.from),
    next: place === null ? null : writeCursor(filter, place),
  };
}
