/** A process that dies at any write: what it leaves is nothing or all, and whoever repeats brings it to its end. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Approvals } from '../../lib/approval/approvals.ts';
import { consent } from '../../lib/approval/consent.ts';
import { decideApproval } from '../../lib/approval/review.ts';
import { sweepApprovals } from '../../lib/approval/sweep.ts';
import { dynamoApprovals } from '../../lib/aws/dynamodb/approvals.ts';
import type { DynamoDb } from '../../lib/aws/dynamodb/client.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import { issue } from '../../lib/issue.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { seconds } from '../../lib/time.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { aPrincipal, aRequest, aScope, fakeConfiguration, goodWorld, NOW } from '../fakes/world.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

/** `before`: the write never left. `after`: it was made, and its answer is lost with the process. */
type Death = 'before' | 'after';

const isWrite = (operation: string): boolean => operation === 'PutItem' || operation === 'UpdateItem';

/** The table's client, and nothing any more from its nth write on. */
function dyingAt(at: number, how: Death): { readonly client: DynamoDb; readonly writes: () => number } {
  let writes = 0;
  return {
    writes: () => writes,
    client: {
      call: async (operation, input, signal) => {
        if (isWrite(operation)) writes += 1;
        if (writes > at || (writes === at && (how === 'before' || !isWrite(operation)))) throw new Error('killed');
        const answer = await tables.client.call(operation, input, signal);
        if (writes === at && isWrite(operation)) throw new Error('killed');
        return answer;
      },
    },
  };
}

let count = 0;
function stage() {
  count += 1;
  const from: Rule = { connections: ['people'], clients: null, actor: null, when: null };
  const scope = {
    ...aScope({ scope: `killed-${count}` }),
    requires: {
      intent: false,
      approval: { from: [from], within: seconds(900), uses: 1, for: seconds(900), breakGlass: [] },
    },
  };
  const { ports } = goodWorld([scope]);
  let nth = 0;
  const over = (client: DynamoDb) => {
    const approvals: Approvals = dynamoApprovals({
      state: { client, table: tables.table('state') },
      ledger: { client, table: tables.table('ledger') },
    });
    return {
      ...ports,
      random: { bytes: (length: number) => Buffer.alloc(length, `${count}.${++nth}.`) },
      issuer: 'https://broker.example',
      configurations: { current: async () => fakeConfiguration({ scopes: [scope] }) },
      ledger: dynamoLedger({ client, table: tables.table('ledger') }),
      approvals,
      tell: async ({ id }: { readonly id: string }, event: Parameters<Approvals['told']>[1]) =>
        approvals.told(id, event, noDeadline),
      metrics: { decided: () => undefined },
    };
  };
  const ask = async (client = tables.client) => {
    const own = over(client);
    const asking = {
      ...own,
      consent: (asked: Parameters<typeof consent>[1], signal: AbortSignal) => consent(own, asked, signal),
    };
    return issue(asking, aRequest({ scopes: [scope.scope] }), noDeadline);
  };
  const principal = aPrincipal({ source: { kind: 'connection', name: 'people' }, subject: 'ann', name: 'ann' });
  const ann = { principal, actor: null, caller: { id: 'r', sourceIp: '198.51.100.7', userAgent: null } };
  const approve = (id: string, client = tables.client) =>
    decideApproval(over(client), id, { decision: 'approve', reason: null }, ann, noDeadline);
  const sweep = () =>
    sweepApprovals({ ...over(tables.client), clock: { now: () => NOW } }, () => undefined, noDeadline);
  return { ask, approve, sweep, scope };
}

async function pendingId(asking: ReturnType<ReturnType<typeof stage>['ask']>): Promise<string> {
  const outcome = await asking;
  return outcome.ok ? '' : (outcome.refusal.pending?.id ?? outcome.refusal.reason);
}

async function approvedRecords(scope: string): Promise<number> {
  const shards = await Promise.all(
    Array.from({ length: 16 }, (_, shard) =>
      tables.client.call(
        'Query',
        {
          TableName: tables.table('ledger'),
          KeyConditionExpression: 'pk = :pk',
          FilterExpression: 'outcome = :approved',
          ExpressionAttributeValues: { ':pk': { S: `issuance#${shard}` }, ':approved': { S: 'approved' } },
        },
        noDeadline,
      ),
    ),
  );
  const { readItem } = await import('../../lib/aws/dynamodb/ledger-item.ts');
  const records: readonly IssuanceRecord[] = shards.flatMap(({ Items = [] }) => Items.map((item) => readItem(item)));
  return records.filter((record) => record.scope === scope).length;
}

const DEATHS = [1, 2, 3, 4, 5].flatMap((at) => (['before', 'after'] as const).map((how) => [at, how] as const));

describe("an approver's function that is killed", () => {
  it.each(DEATHS)(
    'at write %i, %s it: what the approver repeats is approved once, with one record',
    async (at, how) => {
      const { ask, approve, scope } = stage();
      const id = await pendingId(ask());
      const { client } = dyingAt(at, how);
      await approve(id, client).catch(() => undefined);
      const taken = await ask();
      if (!taken.ok) {
        expect(taken.refusal.reason).toBe('authorization_pending');
        await approve(id);
        expect(await ask()).toMatchObject({ ok: true });
      }
      expect(await approvedRecords(scope.scope)).toBe(1);
      expect(await pendingId(ask())).not.toBe(id);
    },
  );

  it.each(DEATHS)('at write %i, %s it: the clock finishes a word that was said', async (at, how) => {
    const { ask, approve, sweep, scope } = stage();
    const id = await pendingId(ask());
    await approve(id, dyingAt(at, how).client).catch(() => undefined);
    await sweep();
    const outcome = await ask();
    const records = await approvedRecords(scope.scope);
    expect(outcome.ok ? records : [records, await pendingId(Promise.resolve(outcome))]).toEqual(
      outcome.ok ? 1 : [0, id],
    );
  });
});

describe('an issuing function that is killed', () => {
  it.each([1, 2, 3, 4, 5, 6].flatMap((at) => [[at, 'before'] as const, [at, 'after'] as const]))(
    'at write %i, %s it: no approval is good for two issuances',
    async (at, how) => {
      const { ask, approve, scope } = stage();
      const id = await pendingId(ask());
      await approve(id);
      const killed = await ask(dyingAt(at, how).client).catch(() => null);
      const next = await ask();
      expect([killed?.ok === true, next.ok].filter((got) => got).length).toBeLessThanOrEqual(1);
      expect(await approvedRecords(scope.scope)).toBe(1);
    },
  );
});

it('is never taken for approved by a request that dies while it asks', async () => {
  for (const at of [1, 2, 3]) {
    const { ask } = stage();
    await ask(dyingAt(at, 'after').client).catch(() => undefined);
    expect(await pendingId(ask())).toMatch(/^apr_/);
  }
});
