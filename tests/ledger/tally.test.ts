/** Counting, in memory that does not grow with the ledger. */
import { describe, expect, it } from '@jest/globals';
import { stepsOf } from '../../lib/ledger/steps.ts';
import { type Dimension, noCounts, recordsOf, Tally } from '../../lib/ledger/tally.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';
import { aDenial, aRecord, NINE } from './a-record.ts';

const steps = stepsOf(NINE, NINE, seconds(60));
const valuesOf = (tally: Tally, most = 100) => tally.breakdown('principal', most).groups.map(({ value }) => value);

describe('a tally', () => {
  it('begins with nothing', () => {
    expect(noCounts()).toEqual({ started: 0, issued: 0, denied: 0, failed: 0, approved: 0, attempts: 0 });
    expect(new Tally(steps, ['scope']).breakdown('scope', 9)).toEqual({ groups: [], others: null });
    expect(new Tally(steps, []).breakdown('scope', 9)).toEqual({ groups: [], others: null });
  });

  it('names alike frequent values in one order, and the rest as one', () => {
    const tally = new Tally(steps, ['principal']);
    for (const principal of ['c', 'a', 'd', 'b', 'b']) tally.add(aRecord({ principal }));
    expect(valuesOf(tally)).toEqual(['b', 'a', 'c', 'd']);
    expect(valuesOf(tally, 2)).toEqual(['b', 'a']);
    expect(tally.breakdown('principal', 1).others).toMatchObject({ issued: 3, attempts: 3 });
    expect(tally.breakdown('principal', 4).others).toBeNull();
  });

  it('counts what no scope was recorded of under none', () => {
    const tally = new Tally(steps, ['scope']);
    tally.add(aDenial({ scope: '' }));
    expect(tally.breakdown('scope', 9).groups).toEqual([
      { value: null, counts: { ...noCounts(), denied: 1, attempts: 1 }, packed: null },
    ]);
  });

  it('has the most that a session of each scope came to, of those that say so', () => {
    const tally = new Tally(steps, ['scope', 'outcome']);
    const add = (scope: string, packedPolicySize: number | null) =>
      tally.add(aRecord({ scope, credential: { expires: epochSeconds(0), packedPolicySize } }));
    for (const size of [12, 91, null, 7]) add('a', size);
    add('b', null);
    add('c', 0);
    tally.add(aDenial({ scope: 'd' }));
    const packed = (dimension: Dimension) =>
      Object.fromEntries(tally.breakdown(dimension, 9).groups.map(({ value, packed: most }) => [value, most]));
    expect(packed('scope')).toEqual({ a: 91, b: null, c: 0, d: null });
    expect(packed('outcome')).toEqual({ issued: null, denied: null });
  });

  it('counts no erasure', () => {
    const tally = new Tally(steps, ['outcome']);
    tally.add(aRecord({ outcome: 'erased' }));
    expect([recordsOf(tally.total), tally.breakdown('outcome', 9).groups]).toEqual([0, []]);
  });

  it('has no place in its line for what is not of its steps, and counts it all the same', () => {
    const tally = new Tally(steps, []);
    for (const time of [NINE - 60_000, NINE, NINE + 60_000]) tally.add(aRecord({ time: epochMilliseconds(time) }));
    expect(tally.line().map(({ counts }) => recordsOf(counts))).toEqual([1]);
    expect(recordsOf(tally.total)).toBe(3);
  });

  it('tells 100,000 values apart, and counts whatever more there are as others', () => {
    const tally = new Tally(steps, ['principal', 'outcome']);
    const record = aRecord();
    for (let number = 0; number < 100_002; number += 1) tally.add({ ...record, principal: `p${number}` });
    tally.add({ ...record, principal: 'p7', attempts: 3 });
    const { groups, others } = tally.breakdown('principal', 100_001);
    expect([groups.length, groups[0]?.value, others]).toEqual([
      100_000,
      'p7',
      { ...noCounts(), issued: 2, attempts: 2 },
    ]);
    expect(tally.breakdown('outcome', 1).others).toBeNull();
  });
});
