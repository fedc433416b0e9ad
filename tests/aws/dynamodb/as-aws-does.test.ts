/**
 * What DynamoDB promises and what it does not, as the ports meet it: written from the Amazon DynamoDB developer guide,
 * because neither of the local stand-ins has it. Conditional writes: "Condition expressions". Consistency: "Read
 * consistency". Time to live: "Using time to live" (expired items are deleted within a few days, and until then reads,
 * queries and scans still see them). Batches: BatchGetItem and BatchWriteItem of the API reference.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { applyConfiguration } from '../../../lib/aws/dynamodb/apply-configuration.ts';
import { dynamoAuthorizationCodes } from '../../../lib/aws/dynamodb/authorization-codes.ts';
import type { DynamoDb } from '../../../lib/aws/dynamodb/client.ts';
import { configurationReader } from '../../../lib/aws/dynamodb/configuration-table.ts';
import { dynamoLedgerQueries } from '../../../lib/aws/dynamodb/ledger-queries.ts';
import { dynamoLedger } from '../../../lib/aws/dynamodb/ledger-table.ts';
import { dynamoLimits } from '../../../lib/aws/dynamodb/limits.ts';
import { ownKeys, publishOwnKeys } from '../../../lib/aws/dynamodb/own-keys.ts';
import { dynamoReplays } from '../../../lib/aws/dynamodb/replays.ts';
import { dynamoRevocations } from '../../../lib/aws/dynamodb/revocations.ts';
import { dynamoSignIns } from '../../../lib/aws/dynamodb/sign-ins.ts';
import type { ConfigurationDocuments } from '../../../lib/configuration/documents/configuration.ts';
import { systemRandom } from '../../../lib/host/random.ts';
import { hashOf } from '../../../lib/sign-in/secret.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../../lib/time.ts';
import { aPrincipal } from '../../fakes/world.ts';
import { aRecord, countingRandom } from '../../ledger/a-record.ts';
import { type AsAwsDoes, asAwsDoes } from './as-aws-does.ts';
import { clientAt, inBatches, noDeadline, standingClock, startTables, type TestTables } from './dynamodb.ts';

/** 2026-11-21T09:00:00Z */
const NINE = 1_795_251_600;
const ISSUER = 'https://broker.example.com';

let tables: TestTables;
let aws: AsAwsDoes;
let client: DynamoDb;
const clock = standingClock(epochMilliseconds(NINE * 1000));
beforeAll(async () => {
  tables = await startTables();
  aws = await asAwsDoes(tables.endpoint);
  client = clientAt(aws.url);
});
afterEach(() => {
  aws.lag(false);
  aws.leaveUnprocessed(0);
  aws.throttle(0);
  clock.time = epochMilliseconds(NINE * 1000);
});
afterAll(async () => {
  await aws.stop();
  await tables.stop();
});

const table = (suffix: Parameters<TestTables['table']>[0]) => ({ client, table: tables.table(suffix) });
const replays = () => dynamoReplays({ ...table('state'), clock });
const limits = () => dynamoLimits({ ...table('state'), random: countingRandom() });
const signIns = () => dynamoSignIns({ ...table('state'), clock, random: systemRandom });
const codes = () => dynamoAuthorizationCodes(table('state'));
const ledger = () => ({ ...dynamoLedger(table('ledger')), ...dynamoLedgerQueries(table('ledger')) });

let names = 0;
const aName = (): string => `aws-${++names}`;
const aClaim = (tokenId: string, issuance: string) =>
  ({ issuer: ISSUER, tokenId, reuse: 'once', binding: 'b', issuance, until: epochSeconds(NINE + 600) }) as const;
const aSignIn = (requestId: string) => ({
  requestId,
  connection: 'corp',
  browser: hashOf('browser'),
  authorization: null,
  expires: epochSeconds(NINE + 600),
});
const found = async (filter: { principal: string }): Promise<readonly string[]> => {
  const page = await ledger().list(filter, 1_000, null, noDeadline);
  return page.ok ? page.value.issuances.map(({ id }) => id) : ['refused'];
};
const scopes = (count: number): ConfigurationDocuments => ({
  connections: [],
  clients: [],
  scopes: Array.from({ length: count }, (_, at) => ({
    ...{ scope: `scope-${at}`, description: '', enabled: true, allow: [], deny: [], requires: { intent: false } },
    limits: { perPrincipal: null, total: null },
    grant: { type: 'broker-token', audience: 'a', duration: seconds(600), claims: {} },
  })),
});
const apply = (documents: ConfigurationDocuments) =>
  applyConfiguration(documents, { ...table('config'), clock, issuer: ISSUER, appliedBy: 'test' });

