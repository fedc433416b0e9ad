import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoLedgerQueries } from '../../../lib/aws/dynamodb/ledger-queries.ts';
import { dynamoLedger } from '../../../lib/aws/dynamodb/ledger-table.ts';
import type { IssuanceFilter } from '../../../lib/ledger/filter.ts';
import { toJson } from '../../../lib/ledger/json.ts';
import { recordKey } from '../../../lib/ledger/partitions.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import type { LedgerQueries } from '../../../lib/ports/ledger.ts';
import { epochMilliseconds, seconds } from '../../../lib/time.ts';
import { aDenial, aRecord, NINE } from '../../ledger/a-record.ts';
import { memoryLedger } from '../../ledger/memory-ledger.ts';
import { inBatches, noDeadline, startTables, type TestTables } from './dynamodb.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

const options = () => ({ client: tables.client, table: tables.table('ledger') });
const inDynamoDb = () => ({ ...dynamoLedger(options()), ...dynamoLedgerQueries(options()) });
let names = 0;
/** Texts that no other test has, where one ledger serves them all. */
const aName = () => `name-${++names}`;

async function list(queries: LedgerQueries, filter: IssuanceFilter, limit = 1_000): Promise<IssuanceRecord[]> {
  const found: IssuanceRecord[] = [];
  for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
    const page = await queries.list(filter, limit, cursor, noDeadline);
    if (!page.ok) throw new Error(page.refusal.detail);
    found.push(...page.value.issuances);
    cursor = page.value.next;
  }
  return found;
}

