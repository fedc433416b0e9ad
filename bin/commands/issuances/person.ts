/** Whom a request is about, and every record that names them. */
import { dayFiles } from '../../../lib/archive/day-files.ts';
import type { Objects } from '../../../lib/archive/objects.ts';
import type { SubjectKeyReader } from '../../../lib/archive/subject-keys.ts';
import { identityOf, isIdentity, type PartyRole, rolesOf } from '../../../lib/ledger/parties.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import type { LedgerQueries } from '../../../lib/ports/ledger.ts';
import type { EpochMilliseconds } from '../../../lib/time.ts';
import { UsageError } from '../../command.ts';
import { type Archived, archivedRecords, dayAt } from './archived.ts';

/** From when until when, both inclusive. */
export interface Range {
  readonly from?: EpochMilliseconds;
  readonly to?: EpochMilliseconds;
}

/** Identities that a mistake lists. */
const MOST_NAMED = 20;

/** Whom a name means. */
export interface Meant {
  readonly identity: string;
  /** Whose label it is beside: others, who are not meant. */
  readonly others: readonly string[];
}

/**
 * The identity that NAME means: NAME itself where it looks like one, else who has it as label in the ledger's table. A
 * label may be several people's, of one connection or of several: then nobody is meant before one was chosen, and a
 * label that looks like an identity leads to nobody else. Throws `UsageError`.
 */
export async function identityNamed(
  name: string,
  ledger: LedgerQueries,
  range: Range,
  signal: AbortSignal,
): Promise<Meant> {
  const labelled = new Set<string>();
  const way = { order: 'newest-first', behind: null } as const;
  for await (const { records } of ledger.walk({ ...range, principal: name }, way, signal)) {
    for (const record of records) labelled.add(identityOf(record));
    if (labelled.size > MOST_NAMED) break;
  }
  const [only, ...others] = labelled;
  if (isIdentity(name)) return { identity: name, others: [...labelled].filter((identity) => identity !== name) };
  if (only === undefined) {
    throw new UsageError(
      `nobody in the ledger's table is called ${JSON.stringify(name)}: give the identity, <connection>:<subject> or client:<name>`,
    );
  }
  if (others.length === 0) return { identity: only, others };
  const list = [...labelled].slice(0, MOST_NAMED).map((identity) => `  ${JSON.stringify(identity)}`);
  throw new UsageError(`several are called ${JSON.stringify(name)}; give the identity of one:\n${list.join('\n')}`);
}

/** A record that names somebody, as what, and where it lies. */
export interface Named {
  readonly as: readonly PartyRole[];
  readonly from: 'table' | 'archive';
  readonly record: IssuanceRecord;
}

interface Sources {
  readonly ledger: LedgerQueries;
  /** null: the archive is not to be looked at. */
  readonly archive: Pick<Objects, 'get' | 'list'> | null;
  /** What opens what is sealed in it. */
  readonly keys: SubjectKeyReader;
  /** Told how many records were looked at. */
  readonly past: (records: number) => void;
}

/**
 * Every record that names an identity, oldest day first: of the table, and what the archive has beside it. No more is
 * kept in memory than one day of theirs.
 */
export async function* recordsNaming(
  identity: string,
  { from, to }: Range,
  { ledger, archive, keys, past }: Sources,
  signal: AbortSignal,
): AsyncGenerator<Named> {
  const files = archive === null ? null : await dayFiles(archive, { first: dayAt(from), last: dayAt(to) }, signal);
  const days = [...(files?.days ?? [])];
  const within = ({ time }: IssuanceRecord): boolean => time >= (from ?? 0) && time <= (to ?? Number.POSITIVE_INFINITY);
  const named = (record: IssuanceRecord, source: Named['from']): readonly Named[] => {
    const as = rolesOf(identity, record);
    return as.length === 0 || !within(record) ? [] : [{ as, from: source, record }];
  };
  const held = new HeldDay();
  /** Every day of the archive before `until`, and the day that is held. */
  async function* before(until: string): AsyncGenerator<Named> {
    for (; files !== null && days[0] !== undefined && days[0] < until; days.shift()) {
      if (held.day < days[0]) yield* held.release();
      yield* await archivedOf(
        { files, keys },
        days[0],
        { named, there: held.day === days[0] ? held.records : new Map() },
        signal,
      );
    }
    yield* held.release();
  }
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  for await (const step of ledger.walk(range, { order: 'oldest-first', behind: null }, signal)) {
    for (const found of step.records.flatMap((record) => named(record, 'table'))) {
      const day = dayAt(found.record.time) ?? '';
      if (held.day !== '' && held.day !== day) yield* before(day);
      held.add(day, found);
    }
    past(step.examined);
  }
  yield* before('~');
}

/** What the table has of one day. */
class HeldDay {
  /** Empty: of none. */
  day = '';
  records = new Map<string, Named>();

  add(day: string, found: Named): void {
    this.day = day;
    this.records.set(found.record.id, found);
  }

  release(): readonly Named[] {
    const released = [...this.records.values()];
    this.day = '';
    this.records = new Map();
    return released;
  }
}

/** What the archive has of a day that the table has not. */
async function archivedOf(
  archived: Archived,
  day: string,
  {
    named,
    there,
  }: {
    readonly named: (record: IssuanceRecord, source: 'archive') => readonly Named[];
    readonly there: ReadonlyMap<string, Named>;
  },
  signal: AbortSignal,
): Promise<readonly Named[]> {
  const records = await archivedRecords(archived, day, (record) => named(record, 'archive').length > 0, signal);
  return records.filter(({ id }) => !there.has(id)).flatMap((record) => named(record, 'archive'));
}
