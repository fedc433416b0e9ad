/** Parts of a record and of its search, each by its own edge. */
import { describe, expect, it } from '@jest/globals';
import { boundedRecord } from '../../lib/ledger/bounds.ts';
import { readCursor, writeCursor } from '../../lib/ledger/cursor.ts';
import { SEARCH_PARAMETERS, scopesOf } from '../../lib/ledger/filter.ts';
import { composeId, firstIdAt, lastIdAt, parseIssuanceId } from '../../lib/ledger/id.ts';
import { parseRfc3339 } from '../../lib/ledger/instant.ts';
import { fromJson, toJson } from '../../lib/ledger/json.ts';
import { recordKey } from '../../lib/ledger/partitions.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aRecord, NINE } from './a-record.ts';

const ID = composeId(NINE, new Uint8Array(10));

describe('an id', () => {
  it.each([
    `x${ID}`,
    `${ID}x`,
    `${ID}\n`,
    ID.slice(1),
    ID.toLowerCase(),
    ID.replace(/.$/, 'U'),
    'iss_8'.padEnd(30, '0'),
  ])('is not %j', (text) => {
    expect(parseIssuanceId(text)).toBeNull();
    expect(() => recordKey(text)).toThrow('not an issuance id');
  });

  it('has its time, then its 80 bits, in base32', () => {
    const tail = Uint8Array.from([1, 35, 69, 103, 137, 171, 205, 239, 0, 255]);
    expect(composeId(NINE, tail)).toBe('iss_01M7YNAYVT04HMASW9NF6YY07Z');
  });

  it('says its time and its spread again', () => {
    for (const time of [0, 1, 31, 32, NINE, 2 ** 48 - 1].map(epochMilliseconds)) {
      expect(parseIssuanceId(firstIdAt(time))).toEqual({ time, spread: 0 });
      expect(parseIssuanceId(lastIdAt(time))).toEqual({ time, spread: 31 });
    }
  });

  it.each([-1, 0.5, 2 ** 48, Number.NaN])('has no time %d', (time) => {
    expect(() => firstIdAt(epochMilliseconds(time))).toThrow(
      'the time of an issuance id is a whole number of milliseconds below 2^48',
    );
  });

  it.each([9, 11])('is not made of %d octets', (length) => {
    expect(() => composeId(NINE, new Uint8Array(length))).toThrow('an issuance id has exactly 80 bits beside its time');
  });
});

describe('an instant', () => {
  it.each([
    ['1970-01-01T00:00:00Z', undefined, 0],
    ['1970-01-01T00:00:00.0019Z', undefined, 1],
    ['1970-01-01T00:00:00.0019Z', 'down', 1],
    ['1970-01-01T00:00:00.0019Z', 'up', 2],
    ['1970-01-01T00:00:00.0010Z', 'up', 1],
    ['1970-01-01T00:00:00.1Z', 'up', 100],
    ['1970-01-01T00:00:00.12Z', 'down', 120],
    ['1970-01-01T01:00:00+01:00', 'up', 0],
    ['9999-12-31T23:59:59.999Z', 'up', 253_402_300_799_999],
  ] as const)('%s (%s) is %d', (text, rounding, expected) => {
    expect(rounding === undefined ? parseRfc3339(text) : parseRfc3339(text, rounding)).toBe(expected);
  });

  it.each([
    ['9999-12-31T23:59:59.9999Z', 'up'],
    ['1969-12-31T23:59:59Z', 'down'],
    ['2026-11-21', 'down'],
  ] as const)('%s (%s) is none', (text, rounding) => {
    expect(parseRfc3339(text, rounding)).toBeNull();
  });
});

