import type { AttributeValue, QueryInput, UpdateItemInput } from '@aws-sdk/client-dynamodb';
import { approvalIdAt, parseApprovalId } from '../../approval/approval-id.ts';
import { decisionJson, decisionOf, requestJson, requestOf } from '../../approval/approval-json.ts';
import type { ApprovalEvent, ApprovalRequest, ApprovalState, Approvals, Untold } from '../../approval/approvals.ts';
import { Fault } from '../../outcome.ts';
import { type EpochMilliseconds, epochSeconds } from '../../time.ts';
import { conditionHeld, keyOf, type StateTable, stateKey } from './state-table.ts';

export interface ApprovalsOptions {
  readonly state: StateTable;
  /** The ledger's table: what was asked is kept there as long as somebody may ask about it. */
  readonly ledger: StateTable;
}

type Item = Record<string, AttributeValue>;

const SHARDS = 8;
/** What was asked is kept so long after it has ended: approvers see how the next one differs. */
const KEPT_SECONDS = 90 * 86_400;
/** A state that has ended is no state; its item may stay a little for whoever still decides on it. */
const STATE_SECONDS = 86_400;

const stateKeyOf = (digest: string): Item => keyOf(stateKey('approval', [digest]));

function requestKey(id: string): Item {
  const parts = parseApprovalId(id);
  if (parts === null) throw new Fault('bug', 'not the id of an approval');
  return { pk: { S: `approval#${parts.spread % SHARDS}` }, sk: { S: id } };
}

const text = (value: string): AttributeValue => ({ S: value });
const number = (value: number): AttributeValue => ({ N: String(Math.ceil(value)) });

/**
 * Approvals in DynamoDB: how a request stands is one item of the state table for each digest; what was asked, one item
 * of the ledger's table for each id. Every step of the first is one conditional write, which its own second arrival
 * meets too.
 */
export function dynamoApprovals({ state, ledger }: ApprovalsOptions): Approvals {
  const write = (digest: string, set: StateChange, signal: AbortSignal): Promise<boolean> =>
    conditionHeld(update(state, stateKeyOf(digest), set, signal), 'approvals');
  const mark = async (id: string, change: 'ADD' | 'DELETE', event: ApprovalEvent, signal: AbortSignal) => {
    const set = {
      change: `${change} untold :event`,
      values: { ':event': { SS: [event] } },
      only: 'attribute_exists(pk)',
    };
    await conditionHeld(update(ledger, requestKey(id), set, signal), 'approvals');
  };
  const find = async (id: string, signal: AbortSignal): Promise<ApprovalRequest | null> => {
    if (parseApprovalId(id) === null) return null;
    const item = await read(ledger, requestKey(id), signal);
    return item === null ? null : requestOf(JSON.parse(item['request']?.S ?? 'null'));
  };
  return {
    find,
    read: async (digest, signal) => {
      const item = await read(state, stateKeyOf(digest), signal);
      return item === null ? null : stateOf(digest, item);
    },
    keep: async (request, tells, signal) => {
      const Item = {
        ...requestKey(request.id),
        request: text(JSON.stringify(requestJson(request))),
        untold: { SS: [...tells] },
        expires: number(request.ends + KEPT_SECONDS),
      };
      const put = ledger.client.call('PutItem', { TableName: ledger.table, Item }, signal);
      await conditionHeld(put, 'approvals');
    },
    ask: async (request, before, signal) => {
      const { id, digest, ends } = request;
      const Item = {
        ...stateKeyOf(digest),
        ...{ id: text(id), digest: text(digest), status: text('pending'), left: number(0), ends: number(ends) },
        expires: number(ends + STATE_SECONDS),
      };
      const input = {
        TableName: state.table,
        Item,
        ConditionExpression: before === null ? 'attribute_not_exists(pk) OR #id = :id' : '#id IN (:id, :before)',
        ExpressionAttributeNames: { '#id': 'id' },
        ExpressionAttributeValues: { ':id': text(id), ...(before === null ? {} : { ':before': text(before.id) }) },
      };
      return conditionHeld(state.client.call('PutItem', input, signal), 'approvals');
    },
    since: async (from, limit, signal) => {
      const items = await recent(ledger, from, limit, signal);
      return items.map((item) => requestOf(JSON.parse(item['request']?.S ?? 'null')));
    },
    untold: async (from, signal) => {
      const items = await recent(ledger, from, MOST_UNTOLD, signal);
      return items.flatMap((item): readonly Untold[] => {
        const events = item['untold']?.SS ?? [];
        const request = requestOf(JSON.parse(item['request']?.S ?? 'null'));
        return events.length === 0 ? [] : [{ request, events: events as ApprovalEvent[] }];
      });
    },
    decide: ({ id, digest, uses, lasts }, decision, now, signal) => {
      const approved = decision.decision === 'approve';
      const ends = approved ? epochSeconds(Math.floor(decision.decided / 1000) + lasts) : null;
      const set = {
        change: `SET #status = :status, decision = :decision, #left = :left${ends === null ? '' : ', ends = :ends, #expires = :expires'}`,
        values: {
          ':id': text(id),
          ':now': number(now),
          ':pending': text('pending'),
          ':status': text(approved ? 'approved' : 'denied'),
          ':decision': text(JSON.stringify(decisionJson(decision))),
          ':left': number(approved ? uses : 0),
          ...(ends === null ? {} : { ':ends': number(ends), ':expires': number(ends + STATE_SECONDS) }),
        },
        names: { '#status': 'status', '#left': 'left', ...(ends === null ? {} : { '#expires': 'expires' }) },
        only: 'id = :id AND (#status = :pending AND ends > :now OR decision = :decision)',
      };
      return write(digest, set, signal);
    },
    recorded: async ({ id, digest }, signal) => {
      const values = { ':id': text(id), ':true': { BOOL: true } };
      await write(digest, { change: 'SET recorded = :true', values, only: 'id = :id' }, signal);
    },
    take: async ({ id, digest }, issuance, now, signal) => {
      const set = {
        change: 'SET #left = #left - :one, taken = :now ADD takers :taker',
        values: {
          ...{ ':id': text(id), ':now': number(now), ':approved': text('approved'), ':true': { BOOL: true } },
          ...{ ':one': number(1), ':zero': number(0), ':issuance': text(issuance), ':taker': { SS: [issuance] } },
        },
        names: { '#status': 'status', '#left': 'left' },
        only: 'id = :id AND #status = :approved AND recorded = :true AND ends > :now AND #left > :zero AND NOT contains(takers, :issuance)',
      };
      if (await write(digest, set, signal)) return true;
      // A write may arrive twice: the second finds that the first has taken it.
      const item = await read(state, stateKeyOf(digest), signal);
      return item !== null && item['id']?.S === id && (item['takers']?.SS ?? []).includes(issuance);
    },
    used: async ({ id, digest }, issuance, signal) => {
      const values = { ':id': text(id), ':taker': { SS: [issuance] } };
      await write(digest, { change: 'DELETE takers :taker', values, only: 'id = :id' }, signal);
    },
    giveBack: async ({ id, digest }, issuance, signal) => {
      const set = {
        change: 'SET #left = #left + :one DELETE takers :taker',
        values: {
          ...{ ':id': text(id), ':one': number(1) },
          ...{ ':issuance': text(issuance), ':taker': { SS: [issuance] } },
        },
        names: { '#left': 'left' },
        only: 'id = :id AND contains(takers, :issuance)',
      };
      await write(digest, set, signal);
    },
    tell: (id, event, signal) => mark(id, 'ADD', event, signal),
    told: (id, event, signal) => mark(id, 'DELETE', event, signal),
  };
}

