import type { AttributeValue, UpdateItemInput } from '@aws-sdk/client-dynamodb';
import { Fault } from '../../outcome.ts';
import type { Clock, Random } from '../../ports/host.ts';
import { authorizationJson, authorizationOf } from '../../sign-in/authorization-json.ts';
import { principalJson, principalOf } from '../../sign-in/principal-json.ts';
import { hashOf, makeSecret } from '../../sign-in/secret.ts';
import type { AnsweredSignIn, AuthorizationRequest, PendingSignIn, SignIns } from '../../sign-in/sign-ins.ts';
import { epochSeconds, toEpochSeconds } from '../../time.ts';
import { conditionFailed } from './client.ts';
import { conditionHeld, keyOf, type StateTable, stateKey } from './state-table.ts';

export interface SignInsOptions extends StateTable {
  readonly clock: Clock;
  readonly random: Random;
}

type Item = Record<string, AttributeValue>;

const keyFor = (requestId: string): Item => keyOf(stateKey('sign-in', [requestId]));

/**
 * Sign-ins under way in the state table, one item each. Each step is one conditional write: an answer takes only where
 * there was none, a decision marks the item as taken. An item past its `expires` counts as absent, whether or not
 * DynamoDB has deleted it. The form's secret is kept as its hash.
 */
export function dynamoSignIns(options: SignInsOptions): SignIns {
  const { client, table, clock, random } = options;
  const now = () => ({ N: String(toEpochSeconds(clock.now())) });
  return {
    begin: async (signIn, signal) => {
      const Item = { ...keyFor(signIn.requestId), ...pendingItem(signIn) };
      const input = {
        TableName: table,
        Item,
        // The same request again, as long as nobody has answered it: a write may arrive twice.
        ConditionExpression: 'attribute_not_exists(pk) OR #browser = :browser AND attribute_not_exists(#principal)',
        ExpressionAttributeNames: { '#browser': 'browser', '#principal': 'principal' },
        ExpressionAttributeValues: { ':browser': { S: signIn.browser } },
      };
      const made = await conditionHeld(client.call('PutItem', input, signal), 'sign-ins');
      if (!made) throw new Fault('sign-ins', 'the id of a sign-in was there before');
    },
    find: async (requestId, signal) => {
      const item = await read(options, keyFor(requestId), signal);
      if (item === null || Number(item['expires']?.N) <= toEpochSeconds(clock.now())) return null;
      return item['principal'] === undefined ? pendingOf(requestId, item) : null;
    },
    answer: async ({ requestId, authorization }, principal, secret, signal) => {
      const asked = authorization === null ? {} : { '#authorization': 'authorization' };
      const input = {
        TableName: table,
        Key: keyFor(requestId),
        UpdateExpression: `SET #principal = :principal, #consent = :consent${authorization === null ? '' : ', #authorization = :authorization'}`,
        // The secret is new with every answer: one that has it is this one's first arrival.
        ConditionExpression:
          'attribute_exists(pk) AND (attribute_not_exists(#principal) OR #consent = :consent) AND #expires > :now',
        ExpressionAttributeNames: { '#principal': 'principal', '#consent': 'consent', '#expires': 'expires', ...asked },
        ExpressionAttributeValues: {
          ...(authorization === null ? {} : { ':authorization': authorizationItem(authorization) }),
          ':principal': { S: JSON.stringify(principalJson(principal)) },
          ':consent': { S: hashOf(secret) },
          ':now': now(),
        },
      };
      return conditionHeld(client.call('UpdateItem', input, signal), 'sign-ins');
    },
    take: async (requestId, { browser, secret }, signal) => {
      const input: UpdateItemInput = {
        TableName: table,
        Key: keyFor(requestId),
        UpdateExpression: 'SET #taken = :taker',
        // The taker is new with every decision: an item that has it is this one's first arrival.
        ConditionExpression:
          '#consent = :consent AND #browser = :browser AND #expires > :now AND (attribute_not_exists(#taken) OR #taken = :taker)',
        ExpressionAttributeNames: {
          ...{ '#consent': 'consent', '#browser': 'browser', '#expires': 'expires', '#taken': 'taken' },
        },
        ExpressionAttributeValues: {
          ':consent': { S: hashOf(secret) },
          ':browser': { S: browser },
          ':now': now(),
          ':taker': { S: makeSecret(random) },
        },
        ReturnValues: 'ALL_NEW',
      };
      try {
        const { Attributes } = await client.call('UpdateItem', input, signal);
        return Attributes === undefined ? null : answeredOf(Attributes);
      } catch (cause) {
        if (conditionFailed(cause)) return null;
        if (cause instanceof Fault) throw cause;
        throw new Fault('sign-ins', 'the state table did not take a write', { cause });
      }
    },
  };
}

export async function read({ client, table }: StateTable, Key: Item, signal: AbortSignal): Promise<Item | null> {
  const input = { TableName: table, Key, ConsistentRead: true };
  try {
    return (await client.call('GetItem', input, signal)).Item ?? null;
  } catch (cause) {
    throw new Fault('sign-ins', 'the state table cannot be read', { cause });
  }
}

const pendingItem = ({ connection, browser, authorization, expires }: PendingSignIn): Item => ({
  connection: { S: connection },
  browser: { S: browser },
  expires: { N: String(expires) },
  ...(authorization === null ? {} : { authorization: authorizationItem(authorization) }),
});

const authorizationItem = (authorization: AuthorizationRequest) => ({
  S: JSON.stringify(authorizationJson(authorization)),
});

function pendingOf(requestId: string, item: Item): PendingSignIn {
  const authorization = item['authorization']?.S;
  return {
    requestId,
    connection: item['connection']?.S ?? '',
    browser: item['browser']?.S ?? '',
    authorization: authorization === undefined ? null : authorizationOf(JSON.parse(authorization)),
    expires: epochSeconds(Number(item['expires']?.N)),
  };
}

/** A sign-in for its own sake has nothing to decide. */
function answeredOf(item: Item): AnsweredSignIn | null {
  const authorization = item['authorization']?.S;
  if (authorization === undefined) return null;
  return {
    connection: item['connection']?.S ?? '',
    authorization: authorizationOf(JSON.parse(authorization)),
    principal: principalOf(JSON.parse(item['principal']?.S ?? 'null')),
  };
}
