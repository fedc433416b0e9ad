/** The stream, the function and the bus: at least once, whatever dies. */
import { env } from 'node:process';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import { finishedItems, type Item, readItem } from '../../lib/aws/dynamodb/ledger-item.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import { dynamoRevokedMarks } from '../../lib/aws/dynamodb/mark-revoked.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import type { PutEvents } from '../../lib/ports/events.ts';
import { seconds } from '../../lib/time.ts';
import { noDeadline, startTables } from '../aws/dynamodb/dynamodb.ts';
import { aDenial, aRecord } from '../ledger/a-record.ts';
import { type Bus, startBus } from './a-bus.ts';

let bus: Bus;
let eventsHandler: typeof import('../../functions/events.ts')['eventsHandler'];
beforeAll(async () => {
  Object.assign(env, { ISSUER: 'https://broker.example', TABLE_PREFIX: 'test', EXTERNAL_ID: 'test' });
  env['AWS_REGION'] ??= 'us-east-1';
  [bus, { eventsHandler }] = await Promise.all([startBus(), import('../../functions/events.ts')]);
});
afterAll(() => bus.stop());

/** As the stream has it: binary in base64. */
const streamed = (record: IssuanceRecord, place: number): DynamoDBRecord =>
  change(finishedItems(record, seconds(86_400)).item, place);

const change = (item: Item, place: number): DynamoDBRecord => {
  const bytes = (value: Item[string]) =>
    value.B === undefined ? value : { B: Buffer.from(value.B).toString('base64') };
  const NewImage = Object.fromEntries(Object.entries(item).map(([name, value]) => [name, bytes(value)]));
  return {
    eventName: 'INSERT',
    dynamodb: { NewImage: JSON.parse(JSON.stringify(NewImage)), SequenceNumber: String(place) },
  };
};

function world(put: PutEvents) {
  const logged: string[] = [];
  const lines = { info: () => undefined, error: (event: string) => void logged.push(event) };
  const handler = eventsHandler({ put, lines, readItem: (image) => readItem(image as Item) });
  return { handler, logged };
}

/** Lambda over one shard: brings a batch until nothing of it failed; from the failed place on where one is named. */
async function deliver(records: readonly DynamoDBRecord[], invoke: (some: DynamoDBRecord[]) => Promise<unknown>) {
  let left = [...records];
  for (let turn = 0; left.length > 0 && turn < 100; turn += 1) {
    try {
      const { batchItemFailures: failed } = Object(await invoke(left));
      const [first] = failed;
      left =
        first === undefined
          ? []
          : left.slice(left.findIndex((one) => one.dynamodb?.SequenceNumber === first.itemIdentifier));
    } catch {
      // Killed: Lambda knows nothing of what was done.
    }
  }
  return left;
}

const batch = (): readonly IssuanceRecord[] =>
  Array.from({ length: 23 }, (_, at) => (at % 3 === 2 ? aDenial() : aRecord({ intent: 'x'.repeat(1_000) })));