describe('while eventually consistent reads lag', () => {
  it('a record is found by its id as soon as it is written, and by its principal once the index has it', async () => {
    const principal = aName();
    const record = aRecord({ principal });
    await ledger().started({ ...record, outcome: 'started', credential: null }, noDeadline);
    aws.lag(true);
    await ledger().finished(record, noDeadline, 'started');
    expect(await ledger().get(record.id, noDeadline)).toEqual(record);
    expect(await found({ principal })).toEqual([]);
    aws.lag(false);
    expect(await found({ principal })).toEqual([record.id]);
  });

  it('a configuration is in force as a whole as soon as it was applied', async () => {
    await apply(scopes(1));
    aws.lag(true);
    const { version } = await apply(scopes(3));
    const current = await configurationReader({ ...table('config'), issuer: ISSUER, clock }).current(noDeadline);
    expect(current.version).toBe(version);
    expect(await current.scope('scope-2', noDeadline)).not.toBeNull();
  });

  it('a revoked token is revoked everywhere at once', async () => {
    aws.lag(true);
    const [one, other] = [
      dynamoRevocations({ ...table('state'), clock }),
      dynamoRevocations({ ...table('state'), clock }),
    ];
    await one.revoke('iss_1', epochSeconds(NINE + 60), noDeadline);
    expect(await other.anyRevoked(['iss_1'], noDeadline)).toBe(true);
  });

  it('published keys are the newest', async () => {
    await publishOwnKeys(table('keys'), [{ kid: 'old' }]);
    aws.lag(true);
    await publishOwnKeys(table('keys'), [{ kid: 'new' }]);
    expect(await ownKeys(table('keys'), clock).all(noDeadline)).toEqual([{ kid: 'new' }]);
  });

  it('a sign-in and a code are there for whoever comes next', async () => {
    aws.lag(true);
    const signIn = aSignIn(aName());
    await signIns().begin(signIn, noDeadline);
    expect(await signIns().find(signIn.requestId, noDeadline)).toEqual(signIn);
    const authorization = { client: 'cli', redirectUri: 'http://127.0.0.1/', scopes: ['a'], targets: [], state: null };
    const more = { responseMode: 'query', codeChallenge: 'c' } as const;
    const code = { authorization: { ...authorization, ...more }, principal: aPrincipal() };
    await codes().put('a-code', { ...code, expires: epochSeconds(NINE + 60) }, noDeadline);
    expect(await codes().find('a-code', noDeadline)).not.toBeNull();
  });

  it('conditions judge what was written last: of 50 claims one wins, and a limit lets exactly its number through', async () => {
    aws.lag(true);
    const token = aName();
    const callers = Array.from({ length: 50 }, (_, at) => at);
    const claims = await inBatches(callers, (at) => replays().claim(aClaim(token, `iss_${at}`), noDeadline));
    expect(claims.filter((claim) => claim === 'claimed')).toHaveLength(1);
    const limit = { counter: aName(), count: 7, window: seconds(3_600) };
    const counted = await inBatches(callers, () => limits().count([limit], clock.now(), noDeadline));
    expect(counted.filter(({ within }) => within)).toHaveLength(7);
  });
});

describe('an item that is past its time and still there', () => {
  const later = (by: number): void => {
    clock.time = epochMilliseconds((NINE + by) * 1000);
  };

  it('holds no proof any more', async () => {
    const token = aName();
    expect(await replays().claim(aClaim(token, 'iss_a'), noDeadline)).toBe('claimed');
    later(600);
    expect(await replays().claim(aClaim(token, 'iss_b'), noDeadline)).toBe('replayed');
    later(601);
    expect(await replays().claim(aClaim(token, 'iss_b'), noDeadline)).toBe('claimed');
  });

  it('is no sign-in: it is neither found, nor answered, nor taken', async () => {
    const signIn = aSignIn(aName());
    await signIns().begin(signIn, noDeadline);
    later(600);
    expect(await signIns().find(signIn.requestId, noDeadline)).toBeNull();
    expect(await signIns().answer(signIn, aPrincipal(), 's', noDeadline)).toBe(false);
    const consent = { browser: signIn.browser, secret: 's' };
    expect(await signIns().take(signIn.requestId, consent, noDeadline)).toBeNull();
  });

  it('counts against no later window', async () => {
    const limit = { counter: aName(), count: 1, window: seconds(60) };
    expect(await limits().count([limit], clock.now(), noDeadline)).toEqual({ within: true });
    later(60);
    expect(await limits().count([limit], clock.now(), noDeadline)).toEqual({ within: true });
  });

  it('still revokes: a tolerance of a verifier may outlive the token', async () => {
    const revocations = () => dynamoRevocations({ ...table('state'), clock });
    await revocations().revoke('iss_2', epochSeconds(NINE + 60), noDeadline);
    later(3_600);
    expect(await revocations().anyRevoked(['iss_2'], noDeadline)).toBe(true);
  });
});