interface StateChange {
  readonly change: string;
  readonly values: Item;
  readonly names?: Record<string, string>;
  /** The condition. */
  readonly only: string;
}

function update({ client, table }: StateTable, Key: Item, set: StateChange, signal: AbortSignal): Promise<unknown> {
  const { change, values, names, only } = set;
  const input: UpdateItemInput = {
    ...{ TableName: table, Key, UpdateExpression: change, ConditionExpression: only },
    ExpressionAttributeValues: values,
    ...(names === undefined ? {} : { ExpressionAttributeNames: names }),
  };
  return client.call('UpdateItem', input, signal);
}

async function read({ client, table }: StateTable, Key: Item, signal: AbortSignal): Promise<Item | null> {
  try {
    return (await client.call('GetItem', { TableName: table, Key, ConsistentRead: true }, signal)).Item ?? null;
  } catch (cause) {
    throw new Fault('approvals', 'an approval cannot be read', { cause });
  }
}

/** A sweep looks at so many; the rest is told by the next ones. */
const MOST_UNTOLD = 500;

/** Of all shards, newest first. */
async function recent(
  { client, table }: StateTable,
  from: EpochMilliseconds,
  limit: number,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const low = approvalIdAt(from);
  const ofShard = async (shard: number): Promise<readonly Item[]> => {
    const found: Item[] = [];
    let next: Item | undefined;
    do {
      const input: QueryInput = {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk >= :low',
        ExpressionAttributeValues: { ':pk': text(`approval#${shard}`), ':low': text(low) },
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: limit,
        ...(next === undefined ? {} : { ExclusiveStartKey: next }),
      };
      const page = await client.call('Query', input, signal);
      found.push(...(page.Items ?? []));
      next = page.LastEvaluatedKey;
    } while (next !== undefined && found.length < limit);
    return found;
  };
  try {
    const shards = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => ofShard(shard)));
    return shards
      .flat()
      .sort((a, b) => ((a['sk']?.S ?? '') < (b['sk']?.S ?? '') ? 1 : -1))
      .slice(0, limit);
  } catch (cause) {
    throw new Fault('approvals', 'the requests for approval cannot be read', { cause });
  }
}

function stateOf(digest: string, item: Item): ApprovalState {
  // The key is the digest's own digest: what stands there for another request is not this one's.
  if (item['digest']?.S !== digest) throw new Fault('approvals', 'an approval stands under the digest of another');
  const status = item['status']?.S;
  if (status !== 'pending' && status !== 'approved' && status !== 'denied') {
    throw new Fault('approvals', 'an approval has no status');
  }
  const decision = item['decision']?.S;
  const taken = item['taken']?.N;
  return {
    ...{ id: item['id']?.S ?? '', digest, status },
    ends: epochSeconds(Number(item['ends']?.N)),
    recorded: item['recorded']?.BOOL === true,
    decision: decision === undefined ? null : decisionOf(JSON.parse(decision)),
    left: Number(item['left']?.N),
    takers: item['takers']?.SS ?? [],
    taken: taken === undefined ? null : epochSeconds(Number(taken)),
  };
}
