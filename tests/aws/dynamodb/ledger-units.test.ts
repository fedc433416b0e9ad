import { createHash } from 'node:crypto';
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
  value.B?.byteLength ??
  (value.S === undefined ? Math.ceil((value.N ?? '').length / 2) + 1 : Buffer.byteLength(value.S));
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

/** Hexadecimal digits that nothing packs to less than half of them. */
const digits = (seed: string, length: number): string => {
  let text = '';
  while (text.length < length) text += createHash('sha256').update(`${seed}${text}`).digest('hex');
  return text.slice(0, length);
};

const WORKFLOW = 'acme/web/.github/workflows/deploy.yml@refs/heads/main';

/**
 * A record of exactly 2 KB as the outside world reads it: what a job of GitHub Actions leaves under a rule of five
 * conditions, and digits for the rest.
 */
function ofTwoKilobytes(): IssuanceRecord {
  const keys = ['repository_id', 'repository_owner_id', 'ref', 'environment', 'workflow_ref'];
  const claims = {
    ...{ repository: 'acme/web', repository_id: '1296269', repository_owner_id: '1234567', ref: 'refs/heads/main' },
    ...{ environment: 'production', workflow_ref: WORKFLOW, sha: digits('sha', 40), run_id: '9000000000' },
  };
  const decision = {
    configVersion: 7,
    rule: 0,
    checks: keys.map((key) => ({ operator: 'StringEquals', key: `claims.${key}`, held: true })),
    source: {
      ...{ file: 'scopes/deploy-web.yaml', line: 7, reason: 'the web service is rolled out by its own workflow' },
      appliedBy: 'arn:aws:sts::111122223333:assumed-role/platform/alice',
      ...{ appliedAt: '2026-11-20T08:15:30.123Z', commit: digits('commit', 40) },
    },
  };
  const short = aRecord({ claims: { ...claims, note: '' }, decision });
  return { ...short, claims: { ...claims, note: digits('note', 2_048 - jsonBytes(short)) } };
}

describe('a typical issuance', () => {
  const record = ofTwoKilobytes();
  const started = startedItem({ ...record, outcome: 'started', credential: null }, RETENTION);
  const { item, pointers } = finishedItems(record, RETENTION, 'started');

  it('has a record of 2 KB', () => {
    expect(jsonBytes(record)).toBe(2_048);
  });

  it('starts with one unit, in no index', () => {
    expect([unitsOf(started), indexEntries(started).length]).toEqual([1, 0]);
  });

  it('ends with one unit under its scope and two index entries of one unit each', () => {
    expect([units(itemBytes(item)), indexEntries(item).length, unitsOf(item)]).toEqual([1, 2, 3]);
    expect(pointers).toEqual([]);
  });

  it('takes four units in all', () => {
    expect(unitsOf(started) + unitsOf(item)).toBe(4);
  });
});

describe('what is kept of a typical issuance', () => {
  const record = ofTwoKilobytes();
  const items = [
    startedItem({ ...record, outcome: 'started', credential: null }, RETENTION),
    finishedItems(record, RETENTION, 'started').item,
  ];
  // DynamoDB stores 100 bytes beside each item and each index entry.
  const kept = sum(items.flatMap((item) => [item, ...indexEntries(item)]).map((item) => itemBytes(item) + 100));

  it('is 1.8 KB, index entries and what DynamoDB adds included', () => {
    expect(kept / 1_000).toBeCloseTo(1.8, 1);
  });
});

describe('a token that nobody else had to be asked for', () => {
  it('takes a unit and an index entry for its principal and for its scope', () => {
    const { credential } = aRecord();
    if (credential === null) throw new Error('the fixture has no credential');
    const token = aRecord({ grant: 'broker-token', credential: { expires: credential.expires } });
    expect(unitsOf(finishedItems(token, RETENTION).item)).toBe(3);
  });
});

describe('a typical denial', () => {
  const { key, first, pointers } = denialItems(aDenial(), RETENTION);
  const item = { ...key, ...first, attempts: { N: '1' } };

  it('takes one unit and three index entries of one unit each', () => {
    expect([units(itemBytes(item)), indexEntries(item).length]).toEqual([1, 3]);
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
