/** Records cut a long name. Whoever asks for it means the same person, and finds them. */
import { describe, expect, it } from '@jest/globals';
import { wasIssuedBefore } from '../../lib/issuance/issued-before.ts';
import { boundedRecord, boundedText } from '../../lib/ledger/bounds.ts';
import { matches } from '../../lib/ledger/filter.ts';
import { searchLedger } from '../../lib/ledger/query.ts';
import { findLive } from '../../lib/revocation/find-sessions.ts';
import { marksOfRecord } from '../../lib/revocation/marks.ts';
import { type Revocation, StandingRevocations } from '../../lib/revocation/revocation.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';
import { aPrincipal } from '../fakes/world.ts';
import { aRecord, NINE } from './a-record.ts';
import { memoryStorage } from './memory-storage.ts';

const LONG = `repo:acme/${'web-'.repeat(300)}:ref:refs/heads/main`;
const OTHER = `${LONG}-2`;
const signal = AbortSignal.timeout(10_000);

const recordOf = (name: string) => {
  const { claims: _, ...actor } = { ...aRecord(), principal: name, subject: name };
  return boundedRecord(aRecord({ principal: name, subject: name, actor: { ...actor, claims: {} } }));
};
const records = [recordOf(LONG), recordOf(OTHER)] as const;
const { storage } = memoryStorage(records);
const [theirs] = records;

const revoked = (kind: Revocation['kind'], name: string): Revocation => ({
  ...{ id: 'rev_1', kind, name, ends: null, lifted: null, sessions: 'pending', accounts: [] },
  ...{ by: 'client:ops', reason: 'lost', time: epochMilliseconds(NINE + 1_000) },
});
const queries = {
  get: async () => theirs,
  list: (...[filter, limit, cursor]: Parameters<Parameters<typeof wasIssuedBefore>[0]['queries']['list']>) =>
    searchLedger(storage, filter, limit, cursor, signal),
};

describe('a name that records cut', () => {
  it.each([LONG, boundedText(LONG)])('is found by itself, and as a record has it (%#)', async (principal) => {
    const page = await searchLedger(storage, { principal }, 10, null, signal);
    expect(page.ok && page.value.issuances.map(({ id }) => id)).toEqual([theirs.id]);
  });

  it.each([LONG, boundedText(LONG), `github:${LONG}`, `github:${boundedText(LONG)}`])(
    'is found as who acted (%#)',
    (actor) => {
      expect(records.filter((record) => matches({ actor }, record))).toEqual([theirs]);
    },
  );

  it.each(['principal', 'actor'] as const)('is revoked as %s with what was issued to it, and live', async (kind) => {
    const revocation = revoked(kind, `github:${LONG}`);
    const standing = new StandingRevocations([revocation]);
    expect(records.filter((record) => standing.ended(marksOfRecord(record), record.time) !== null)).toEqual([theirs]);
    expect(standing.inForce([`principal\0github:${LONG}`, `actor\0github:${LONG}`])).toBe(revocation);
    const now = epochSeconds(NINE / 1000 + 60);
    const live = await findLive(queries, revocation, now, signal);
    expect(live.sessions.map(({ record }) => record.id)).toEqual([theirs.id]);
  });

  it.each(['subject', 'actor'])(
    'is revoked as one that acted before on the side of the %s, beside whatever else is kept',
    (side) => {
      const chain = { sub: 'client:agent', act: { sub: `github:${LONG}`, act: { sub: 'client:first' } } };
      const full = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`c${at}`, 'x'.repeat(900)]));
      const claims = { ...full, act: chain };
      const record = aRecord();
      const { claims: _, ...party } = record;
      const acting = { ...party, claims: {} };
      const kept = boundedRecord(
        side === 'subject' ? { ...record, claims } : { ...record, actor: { ...acting, claims } },
      );
      for (const name of [`github:${LONG}`, 'client:agent', 'client:first']) {
        const standing = new StandingRevocations([revoked('actor', name)]);
        expect(standing.ended(marksOfRecord(kept), record.time)).not.toBeNull();
      }
      expect(
        new StandingRevocations([revoked('actor', `github:${OTHER}`)]).ended(marksOfRecord(kept), record.time),
      ).toBeNull();
      expect(kept.truncated).toContain(side === 'subject' ? 'claims.act' : 'actor.claims.act');
    },
  );

  it('is one to whom something was issued before', async () => {
    const asked = (name: string) =>
      wasIssuedBefore(
        { queries, revocations: new StandingRevocations([]), revokedAmong: async () => [] },
        { scope: 'deploy-web', within: seconds(3600) },
        aPrincipal({ subject: name, name }),
        epochMilliseconds(NINE + 60_000),
        signal,
      );
    expect([await asked(LONG), await asked(OTHER), await asked(`${LONG}-3`)]).toEqual([true, true, false]);
  });
});