describe('the events function', () => {
  it('tells of a revocation, of the mark that a revocation leaves beside the record', async () => {
    const tables = await startTables();
    const at = { client: tables.client, table: tables.table('ledger') };
    const record = aRecord();
    await dynamoLedger(at).finished(record, noDeadline, 'started');
    const revoked = { revocation: 'rev_01', time: '2026-11-21T09:05:00Z', by: 'client:ops', reason: 'CHG-77' };
    await dynamoRevokedMarks(at).mark(record, revoked, noDeadline);
    const { Items: [marked = {}] = [] } = await tables.sdk.send(new ScanCommand({ TableName: at.table }));
    await tables.stop();
    const { handler, logged } = world(bus.put);
    await handler({ Records: [{ ...change(marked, 1), eventName: 'MODIFY' }] });
    const [told, ...more] = await bus.taken(`${record.id}:revoked`);
    expect(told).toMatchObject({ detailType: 'Issuance revoked', detail: { outcome: 'revoked', revoked } });
    expect([more, await bus.taken(`${record.id}:issued`), logged]).toEqual([[], [], []]);
  });

  it('tells an EventBridge of each outcome, once where nothing fails', async () => {
    const records = batch();
    const { handler } = world(bus.put);
    expect(await deliver(records.map(streamed), (some) => handler({ Records: some }))).toEqual([]);
    for (const { id, outcome } of records) {
      const [event, ...more] = await bus.taken(`${id}:${outcome}`);
      expect(event).toMatchObject({ source: 'token-broker', detailType: `Issuance ${outcome}`, detail: { id } });
      expect(more).toEqual([]);
    }
  });

  // Three calls of the bus for 23 events: each is cut off before and after it.
  it.each([1, 2, 3].flatMap((at) => [[at, 'before'] as const, [at, 'after'] as const]))(
    'leaves no event out where it is killed at call %i, %s it was taken',
    async (at, how) => {
      const taken: unknown[] = [];
      let calls = 0;
      const invoke = async (some: DynamoDBRecord[]): Promise<unknown> => {
        let died = false;
        const put: PutEvents = async (events) => {
          calls += 1;
          const dies = calls === at;
          if (!(dies && how === 'before')) taken.push(...events.map(({ detail }) => detail['key']));
          if (!dies) return events.map(() => true);
          died = true;
          throw new Error('killed');
        };
        const answer = await world(put).handler({ Records: some });
        if (died) throw new Error('killed: the answer never left');
        return answer;
      };
      const records = batch();
      expect(await deliver(records.map(streamed), invoke)).toEqual([]);
      const keys = records.map(({ id, outcome }) => `${id}:${outcome}`);
      expect([...new Set(taken)]).toEqual(keys);
      expect(taken.length > keys.length).toBe(how === 'after' || at > 1);
    },
  );

  it('has brought again, from its place, what the bus turned away or was not there for', async () => {
    const taken: unknown[] = [];
    let turn = 0;
    const put: PutEvents = async (events) => {
      turn += 1;
      if (turn === 2) throw new Error('down');
      const good = events.map((_, at) => turn !== 3 || at !== 4);
      taken.push(...events.flatMap(({ detail }, at) => (good[at] === true ? [detail['key']] : [])));
      return good;
    };
    const records = batch();
    const { handler, logged } = world(put);
    expect(await deliver(records.map(streamed), (some) => handler({ Records: some }))).toEqual([]);
    expect(new Set(taken)).toEqual(new Set(records.map(({ id, outcome }) => `${id}:${outcome}`)));
    expect(logged).toEqual(['events_untold', 'events_untold']);
  });

  it('passes what it cannot read, says so, and tells the others', async () => {
    const record = aRecord();
    const broken = streamed(aRecord(), 0);
    const { handler, logged } = world(bus.put);
    const image = { ...broken.dynamodb?.NewImage, record: { B: 'AAAA' } };
    const Records = [{ ...broken, dynamodb: { NewImage: image, SequenceNumber: '0' } }, streamed(record, 1)];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    expect(logged).toEqual(['record_unreadable']);
    expect(await bus.taken(`${record.id}:issued`)).toHaveLength(1);
  });

  it('puts ten at once at most, and no more than EventBridge takes, of the largest records too', async () => {
    const sizes: (readonly [number, number])[] = [];
    const put: PutEvents = async (events) => {
      sizes.push([events.length, Buffer.byteLength(JSON.stringify(events))]);
      return events.map(() => true);
    };
    // Each character is six in JSON.
    const text = '\u0001'.repeat(1_024);
    const party = { connection: 'c', client: null, subject: text, principal: text };
    const actor = { ...party, proof: aRecord().proof, claims: {} };
    const large = Array.from({ length: 12 }, () => aRecord({ ...party, actor, scope: 's '.repeat(2_000) }));
    await world(put).handler({ Records: large.map(streamed) });
    expect(sizes.reduce((sum, [count]) => sum + count, 0)).toBe(large.length);
    expect(Math.max(...sizes.map(([count]) => count))).toBeLessThanOrEqual(10);
    expect(Math.max(...sizes.map(([, bytes]) => bytes))).toBeLessThan(256 * 1_024);
  });
});