describe.each([
  ['in memory', () => memoryLedger()],
  ['in DynamoDB', inDynamoDb],
] as const)('the ledger %s', (_, make) => {
  it('keeps a started record without claims and checks until its outcome comes', async () => {
    const ledger = make();
    const record = aRecord({ outcome: 'started', credential: null });
    await ledger.started(record, noDeadline);
    const small = { ...record, claims: {}, decision: { ...record.decision, checks: [] } };
    expect(await ledger.get(record.id, noDeadline)).toEqual(small);
    const issued = aRecord({ id: record.id });
    await ledger.finished(issued, noDeadline);
    expect(await ledger.get(record.id, noDeadline)).toEqual(issued);
  });

  it('has one record of what was started and became something, wherever that lies', async () => {
    const ledger = make();
    const name = aName();
    const accessKeyId = `ASIA${name.toUpperCase().padStart(16, 'Y')}`;
    const { credential } = aRecord();
    if (credential === null) throw new Error('the fixture has no credential');
    const about = { principal: name, connection: name, scope: `${name}-a ${name}-b` };
    const issued = aRecord({ ...about, credential: { ...credential, accessKeyId } });
    const start = { ...issued, outcome: 'started', credential: null } as const;
    await ledger.started(start, noDeadline);
    await ledger.finished(issued, noDeadline, 'started');
    await ledger.finished(issued, noDeadline, 'started');
    const other = aRecord({ ...about, id: issued.id, outcome: 'failed', reason: 'role_refused', credential: null });
    await expect(ledger.finished(other, noDeadline, 'started')).rejects.toMatchObject({ dependency: 'ledger' });
    expect(await ledger.get(issued.id, noDeadline)).toEqual(issued);
    for (const filter of [
      ...[{ principal: name }, { connection: name }, { scope: `${name}-a` }, { scope: `${name}-b` }, { accessKeyId }],
      { connection: name, outcome: 'issued', from: NINE, to: NINE },
    ] as const) {
      expect([filter, await list(ledger, filter)]).toEqual([filter, [issued]]);
    }
    expect(await list(ledger, { connection: name, outcome: 'started' })).toEqual([]);
    // Of one that never came back only the start is there.
    const lost = aRecord({ ...about, outcome: 'started', credential: null });
    await ledger.started(lost, noDeadline);
    expect((await list(ledger, { connection: name, outcome: 'started' })).map(({ id }) => id)).toEqual([lost.id]);
    expect((await list(ledger, { connection: name })).map(({ outcome }) => outcome)).toEqual(['started', 'issued']);
  });

  it('takes an outcome that nobody else had to be asked for', async () => {
    const ledger = make();
    const record = aRecord();
    await ledger.finished(record, noDeadline);
    expect(await ledger.get(record.id, noDeadline)).toEqual(record);
  });

  it('takes the same record again, whose first answer may have got lost', async () => {
    const ledger = make();
    const started = aRecord({ outcome: 'started', credential: null });
    await ledger.started(started, noDeadline);
    await ledger.started(started, noDeadline);
    const issued = aRecord({ id: started.id });
    await ledger.finished(issued, noDeadline);
    await ledger.finished(issued, noDeadline);
    expect(await ledger.get(issued.id, noDeadline)).toEqual(issued);
  });

  it.each([
    ['another outcome', { outcome: 'failed', reason: 'role_refused', credential: null }],
    ['the same outcome for another scope', { scope: 'deploy-api' }],
  ] as const)('never writes %s over a finished record', async (_name, changes) => {
    const ledger = make();
    const record = aRecord();
    await ledger.finished(record, noDeadline);
    const other = aRecord({ id: record.id, ...changes });
    await expect(ledger.finished(other, noDeadline)).rejects.toMatchObject({ dependency: 'ledger' });
    expect(await ledger.get(record.id, noDeadline)).toEqual(record);
  });

  it('never writes a start over an outcome, or over another start', async () => {
    const ledger = make();
    const record = aRecord();
    await ledger.finished(record, noDeadline);
    const start = aRecord({ id: record.id, outcome: 'started', credential: null });
    await expect(ledger.started(start, noDeadline)).rejects.toMatchObject({ dependency: 'ledger' });
    const first = aRecord({ outcome: 'started' });
    await ledger.started(first, noDeadline);
    await expect(ledger.started({ ...first, scope: 'deploy-api' }, noDeadline)).rejects.toMatchObject({
      dependency: 'ledger',
    });
  });

  it('keeps the time that the id names, so that order, ranges and times agree', async () => {
    const ledger = make();
    const record = aRecord();
    await ledger.finished({ ...record, time: epochMilliseconds(record.time + 7) }, noDeadline);
    expect((await ledger.get(record.id, noDeadline))?.time).toBe(record.time);
  });

  it('makes one record of the repeats of a denial within a minute', async () => {
    const ledger = make();
    const subject = aName();
    for (const time of [NINE, NINE + 1, NINE + 59_000]) {
      await ledger.denied(aDenial({ subject, principal: subject, time: epochMilliseconds(time) }));
    }
    const [record, ...others] = await list(ledger, { principal: subject });
    expect(others).toEqual([]);
    expect(record).toMatchObject({ outcome: 'denied', reason: 'not_allowed', attempts: 3, time: NINE });
    expect(await ledger.get(record?.id ?? '', noDeadline)).toEqual(record);
  });

  it('begins another record with the next minute', async () => {
    const ledger = make();
    const subject = aName();
    const end = NINE - 250 + 59_999;
    for (const time of [end, end + 1]) {
      await ledger.denied(aDenial({ subject, principal: subject, time: epochMilliseconds(time) }));
    }
    expect((await list(ledger, { principal: subject })).map(({ time }) => time)).toEqual([end + 1, end]);
  });

  it('finds a denial by its first attempt, from and to the millisecond', async () => {
    const ledger = make();
    const connection = aName();
    await ledger.denied(aDenial({ connection, subject: connection }));
    const find = (from: number, to: number) =>
      list(ledger, { connection, from: epochMilliseconds(from), to: epochMilliseconds(to) });
    expect((await find(NINE, NINE)).length).toBe(1);
    expect(await find(NINE - 250, NINE - 1)).toEqual([]);
    expect(await find(NINE + 1, NINE + 60_000)).toEqual([]);
  });

  it('finds a record by each filter, and not by another value of it', async () => {
    const ledger = make();
    const name = aName();
    const accessKeyId = `ASIA${name.toUpperCase().padStart(16, 'X')}`;
    const credential = { expires: aRecord().proof.expires ?? aRecord().credential?.expires, accessKeyId };
    if (credential.expires === undefined) throw new Error('the fixture has no end');
    const record = aRecord({
      principal: name,
      connection: name,
      client: name,
      scope: `${name}-a ${name}-b`,
      credential: { ...credential, expires: credential.expires },
    });
    await ledger.finished(record, noDeadline);
    for (const filter of [
      { principal: name },
      { connection: name },
      { client: name },
      { scope: `${name}-a` },
      { scope: `${name}-b` },
      { accessKeyId },
      { principal: name, scope: `${name}-b`, outcome: 'issued', from: NINE, to: NINE },
    ] as const) {
      expect([filter, await list(ledger, filter)]).toEqual([filter, [record]]);
    }
    expect(await list(ledger, { scope: `${name}-a ${name}-b` })).toEqual([]);
    expect(await list(ledger, { accessKeyId, outcome: 'failed' })).toEqual([]);
  });

  it('finds a denial of several scopes under each', async () => {
    const ledger = make();
    const name = aName();
    await ledger.denied(aDenial({ subject: name, scope: `${name}-a ${name}-b` }));
    for (const scope of [`${name}-a`, `${name}-b`]) {
      expect((await list(ledger, { scope })).map(({ subject }) => subject)).toEqual([name]);
    }
  });

  it('pages through records of one millisecond without gaps or repeats', async () => {
    const ledger = make();
    const connection = aName();
    const records = Array.from({ length: 23 }, () => aRecord({ connection, principal: connection, scope: connection }));
    await Promise.all(records.map((record) => ledger.finished(record, noDeadline)));
    const ids = records
      .map(({ id }) => id)
      .sort()
      .reverse();
    for (const filter of [{ connection }, { principal: connection }, { scope: connection }]) {
      expect((await list(ledger, filter, 4)).map(({ id }) => id)).toEqual(ids);
    }
  });

  it('mixes denials in by their time', async () => {
    const ledger = make();
    const connection = aName();
    const times = [0, 1, 2, 3].map((offset) => epochMilliseconds(NINE + offset));
    for (const [number, time] of times.entries()) {
      if (number % 2 === 0) await ledger.finished(aRecord({ connection, time }), noDeadline);
      else await ledger.denied(aDenial({ connection, time, subject: aName() }));
    }
    const found = (await list(ledger, { connection }, 3)).map(({ time, outcome }) => [time - NINE, outcome]);
    expect(found).toEqual([
      [3, 'denied'],
      [2, 'issued'],
      [1, 'denied'],
      [0, 'issued'],
    ]);
  });

  it.each([
    ['no issuance', aRecord().id],
    ['no id', 'iss_'],
    ['nothing', ''],
    ['a pointer', `${aRecord().id}#2`],
  ])('has nothing under %s', async (_name, id) => {
    expect(await make().get(id, noDeadline)).toBeNull();
  });

  it('takes names that no index could hold as they are', async () => {
    const ledger = make();
    const principal = `${aName()}${'p'.repeat(900)}\u0000\ud83d\ude80`;
    await ledger.denied(aDenial({ principal, subject: principal, scope: '' }));
    expect((await list(ledger, { principal })).length).toBe(1);
  });
});

