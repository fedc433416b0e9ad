/** Counting of records: a line of time and breakdowns, in memory that does not grow with the ledger. */
import type { EpochMilliseconds } from '../time.ts';
import { scopesOf } from './filter.ts';
import type { IssuanceOutcome, IssuanceRecord } from './record.ts';
import type { Steps } from './steps.ts';

/** What records can be told apart by. */
export const DIMENSIONS = ['scope', 'connection', 'principal', 'actor', 'reason', 'outcome'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What is counted: an erasure is no request of anybody's for access. */
const OUTCOMES = ['started', 'issued', 'denied', 'failed', 'approved'] as const satisfies readonly IssuanceOutcome[];
type CountedOutcome = (typeof OUTCOMES)[number];

/**
 * Records by outcome, and the requests behind them: repeats of a denial within a minute are one record with `attempts`.
 */
export type Counts = Readonly<Record<CountedOutcome | 'attempts', number>>;

export interface Group {
  /** null: these records have none (no connection, nobody who acted, no reason). */
  readonly value: string | null;
  readonly counts: Counts;
  /** The largest that STS said of its sessions: per cent of what it packs. null: of no scope, or there were none. */
  readonly packed: number | null;
}

export interface Breakdown {
  /** Those with the most records first. */
  readonly groups: readonly Group[];
  /** The records of all other values; null: there are none. */
  readonly others: Counts | null;
}

/** Values that are told apart while counting; whatever more there are count as others. */
const MOST_VALUES = 100_000;

type Counting = { -readonly [Name in keyof Counts]: Counts[Name] };
const COUNTED = [...OUTCOMES, 'attempts'] as const;

export const noCounts = (): Counting => ({ started: 0, issued: 0, denied: 0, failed: 0, approved: 0, attempts: 0 });

function add(counts: Counting, outcome: CountedOutcome, { attempts }: IssuanceRecord): void {
  counts[outcome] += 1;
  counts.attempts += attempts;
}

/** How many records; the requests behind them are `attempts`. */
export const recordsOf = (counts: Counts): number => OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0);

function valuesOf(dimension: Dimension, record: IssuanceRecord): readonly (string | null)[] {
  switch (dimension) {
    case 'scope': {
      const scopes = scopesOf(record);
      return scopes.length === 0 ? [null] : scopes;
    }
    case 'actor':
      return [record.actor?.principal ?? null];
    default:
      return [record[dimension]];
  }
}

export class Tally {
  readonly total: Counting = noCounts();
  readonly #steps: Steps;
  readonly #line: readonly Counting[];
  readonly #values: ReadonlyMap<Dimension, Map<string | null, Counting>>;
  readonly #packed = new Map<Counting, number>();
  readonly #unnamed = new Map<Dimension, Counting>();

  constructor(steps: Steps, by: readonly Dimension[]) {
    this.#steps = steps;
    this.#line = Array.from({ length: steps.count }, noCounts);
    this.#values = new Map(by.map((dimension) => [dimension, new Map()]));
  }

  /** Counts a record of the steps' range, but for erasures. One of several scopes counts for each of them. */
  add(record: IssuanceRecord): void {
    const { outcome } = record;
    if (outcome === 'erased') return;
    add(this.total, outcome, record);
    const step = this.#line[this.#steps.indexOf(record.time)];
    if (step !== undefined) add(step, outcome, record);
    for (const [dimension, values] of this.#values) {
      for (const value of valuesOf(dimension, record)) {
        const counts = this.#countsOf(dimension, values, value);
        add(counts, outcome, record);
        const packed = dimension === 'scope' ? (record.credential?.packedPolicySize ?? null) : null;
        if (packed !== null) this.#packed.set(counts, Math.max(packed, this.#packed.get(counts) ?? 0));
      }
    }
  }

  #countsOf(dimension: Dimension, values: Map<string | null, Counting>, value: string | null): Counting {
    const known = values.get(value);
    if (known !== undefined) return known;
    if (values.size >= MOST_VALUES) return created(this.#unnamed, dimension);
    return created(values, value);
  }

  /** One for each step, oldest first, those without records too. */
  line(): readonly { readonly time: EpochMilliseconds; readonly counts: Counts }[] {
    return this.#line.map((counts, index) => ({ time: this.#steps.startOf(index), counts }));
  }

  /** The `most` values with the most records of one of the dimensions that are counted. */
  breakdown(dimension: Dimension, most: number): Breakdown {
    const all = [...(this.#values.get(dimension) ?? [])].map(([value, counts]) => ({
      group: { value, counts, packed: this.#packed.get(counts) ?? null },
      ...{ records: recordsOf(counts), name: String(value) },
    }));
    all.sort((a, b) => b.records - a.records || (a.name < b.name ? -1 : 1));
    const groups = all.map(({ group }) => group);
    const rest = [...groups.slice(most).map(({ counts }) => counts), ...[this.#unnamed.get(dimension) ?? []].flat()];
    return { groups: groups.slice(0, most), others: rest.length === 0 ? null : sum(rest) };
  }
}

function created<Key>(counts: Map<Key, Counting>, key: Key): Counting {
  const known = counts.get(key) ?? noCounts();
  counts.set(key, known);
  return known;
}

function sum(all: readonly Counts[]): Counts {
  const counts = noCounts();
  for (const one of all) for (const name of COUNTED) counts[name] += one[name];
  return counts;
}
