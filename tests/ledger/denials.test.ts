import { describe, expect, it } from '@jest/globals';
import { DenialDamper } from '../../lib/ledger/denials.ts';
import { parseIssuanceId } from '../../lib/ledger/id.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aDenial, NINE } from './a-record.ts';

/** 2026-11-21T09:00:00Z, when a minute begins. */
const MINUTE = epochMilliseconds(NINE - 250);
const at = (milliseconds: number) => epochMilliseconds(MINUTE + milliseconds);
const idOf = (changes: Parameters<typeof aDenial>[0]) => new DenialDamper(200).count(aDenial(changes))?.record.id;

describe('repeats of a denial', () => {
  it('have one id for the whole of a minute, in any instance', () => {
    expect(idOf({ time: at(59_999) })).toBe(idOf({ time: at(0) }));
  });

  it('have another id in the next minute, and in the one before', () => {
    expect(idOf({ time: at(60_000) })).not.toBe(idOf({ time: at(59_999) }));
    expect(idOf({ time: at(-1) })).not.toBe(idOf({ time: at(0) }));
  });

  /** `iss_`, the minute, and the first 80 bits of the SHA-256 of the parts as JSON: computed with Python's hashlib. */
  it.each([
    ['a connection', {}, 'iss_01M7YNAYM0NHTAP8DST7N6F7MK'],
    ['a client', { connection: null, client: 'bot' }, 'iss_01M7YNAYM01SMS0K0TFN96DNDZ'],
    ['a client without a name', { connection: null, client: null }, 'iss_01M7YNAYM0YXNDNEY35G9B5KV1'],
    ['no reason', { reason: null }, 'iss_01M7YNAYM0SWE9ADTT0P1W2E0X'],
    ['an approval', { approval: { id: 'apr_1', state: 'pending' } }, 'iss_01M7YNAYM0KFKX0DFGQ24CWRBE'],
  ] as const)('have an id that every version computes alike: of %s', (_, changes, id) => {
    expect(idOf(changes)).toBe(id);
  });

  it('beyond the ceiling have one that every version computes alike', () => {
    expect(new DenialDamper(0).count(aDenial())?.record.id).toBe('iss_01M7YNAYM0KQZ6QVDCKP4HHXN9');
  });

  it('have an id whose time is the minute', () => {
    expect(parseIssuanceId(idOf({ time: at(59_999) }) ?? '')?.time).toBe(MINUTE);
  });

  it.each([
    ['another connection', { connection: 'gitlab' }],
    ['a client of the connection name', { connection: null, client: 'github' }],
    ['another subject', { subject: 'repo:acme/api:ref:refs/heads/main' }],
    ['another scope', { scope: 'deploy-api' }],
    ['another reason', { reason: 'limit_reached' }],
    ['an approval that it waits for', { approval: { id: 'apr_1', state: 'pending' } }],
    [
      'a subject and scope that read the same in a row',
      { subject: 'repo:acme/web:ref:refs/heads/maindeploy', scope: '-web' },
    ],
  ] as const)('are none with %s', (_, changes) => {
    expect(idOf(changes)).not.toBe(idOf({}));
  });

  it('are none of another client or approval', () => {
    const client = (name: string) => idOf({ connection: null, client: name, subject: 'same' });
    expect(client('a')).toBe(client('a'));
    expect(client('a')).not.toBe(client('b'));
    const waiting = (id: string) => idOf({ approval: { id, state: 'pending' } });
    expect(waiting('apr_1')).toBe(waiting('apr_1'));
    expect(waiting('apr_1')).not.toBe(waiting('apr_2'));
  });

  it('count against the client where it was the subject itself', () => {
    const damper = new DenialDamper(1);
    const of = (client: string, subject: string) => damper.count(aDenial({ connection: null, client, subject }));
    expect(of('a', '1')?.record.overflow).toBeUndefined();
    expect(of('b', '1')?.record.overflow).toBeUndefined();
    expect(of('a', '2')?.record.overflow).toBe(true);
  });

  it.each([
    ['another label', { principal: 'somebody' }],
    ['another intent', { intent: 'once more' }],
    ['another request', { request: { id: 'r2', sourceIp: '203.0.113.8', userAgent: null } }],
  ])('are repeats with %s', (_, changes) => {
    expect(idOf(changes)).toBe(idOf({}));
  });

  it('are written one by one ten times, then as their count has doubled', () => {
    const damper = new DenialDamper(200);
    const writes: (readonly [number, number])[] = [];
    for (let number = 1; number <= 100; number += 1) {
      const write = damper.count(aDenial());
      if (write !== null) writes.push([number, write.attempts]);
    }
    expect(writes.slice(0, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((number) => [number, 1]));
    expect(writes.slice(10)).toEqual([
      [20, 10],
      [40, 20],
      [80, 40],
    ]);
  });

  it('begin anew with the minute', () => {
    const damper = new DenialDamper(200);
    for (let number = 1; number <= 15; number += 1) damper.count(aDenial({ time: at(59_999) }));
    expect(damper.count(aDenial({ time: at(60_000) }))?.attempts).toBe(1);
  });

  it('of two minutes ago are forgotten, and begin anew', () => {
    const damper = new DenialDamper(200);
    for (let number = 1; number <= 10; number += 1) damper.count(aDenial({ time: at(0) }));
    damper.count(aDenial({ time: at(120_000) }));
    expect(damper.count(aDenial({ time: at(0) }))?.attempts).toBe(1);
  });

  it('that arrive just after their minute still count with it', () => {
    const damper = new DenialDamper(200);
    for (let number = 1; number <= 10; number += 1) damper.count(aDenial({ time: at(59_999) }));
    damper.count(aDenial({ time: at(60_000) }));
    expect(damper.count(aDenial({ time: at(59_999) }))).toBeNull();
  });
});

describe('a flood of different denials', () => {
  const flood = (damper: DenialDamper, count: number, changes: Parameters<typeof aDenial>[0] = {}) => {
    const denial = aDenial(changes);
    return Array.from({ length: count }, (_, number) => damper.count({ ...denial, subject: `s${number}` }));
  };

  it('is one record each up to the ceiling, then one for all the rest', () => {
    const damper = new DenialDamper(3);
    const writes = flood(damper, 5);
    expect(writes.slice(0, 3).map((write) => write?.record.subject)).toEqual(['s0', 's1', 's2']);
    expect(writes.slice(3).map((write) => write?.record.overflow)).toEqual([true, true]);
    expect(writes[3]?.record.id).toBe(writes[4]?.record.id);
  });

  it('names no principal, subject, scope or proof in the record for the rest', () => {
    const overflow = flood(new DenialDamper(3), 4)[3]?.record;
    expect(overflow).toMatchObject({
      outcome: 'denied',
      reason: null,
      connection: 'github',
      principal: '',
      subject: '',
      scope: '',
      claims: {},
      intent: null,
      proof: { tokenId: null, sha256: null },
      decision: { configVersion: 7, rule: null, checks: [] },
    });
  });

  it('has a record for the rest of each source', () => {
    const damper = new DenialDamper(0);
    const idFor = (connection: string) => damper.count(aDenial({ connection }))?.record.id;
    expect(idFor('github')).not.toBe(idFor('gitlab'));
    expect(idFor('github')).toBe(idFor('github'));
    expect(idFor('github')).not.toBe(idOf({ connection: 'github' }));
  });

  it('is counted by records: repeats take no room', () => {
    const damper = new DenialDamper(2);
    const overflows = ['s0', 's0', 's0', 's1', 's2'].map(
      (subject) => damper.count(aDenial({ subject }))?.record.overflow,
    );
    expect(overflows).toEqual([undefined, undefined, undefined, undefined, true]);
  });

  it('leaves repeats of what has its record already where they belong', () => {
    const damper = new DenialDamper(3);
    flood(damper, 5);
    expect(damper.count(aDenial({ subject: 's1' }))?.record).toMatchObject({ subject: 's1' });
  });

  it('of one connection leaves room for another', () => {
    const damper = new DenialDamper(3);
    flood(damper, 5);
    expect(damper.count(aDenial({ connection: 'gitlab' }))?.record.overflow).toBeUndefined();
  });

  it('has room again in the next minute', () => {
    const damper = new DenialDamper(3);
    flood(damper, 5, { time: at(59_999) });
    expect(damper.count(aDenial({ time: at(60_000) }))?.record.overflow).toBeUndefined();
  });

  it('is damped like repeats: 10,000 beyond the ceiling are few writes', () => {
    const writes = flood(new DenialDamper(3), 10_003).filter((write) => write !== null);
    expect(writes.length).toBe(3 + 10 + 9);
  });
});
