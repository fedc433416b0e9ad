import { createHash } from 'node:crypto';
import { epochMilliseconds } from '../time.ts';
import { composeId } from './id.ts';
import type { IssuanceRecord } from './record.ts';

const MINUTE_MS = 60_000;
/** Repeats that are written one by one; beyond them only as the count has doubled. */
const ONE_BY_ONE = 10;
/** Repeats may arrive a little out of order around a full minute. */
const MINUTES_KEPT = 2;

/** One write: add `attempts` to the record with this id, making it of `record` where it is not there yet. */
export interface DenialWrite {
  readonly record: IssuanceRecord;
  readonly attempts: number;
}

/** Who a denial counts against: the connection, or the client where it was the subject itself. */
const sourceOf = ({ connection, client }: IssuanceRecord): readonly string[] =>
  connection === null ? ['client', client ?? ''] : ['connection', connection];

/**
 * The same id for the same parts in the same minute, wherever it is computed: that is what makes repeats one record.
 */
function idOf(minute: number, parts: readonly string[]): string {
  const tail = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 10);
  return composeId(epochMilliseconds(minute * MINUTE_MS), tail);
}

/** Requests that wait for an approval are one record each. */
const approvalOf = ({ approval }: IssuanceRecord): readonly string[] => (approval === undefined ? [] : [approval.id]);

interface Minute {
  readonly seen: Map<string, { seen: number; written: number }>;
  /** New records of each source in this minute. */
  readonly records: Map<string, number>;
}

/**
 * Damps one instance's denials, so that retries and floods cost few writes. Repeats of (connection or client, subject,
 * scope, reason) within a calendar minute share an id. The first ten are written one by one, then at 20, 40, 80, …:
 * `attempts` is never more than what was seen, and at least half of it. Beyond `ceiling` ids of one source in a minute,
 * the rest of that source's denials are one `overflow` record that names no principal, subject or scope. Memory is
 * bounded by `ceiling` entries for each source and minute.
 */
export class DenialDamper {
  readonly #ceiling: number;
  readonly #minutes = new Map<number, Minute>();

  constructor(ceiling: number) {
    this.#ceiling = ceiling;
  }

  /**
   * Counts one denial. Returns what to write now, or null: nothing. The attempts of a write count as written, whatever
   * becomes of it.
   */
  count(record: IssuanceRecord): DenialWrite | null {
    const number = Math.floor(record.time / MINUTE_MS);
    const minute = this.#minute(number);
    const source = sourceOf(record);
    const id = idOf(number, [...source, record.subject, record.scope, record.reason ?? '', ...approvalOf(record)]);
    const known = minute.seen.has(id);
    const sourceKey = JSON.stringify(source);
    const records = minute.records.get(sourceKey) ?? 0;
    if (!known && records >= this.#ceiling) {
      return step(minute, { ...overflow(record), id: idOf(number, [...source, 'overflow']) });
    }
    if (!known) minute.records.set(sourceKey, records + 1);
    return step(minute, { ...record, id });
  }

  #minute(number: number): Minute {
    const known = this.#minutes.get(number);
    if (known !== undefined) return known;
    const minute: Minute = { seen: new Map(), records: new Map() };
    this.#minutes.set(number, minute);
    const newest = Math.max(...this.#minutes.keys());
    for (const old of this.#minutes.keys()) if (old <= newest - MINUTES_KEPT) this.#minutes.delete(old);
    return minute;
  }
}

function step(minute: Minute, record: IssuanceRecord): DenialWrite | null {
  const count = minute.seen.get(record.id) ?? { seen: 0, written: 0 };
  minute.seen.set(record.id, count);
  count.seen += 1;
  if (count.seen > ONE_BY_ONE && count.seen < count.written * 2) return null;
  const attempts = count.seen - count.written;
  count.written = count.seen;
  return { record: { ...record, attempts }, attempts };
}

/** What is left of a denial that stands for many: who sent them, when, and what the first one's request was. */
const overflow = (record: IssuanceRecord): IssuanceRecord => ({
  ...record,
  reason: null,
  scope: '',
  grant: null,
  principal: '',
  subject: '',
  actor: null,
  intent: null,
  proof: { kind: record.proof.kind, issuer: record.proof.issuer, tokenId: null, sha256: null, expires: null },
  claims: {},
  decision: { configVersion: record.decision.configVersion, rule: null, checks: [] },
  credential: null,
  overflow: true,
});