describe('the ledger in DynamoDB', () => {
  it('finds a thousand issuances of one second under every index', async () => {
    const ledger = inDynamoDb();
    const name = aName();
    const records = Array.from({ length: 1_000 }, (_, number) => {
      const time = epochMilliseconds(NINE + number);
      const accessKeyId = `ASIATHOUSAND${String(number).padStart(8, '0')}`;
      const { credential } = aRecord();
      if (credential === null) throw new Error('the fixture has no credential');
      return aRecord({
        time,
        principal: name,
        connection: name,
        scope: name,
        credential: { ...credential, accessKeyId },
      });
    });
    await inBatches(records, async (record) => {
      await ledger.started({ ...record, outcome: 'started', credential: null }, noDeadline);
      await ledger.finished(record, noDeadline, 'started');
    });
    const ids = records.map(({ id }) => id).reverse();
    for (const filter of [{ principal: name }, { scope: name }, { connection: name }]) {
      expect((await list(ledger, filter, 300)).map(({ id }) => id)).toEqual(ids);
    }
    for (const record of records.filter((_, number) => number % 100 === 0)) {
      expect(await list(ledger, { accessKeyId: record.credential?.accessKeyId ?? '' })).toEqual([record]);
    }
  }, 120_000);

  it('counts repeats of several instances together', async () => {
    const subject = aName();
    const instances = [dynamoLedger(options()), dynamoLedger(options())];
    await Promise.all(
      instances.flatMap((ledger) =>
        Array.from({ length: 5 }, () => ledger.denied(aDenial({ subject, principal: subject }))),
      ),
    );
    expect((await list(inDynamoDb(), { principal: subject })).map(({ attempts }) => attempts)).toEqual([10]);
  });

  it('has one record for what goes beyond the ceiling of a minute', async () => {
    const connection = aName();
    const ledger = dynamoLedger({ ...options(), denialCeiling: 3 });
    for (let number = 0; number < 8; number += 1) await ledger.denied(aDenial({ connection, subject: aName() }));
    const found = await list(inDynamoDb(), { connection, outcome: 'denied' });
    expect(found.filter(({ overflow }) => overflow).map(({ attempts }) => attempts)).toEqual([5]);
    expect(found.length).toBe(4);
  });

  it.each([
    ['90 days', undefined, 7_776_000],
    ['a day', seconds(86_400), 86_400],
  ])('lets DynamoDB delete a record after its retention: %s', async (_, retention, expected) => {
    const ledger = dynamoLedger({ ...options(), ...(retention === undefined ? {} : { retention }) });
    const record = aRecord();
    await ledger.finished(record, noDeadline);
    const { pk, sk } = recordKey(record.id);
    const { Item } = await tables.sdk.send(
      new GetItemCommand({ TableName: tables.table('ledger'), Key: { pk: { S: pk }, sk: { S: sk } } }),
    );
    expect(Number(Item?.['expires']?.N)).toBe(Math.ceil(NINE / 1000) + expected);
  });

  it('has a started record in no index', async () => {
    const ledger = inDynamoDb();
    const principal = aName();
    await ledger.started(aRecord({ principal, outcome: 'started' }), noDeadline);
    expect(await list(ledger, { principal })).toEqual([]);
    expect((await list(ledger, { principal, outcome: 'started' })).length).toBe(1);
  });

  it('gives the JSON that was written, byte for byte', async () => {
    const ledger = inDynamoDb();
    const record = aRecord();
    await ledger.finished(record, noDeadline);
    const read = await ledger.get(record.id, noDeadline);
    expect(read && JSON.stringify(toJson(read))).toBe(JSON.stringify(toJson(record)));
  });
});