describe('a cursor', () => {
  const filter = { scope: 'a', principal: 'b' };
  it('belongs to its filter, in whatever order that is written, and to no other', () => {
    const cursor = writeCursor(filter, ID);
    expect(readCursor({ principal: 'b', scope: 'a' }, cursor)).toBe(ID);
    expect(readCursor({ scope: 'a' }, cursor)).toBeNull();
    expect(readCursor({ scope: 'b', principal: 'a' }, cursor)).toBeNull();
  });

  it('has a version, a place and a digest, and nothing else', () => {
    const [version, place, digest, ...rest] = Buffer.from(writeCursor(filter, ID), 'base64url').toString().split('.');
    expect([version, place, rest]).toEqual(['1', ID, []]);
    expect(digest).toMatch(/^[A-Za-z0-9_-]{22}$/);
    const spelled = (...parts: readonly (string | undefined)[]) => Buffer.from(parts.join('.')).toString('base64url');
    expect(readCursor(filter, spelled('1', ID, digest))).toBe(ID);
    for (const other of [
      ['2', ID, digest],
      ['1', 'iss_x', digest],
      ['1', ID, ''],
      ['1', ID, digest, ''],
      ['1', ID],
      [''],
    ]) {
      expect(readCursor(filter, spelled(...other))).toBeNull();
    }
  });
});

describe('a search', () => {
  it('has these parameters', () => {
    expect([...SEARCH_PARAMETERS].sort()).toEqual(
      [
        ...['principal', 'connection', 'client', 'scope', 'reason', 'accessKeyId'],
        ...['actor', 'intent', 'approval', 'rule'],
        ...['outcome', 'from', 'to', 'limit', 'cursor'],
      ].sort(),
    );
  });

  it.each([
    ['a b', ['a', 'b']],
    ['a a b', ['a', 'b']],
    ['', []],
    [' a ', ['a']],
  ])('finds a record of the scopes %j under %j', (scope, scopes) => {
    expect(scopesOf({ scope })).toEqual(scopes);
  });
});

describe('a record as JSON', () => {
  it.each([
    ['that stands for many', { overflow: true as const }],
    ['that was cut', { truncated: ['intent'] }],
    ['of nobody else', {}],
  ])('%s says so, and is read back', (_, more) => {
    const record = aRecord(more);
    const json = toJson(record);
    expect([json['overflow'], json['truncated']]).toEqual([
      'overflow' in more ? true : undefined,
      'truncated' in more ? ['intent'] : undefined,
    ]);
    expect(Object.hasOwn(json, 'overflow')).toBe('overflow' in more);
    expect(fromJson(JSON.parse(JSON.stringify(json)))).toEqual(record);
  });

  it.each([
    null,
    [],
    { ...toJson(aRecord()), time: 7 },
    { ...toJson(aRecord()), time: 'noon' },
    { ...toJson(aRecord()), scope: null },
  ])('%# is damage, and told as that', (json) => {
    expect(() => fromJson(json)).toThrow('a record of the ledger is not in the shape that it was written in');
  });
});

describe('what is too long in a record', () => {
  const long = 'x'.repeat(1_025);
  it('is cut in its place, and each place is named once, after those that were named before', () => {
    const { proof } = aRecord();
    const actor = { connection: 'okta', client: null, subject: long, principal: 'p', proof, claims: { c: long } };
    const bounded = boundedRecord(
      aRecord({
        actor,
        intent: long,
        scope: 's'.repeat(4_096),
        truncated: ['intent', 'earlier'],
        decision: { configVersion: 1, rule: 0, checks: [{ operator: 'o', key: long, held: true }] },
      }),
    );
    const [first, second, ...others] = bounded.truncated ?? [];
    expect([first, second]).toEqual(['intent', 'earlier']);
    expect(others.sort()).toEqual(['actor.claims.c', 'actor.subject', 'decision.checks.key']);
    expect(bounded.scope).toHaveLength(4_096);
    expect(boundedRecord(aRecord({ scope: 's'.repeat(4_097) })).truncated).toEqual(['scope']);
    expect(boundedRecord(aRecord())).not.toHaveProperty('truncated');
  });

  it.each([
    [1_022, undefined],
    [1_023, ['claims.c']],
  ])('of a claim begins with its JSON of 1,024 bytes: %d characters', (length, truncated) => {
    const { truncated: named } = boundedRecord(aRecord({ claims: { c: 'x'.repeat(length) } }));
    expect(named).toEqual(truncated);
  });
});
