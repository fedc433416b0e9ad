import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { denialItems, finishedItems, type Item, startedItem } from '../../../lib/aws/dynamodb/ledger-item.ts';
import { toJson } from '../../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import { seconds } from '../../../lib/time.ts';
import { aDenial, aRecord } from '../../ledger/a-record.ts';

/**
 * Write units by arithmetic, because local endpoints leave indexes out of ConsumedCapacity. DynamoDB developer guide:
 * an item's size is the UTF-8 of its attribute names and values; a write takes a unit for each KB begun, of the larger
 * of the item before and after; a new index entry takes the same of its own attributes.
 */
const RETENTION = seconds(34_560_000);
const valueBytes = (value: AttributeValue): number =>
  value.S === undefined ? Math.ceil((value.N ?? '').length / 2) + 1 : Buffer.byteLength(value.S);
const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
const units = (bytes: number): number => Math.ceil(bytes / 1_024);
const indexEntries = (item: Item): Item[] =>
  ['principal', 'scope', 'accessKey'].flatMap((name) => {
    const { pk, sk, place, [name]: value } = item;
    return pk && sk && place && value ? [{ pk, sk, place, [name]: value }] : [];
  });
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** What a new item and its index entries take; 100 bytes more are stored for each item, and not charged as written. */
const unitsOf = (item: Item): number => sum([item, ...indexEntries(item)].map((written) => units(itemBytes(written))));

const jsonBytes = (record: IssuanceRecord): number => Buffer.byteLength(JSON.stringify(toJson(record)));

/** A record of exactly 2 KB as the outside world reads it, the padding in claims. */
function ofTwoKilobytes(): IssuanceRecord {
  const short = aRecord({ claims: { workflow_ref: '', job_workflow_ref: '' } });
  const room = 2_048 - jsonBytes(short);
  const half = Math.floor(room / 2);
  const claims = { workflow_ref: 'w'.repeat(half), job_workflow_ref: 'j'.repeat(room - half) };
  return { ...short, claims };
}

describe('a typical issuance', () => {
  const record = ofTwoKilobytes();
  const started = startedItem({ ...record, outcome: 'started', credential: null }, RETENTION);
  const { item, pointers } = finishedItems(record, RETENTION);

  it('has a record of 2 KB', () => {
    expect(jsonBytes(record)).toBe(2_048);
  });

  it('starts with one unit, in no index', () => {
    expect([unitsOf(started), indexEntries(started).length]).toEqual([1, 0]);
  });

  it('ends with three units and three index entries of one unit each', () => {
    expect([units(itemBytes(item)), indexEntries(item).length, unitsOf(item)]).toEqual([3, 3, 6]);
    expect(pointers).toEqual([]);
  });

  it('takes at most 8 units in all (it takes 7)', () => {
    expect(unitsOf(started) + unitsOf(item)).toBe(7);
  });
});

describe('a typical denial', () => {
  const { key, first, pointers } = denialItems(aDenial(), RETENTION);
  const item = { ...key, ...first, attempts: { N: '1' } };

  it('takes two units and three index entries of one unit each', () => {
    expect([units(itemBytes(item)), indexEntries(item).length]).toEqual([2, 3]);
    expect(pointers('place')).toEqual([]);
  });
});

describe('each scope beyond the first', () => {
  const { pointers } = finishedItems(aRecord({ scope: 'a b c' }), RETENTION);

  it('takes two units: a small item and its one index entry', () => {
    expect(pointers.map((pointer) => [unitsOf(pointer), indexEntries(pointer).length])).toEqual([
      [2, 1],
      [2, 1],
    ]);
  });
});

describe('a flood of scopes in one denied request', () => {
  it('makes seven pointers and no more', () => {
    const scope = Array.from({ length: 100 }, (_, number) => `s${number}`).join(' ');
    expect(denialItems(aDenial({ scope }), RETENTION).pointers('place').length).toBe(7);
  });
});
