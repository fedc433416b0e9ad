import { describe, expect, it } from '@jest/globals';
import { boundedRecord } from '../../lib/ledger/bounds.ts';
import { clientsOf, matches, parseSearch } from '../../lib/ledger/filter.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aDenial, aRecord, NINE } from './a-record.ts';

describe('a search', () => {
  it('without parameters is the newest hundred of all', () => {
    expect(parseSearch({})).toStrictEqual({ ok: true, value: { filter: {}, limit: 100, cursor: null } });
  });

  it('takes every filter of contract section 3', () => {
    const parameters = {
      principal: 'acme/web@refs/heads/main',
      connection: 'github',
      client: 'nightly-bot',
      scope: 'deploy-web',
      outcome: 'issued',
      reason: 'not_allowed',
      accessKeyId: 'ASIAEXAMPLE',
    };
    const from = '2026-11-21T09:00:00.250Z';
    const search = parseSearch({ ...parameters, from, to: '2026-11-21T09:00:00.251Z', limit: '1000', cursor: 'c' });
    const filter = { ...parameters, from: NINE, to: NINE + 1 };
    expect(search).toEqual({ ok: true, value: { filter, limit: 1_000, cursor: 'c' } });
  });

  it.each([
    ['an empty principal', 'principal', ''],
    ['an empty cursor', 'cursor', ''],
    ['a scope of 4,097 characters', 'scope', 's'.repeat(4_097)],
    ['an outcome that does not exist', 'outcome', 'allowed'],
    ['an outcome in capitals', 'outcome', 'Issued'],
    ['a time that is a date', 'from', '2026-11-21'],
    ['a time that is a number', 'to', '1795251600'],
    ['a limit of nothing', 'limit', '0'],
    ['a limit of 1001', 'limit', '1001'],
    ['a negative limit', 'limit', '-1'],
    ['a fraction of a limit', 'limit', '1.5'],
    ['a limit in another notation', 'limit', '1e2'],
  ])('refuses %s and names the parameter', (_, name, value) => {
    const search = parseSearch({ [name]: value });
    expect(search).toMatchObject({ ok: false, refusal: { reason: 'parameter_invalid' } });
    expect(search.ok ? '' : search.refusal.detail).toContain(` ${name} `);
  });

  it('from a time between two milliseconds begins with the later, and to one ends with the earlier', () => {
    const [from, to] = ['2026-11-21T09:00:00.2501Z', '2026-11-21T09:00:00.2519Z'];
    expect(parseSearch({ from, to })).toMatchObject({ value: { filter: { from: NINE + 1, to: NINE + 1 } } });
  });

  it.each(['started', 'issued', 'denied', 'failed', 'approved', 'erased'])('may be for the outcome %s', (outcome) => {
    expect(parseSearch({ outcome })).toMatchObject({ ok: true, value: { filter: { outcome } } });
  });

  it.each([
    ['1', 1],
    ['99', 99],
    ['1000', 1_000],
  ])('has a limit of %s', (limit, expected) => {
    expect(parseSearch({ limit })).toMatchObject({ ok: true, value: { limit: expected } });
  });

  it('refuses a range that ends before it begins', () => {
    const to = '2026-11-21T09:00:00Z';
    expect(parseSearch({ from: '2026-11-21T09:00:01Z', to }).ok).toBe(false);
    expect(parseSearch({ from: to, to }).ok).toBe(true);
  });
});

describe('a record matches', () => {
  const record = aRecord({ client: 'nightly-bot', scope: 'read-a read-b' });

  it.each([
    ['no filter', {}],
    ['its principal', { principal: 'acme/web@refs/heads/main' }],
    ['its connection', { connection: 'github' }],
    ['its client', { client: 'nightly-bot' }],
    ['its first scope', { scope: 'read-a' }],
    ['its second scope', { scope: 'read-b' }],
    ['its outcome', { outcome: 'issued' as const }],
    ['its access key', { accessKeyId: 'ASIA0000001795251600' }],
    ['from its own millisecond', { from: NINE }],
    ['to its own millisecond', { to: NINE }],
  ])('%s', (_, filter) => {
    expect(matches(filter, record)).toBe(true);
  });

  it.each([
    ['another principal', { principal: 'acme/web@refs/heads/Main' }],
    ['another connection', { connection: 'git' }],
    ['another client', { client: 'nightly' }],
    ['both scopes as one', { scope: 'read-a read-b' }],
    ['a part of a scope', { scope: 'read' }],
    ['another outcome', { outcome: 'failed' as const }],
    ['a reason', { reason: 'not_allowed' }],
    ['an access key, where nothing was handed out', { accessKeyId: 'ASIA1' }, aDenial()],
    ['another access key', { accessKeyId: 'ASIA0000001795251601' }],
    ['from a millisecond later', { from: epochMilliseconds(NINE + 1) }],
    ['to a millisecond before', { to: epochMilliseconds(NINE - 1) }],
    ['one that holds and one that does not', { connection: 'github', outcome: 'denied' as const }],
  ] as const)('not %s', (_, filter, of: IssuanceRecord = record) => {
    expect(matches(filter, of)).toBe(false);
  });

  it('a client that it came through', () => {
    const through = aRecord({ client: null, lineage: { clients: ['cli', 'portal'] } });
    expect([matches({ client: 'portal' }, through), matches({ client: 'bot' }, through)]).toEqual([true, false]);
    expect(clientsOf({ ...record, lineage: { clients: ['cli'] } })).toEqual(['nightly-bot', 'cli']);
    expect(clientsOf({ client: null })).toEqual([]);
  });

  it('its reason', () => {
    expect(matches({ reason: 'not_allowed' }, aDenial())).toBe(true);
  });

  it('a principal that was cut, by all of its text', () => {
    const principal = 'p'.repeat(3_000);
    expect(matches({ principal }, boundedRecord(aRecord({ principal })))).toBe(true);
    expect(matches({ principal: `${principal}q` }, boundedRecord(aRecord({ principal })))).toBe(false);
  });
});
