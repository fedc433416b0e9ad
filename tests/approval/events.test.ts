import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approvalId } from '../../lib/approval/approval-id.ts';
import type { ApprovalRequest } from '../../lib/approval/approvals.ts';
import { digestOf } from '../../lib/approval/digest.ts';
import { sweepApprovals } from '../../lib/approval/sweep.ts';
import { telling } from '../../lib/approval/tell.ts';
import { dynamoApprovals } from '../../lib/aws/dynamodb/approvals.ts';
import { eventBridge } from '../../lib/aws/eventbridge/put-event.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { Fault } from '../../lib/outcome.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';
import { startEventBridge } from '../../local/endpoints/eventbridge.ts';
import type { Endpoint } from '../../local/endpoints/server.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { aPrincipal, NOW } from '../fakes/world.ts';

let tables: TestTables;
let bus: Endpoint;
beforeAll(async () => {
  [tables, bus] = await Promise.all([startTables(), startEventBridge(0)]);
});
afterAll(() => Promise.all([tables.stop(), bus.stop()]));

const party = { connection: 'demo', client: null, subject: 'web-main', principal: 'acme/web' };
let count = 0;
function aRequest(more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  count += 1;
  const bound = {
    ...{ scopes: ['prod'], configVersion: 7, subject: party, actors: [], clients: [], intent: `nr ${count}` },
    ...{ duration: seconds(900), parameters: {}, gives: { roleArn: 'arn:aws:iam::1:role/r' } },
    grant: 'aws-session',
  } as const;
  return {
    ...bound,
    ...{
      id: approvalId(NOW, { bytes: (length) => Buffer.alloc(length, `${count}.`) }),
      digest: digestOf(bound),
      asked: NOW,
      kind: 'asks',
    },
    ...{ ends: epochSeconds(NOW / 1000 + 60), persons: [], withheld: [], uses: 1, lasts: seconds(60) },
    ...{ proof: aPrincipal().proof, sourceIp: '203.0.113.9' },
    ...more,
  };
}

function world(now = NOW) {
  const records: IssuanceRecord[] = [];
  const logged: string[] = [];
  const approvals = dynamoApprovals({
    state: { client: tables.client, table: tables.table('state') },
    ledger: { client: tables.client, table: tables.table('ledger') },
  });
  const credentials = async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' });
  const put = eventBridge({ region: 'us-east-1' }, { endpoint: new URL(bus.url), credentials });
  const log = { info: () => undefined, error: (event: string) => void logged.push(event) };
  const ledger = {
    finished: async (record: IssuanceRecord) => {
      records.push(record);
    },
  };
  const down = async () => {
    throw new Fault('approvals', 'down');
  };
  const telled = (how: 'up' | 'down') =>
    telling({ issuer: 'https://broker.example', approvals, put: how === 'up' ? put : down, log });
  const ports = { clock: { now: () => now }, approvals, ledger, tell: telled('up') };
  const sweep = () => sweepApprovals(ports, (id) => void logged.push(`failed ${id}`), noDeadline);
  return { approvals, telled, sweep, records, logged };
}

async function eventsOf({ id }: ApprovalRequest): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { events } = Object(await (await fetch(bus.url)).json());
  return events
    .map(({ DetailType, Detail, Source }: Record<string, string>) => ({
      DetailType,
      Source,
      ...JSON.parse(Detail ?? ''),
    }))
    .filter((event: { id: string }) => event.id === id);
}

const LATER = epochMilliseconds(NOW + 61_000);

describe('who listens is told (EventBridge)', () => {
  it('at once, of what is public, and once where all goes well', async () => {
    const request = aRequest();
    const { approvals, telled, sweep } = world();
    await approvals.keep(request, ['asked', 'expired'], noDeadline);
    await approvals.ask(request, null, noDeadline);
    await telled('up')(request, 'asked', null, noDeadline);
    await sweep();
    const events = await eventsOf(request);
    expect(events).toEqual([
      expect.objectContaining({
        ...{ Source: 'token-broker', DetailType: 'Approval asked', event: 'asked', intent: request.intent },
        uri: `https://broker.example/approvals/${request.id}`,
        can: [
          'Act in AWS as the role arn:aws:iam::1:role/r.',
          'Everything that the role may do: nothing narrows it.',
          'For 15 minutes.',
        ],
      }),
    ]);
    expect(JSON.stringify(events)).not.toContain(request.proof.sha256);
  });

  it('later, by the clock, where EventBridge could not be reached; nobody is kept waiting or refused for it', async () => {
    const request = aRequest();
    const { approvals, telled, sweep, logged } = world();
    await approvals.keep(request, ['asked', 'expired'], noDeadline);
    await approvals.ask(request, null, noDeadline);
    await telled('down')(request, 'asked', null, noDeadline);
    expect([logged, await eventsOf(request)]).toEqual([['approval_untold'], []]);
    await sweep();
    expect((await eventsOf(request)).map(({ event }) => event)).toEqual(['asked']);
    await sweep();
    expect(await eventsOf(request)).toHaveLength(1);
  });

  it('that nobody decided in time, with its record, by the clock alone', async () => {
    const request = aRequest();
    const { approvals, sweep, records } = world(LATER);
    await approvals.keep(request, ['expired'], noDeadline);
    await approvals.ask(request, null, noDeadline);
    await sweep();
    expect(records.filter(({ approval }) => approval?.id === request.id)).toMatchObject([
      { outcome: 'denied', reason: 'approval_closed', approval: { state: 'expired' } },
    ]);
    expect((await eventsOf(request)).map(({ event }) => event)).toEqual(['expired']);
  });

  it('of a word whose record is due, once the record is written; and of no word that did not stand', async () => {
    const request = aRequest();
    const { approvals, sweep, records } = world();
    await approvals.keep(request, ['expired'], noDeadline);
    await approvals.ask(request, null, noDeadline);
    const approver = { ...party, subject: 'ann', principal: 'ann' };
    const record: IssuanceRecord = {
      ...{ id: 'iss_01KB0000000000000000000001', time: NOW, outcome: 'approved', reason: null, attempts: 1 },
      ...{ scope: 'prod', grant: 'aws-session', ...approver, actor: null, intent: null, claims: {}, credential: null },
      ...{ proof: request.proof, decision: { configVersion: 7, rule: 0, checks: [] } },
      request: { id: 'r', sourceIp: '203.0.113.9', userAgent: null },
    };
    const word = { decision: 'approve', approver, reason: null, decided: NOW, record } as const;
    await approvals.tell(request.id, 'approved', noDeadline);
    await approvals.tell(request.id, 'denied', noDeadline);
    await approvals.decide(request, word, epochSeconds(NOW / 1000), noDeadline);
    await sweep();
    expect(records.filter(({ id }) => id === record.id)).toHaveLength(1);
    expect(await approvals.read(request.digest, noDeadline)).toMatchObject({ recorded: true, left: 1 });
    expect((await eventsOf(request)).map(({ event }) => event)).toEqual(['approved']);
  });
});
