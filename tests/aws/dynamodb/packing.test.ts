import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { finishedItems, type Item, readItem } from '../../../lib/aws/dynamodb/ledger-item.ts';
import { packed, unpacked } from '../../../lib/aws/dynamodb/packing.ts';
import { toJson } from '../../../lib/ledger/json.ts';
import { seconds } from '../../../lib/time.ts';
import { aRecord } from '../../ledger/a-record.ts';

const itemOf = (record = aRecord()): Item => finishedItems(record, seconds(86_400)).item;
const json = JSON.stringify(toJson(aRecord()));

describe('the JSON of a record', () => {
  it.each(['', '{}', json, json.repeat(20), `{"claims":{"é":"\u{1F511}"}}`])('comes back as it was packed', (text) => {
    expect(unpacked(packed(text))).toBe(text);
  });

  it('takes less than half the room', () => {
    expect(packed(json).byteLength).toBeLessThan(json.length / 2);
  });

  it('is read for ever: these bytes were written with the dictionary that there is', () => {
    const written = 'Qyv9LCMNjIJMPCLMPAxNo6IMgv0CjUwNvJQwSqzy1CSlWgA=';
    expect(unpacked(Buffer.from(written, 'base64'))).toBe(
      '{"id":"iss_01M89Y02R4HX6H15ZZ0SNQ250J","scope":"deploy-web"}',
    );
  });

  it('is refused where it unpacks to more than any record has', () => {
    expect(() => unpacked(packed('a'.repeat(1_000_000)))).toThrow();
  });
});

describe('an item', () => {
  it('is read where its record is packed, and where one of before is text', () => {
    const record = aRecord();
    const item = itemOf(record);
    expect(item['record']).toHaveProperty('B');
    expect(readItem(item)).toEqual(record);
    expect(readItem({ ...item, record: { S: JSON.stringify(toJson(record)) } })).toEqual(record);
  });

  it('is read as it comes over the wire, in base64', () => {
    const record = aRecord();
    expect(readItem(JSON.parse(JSON.stringify(itemOf(record))))).toEqual(record);
  });

  it('has the same bytes each time, so that a write that arrives twice is no conflict', () => {
    const record = aRecord();
    const digest = () =>
      createHash('sha256')
        .update(JSON.stringify(itemOf(record)))
        .digest('hex');
    expect(digest()).toBe(digest());
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, 40)],
    ['of something else', () => Buffer.from('not a record')],
  ])('whose record is %s is a fault', (_, damage) => {
    const bytes = damage(Buffer.from(packed(json)));
    expect(() => readItem({ ...itemOf(), record: { B: bytes } })).toThrow(
      expect.objectContaining({ dependency: 'ledger' }),
    );
  });
});