describe('a batch that is answered in part', () => {
  it('is asked for again until all of a configuration is written', async () => {
    aws.leaveUnprocessed(3);
    const { version } = await apply(scopes(60));
    const current = await configurationReader({ ...table('config'), issuer: ISSUER, clock }).current(noDeadline);
    expect(current.version).toBe(version);
    const all = await Promise.all(Array.from({ length: 60 }, (_, at) => current.scope(`scope-${at}`, noDeadline)));
    expect(all.filter((scope) => scope === null)).toEqual([]);
  });

  it('is asked for again until all records of a page are read', async () => {
    const principal = aName();
    const records = Array.from({ length: 30 }, (_, at) =>
      aRecord({ principal, time: epochMilliseconds(NINE * 1000 + at) }),
    );
    await inBatches(records, (record) => ledger().finished(record, noDeadline));
    aws.leaveUnprocessed(2);
    expect(await found({ principal })).toEqual(records.map(({ id }) => id).toReversed());
  });
});

describe('throttling', () => {
  it('that passes costs no request', async () => {
    aws.throttle(1);
    expect(await replays().claim(aClaim(aName(), 'iss_a'), noDeadline)).toBe('claimed');
  });

  it('that lasts is a fault of its own for each port, and nothing is granted', async () => {
    aws.throttle(100);
    const record = aRecord();
    await expect(replays().claim(aClaim(aName(), 'iss_a'), noDeadline)).rejects.toMatchObject({
      dependency: 'replays',
    });
    const limit = { counter: aName(), count: 7, window: seconds(60) };
    await expect(limits().count([limit], clock.now(), noDeadline)).rejects.toMatchObject({ dependency: 'limits' });
    await expect(ledger().finished(record, noDeadline)).rejects.toMatchObject({ dependency: 'ledger' });
    aws.throttle(0);
    expect(await ledger().get(record.id, noDeadline)).toBeNull();
  });
});

describe('a request that arrives twice', () => {
  it('leaves what it would have left arriving once: claims, records, revocations, an answer to a sign-in apart', async () => {
    const twice: DynamoDb = {
      call: async (operation, input, signal) => {
        await client.call(operation, input, signal);
        return client.call(operation, input, signal);
      },
    };
    const again = { client: twice, table: tables.table('state'), clock };
    const claim = aClaim(aName(), 'iss_a');
    expect(await dynamoReplays(again).claim(claim, noDeadline)).toBe('claimed');
    expect(await replays().claim(aClaim(claim.tokenId, 'iss_b'), noDeadline)).toBe('replayed');
    const record = aRecord();
    const doubled = dynamoLedger({ client: twice, table: tables.table('ledger') });
    await doubled.started({ ...record, outcome: 'started', credential: null }, noDeadline);
    await doubled.finished(record, noDeadline, 'started');
    expect(await ledger().get(record.id, noDeadline)).toEqual(record);
    await dynamoRevocations(again).revoke('iss_3', epochSeconds(NINE + 60), noDeadline);
    await expect(dynamoReplays(again).release(claim, noDeadline)).resolves.toBeUndefined();
    expect(await replays().claim(aClaim(claim.tokenId, 'iss_b'), noDeadline)).toBe('claimed');
  });

  it('never lets more through than a limit says', async () => {
    const twice: DynamoDb = {
      call: async (operation, input, signal) => {
        await client.call(operation, input, signal).catch(() => undefined);
        return client.call(operation, input, signal);
      },
    };
    const counted = dynamoLimits({ client: twice, table: tables.table('state'), random: countingRandom() });
    const limit = { counter: aName(), count: 5, window: seconds(3_600) };
    const callers = Array.from({ length: 10 }, (_, at) => at);
    const answers = await inBatches(callers, () => counted.count([limit], clock.now(), noDeadline));
    expect(answers.filter(({ within }) => within).length).toBeLessThanOrEqual(5);
  });
});
