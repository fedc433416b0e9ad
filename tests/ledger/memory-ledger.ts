import { readCursor, writeCursor } from '../../lib/ledger/cursor.ts';
import { DenialDamper } from '../../lib/ledger/denials.ts';
import { matches } from '../../lib/ledger/filter.ts';
import { idMovedTo, parseIssuanceId } from '../../lib/ledger/id.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { accept, Fault, refuse } from '../../lib/outcome.ts';
import type { Ledger, LedgerQueries } from '../../lib/ports/ledger.ts';

/**
 * A fake of the ledger for tests of its users. The contract suite runs on it and on DynamoDB. While `failing`, every
 * call is a fault.
 */
export function memoryLedger(denialCeiling = 200): Ledger & LedgerQueries & { failing: boolean } {
  const records = new Map<string, { record: IssuanceRecord; place: string }>();
  const damper = new DenialDamper(denialCeiling);
  const check = (): void => {
    if (ledger.failing) throw new Fault('ledger', 'the fake fails');
  };
  const timed = (record: IssuanceRecord): IssuanceRecord => ({
    ...record,
    time: parseIssuanceId(record.id)?.time ?? record.time,
  });
  const same = (a: IssuanceRecord | undefined, b: IssuanceRecord): boolean => JSON.stringify(a) === JSON.stringify(b);
  const ledger = {
    failing: false,
    started: async (record: IssuanceRecord) => {
      check();
      const { actor, decision } = record;
      const small = timed({
        ...record,
        claims: {},
        actor: actor === null ? null : { ...actor, claims: {} },
        decision: { ...decision, checks: [] },
      });
      const held = records.get(record.id)?.record;
      if (held !== undefined && !same(held, small)) throw new Fault('ledger', 'the id has another record already');
      records.set(record.id, { record: small, place: record.id });
    },
    finished: async (record: IssuanceRecord) => {
      check();
      const kept = timed(record);
      const held = records.get(record.id)?.record;
      const free = held === undefined || held.outcome === 'started' || same(held, kept);
      if (!free) throw new Fault('ledger', 'the id has another record already');
      records.set(record.id, { record: kept, place: record.id });
    },
    denied: async (record: IssuanceRecord) => {
      if (ledger.failing) return;
      const write = damper.count(record);
      if (write === null) return;
      const held = records.get(write.record.id);
      const attempts = (held?.record.attempts ?? 0) + write.attempts;
      const place = held?.place ?? idMovedTo(write.record.id, write.record.time);
      records.set(write.record.id, { record: { ...(held?.record ?? write.record), attempts }, place });
    },
    get: async (id: string) => {
      check();
      return records.get(id)?.record ?? null;
    },
    list: async (...[filter, limit, cursor]: Parameters<LedgerQueries['list']>) => {
      check();
      const before = cursor === null ? null : readCursor(filter, cursor);
      if (cursor !== null && before === null) return refuse('parameter_invalid');
      const indexed = filter.principal ?? filter.scope ?? filter.accessKeyId;
      const found = [...records.values()]
        .filter(({ record }) => matches(filter, record))
        .filter(({ record }) => indexed === undefined || filter.outcome === 'started' || record.outcome !== 'started')
        .filter(({ place }) => before === null || place < before)
        .sort((a, b) => (a.place < b.place ? 1 : -1));
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const next = found.length > limit && last !== undefined ? writeCursor(filter, last.place) : null;
      return accept({ issuances: page.map(({ record }) => record), next });
    },
    walk: async function* (...[filter, { order, behind }]: Parameters<LedgerQueries['walk']>) {
      check();
      const found = [...records.values()].sort((a, b) => (a.place < b.place ? 1 : -1));
      if (order === 'oldest-first') found.reverse();
      const rest = behind === null ? found : found.slice(found.findIndex(({ place }) => place === behind) + 1);
      for (const { record, place } of rest) {
        yield { records: matches(filter, record) ? [record] : [], examined: 1, place };
      }
    },
  } satisfies Ledger & LedgerQueries & { failing: boolean };
  return ledger;
}
