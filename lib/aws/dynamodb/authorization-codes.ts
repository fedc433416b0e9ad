import type { UpdateItemInput } from '@aws-sdk/client-dynamodb';
import { Fault } from '../../outcome.ts';
import { authorizationJson, authorizationOf } from '../../sign-in/authorization-json.ts';
import { principalJson, principalOf } from '../../sign-in/principal-json.ts';
import type { AuthorizationCode, AuthorizationCodes, RedeemedCode } from '../../sign-in/sign-ins.ts';
import { epochSeconds } from '../../time.ts';
import { read } from './sign-ins.ts';
import { conditionHeld, keyOf, type StateTable, stateKey } from './state-table.ts';

/** How long a code that comes again is known for one that was used: as long as what it gave may live. */
const KEPT_BEYOND_SECONDS = 3_600;

const keyFor = (code: string) => keyOf(stateKey('code', [code]));

/** Authorization codes in the state table under their hash; the code itself is kept nowhere. */
export function dynamoAuthorizationCodes(options: StateTable): AuthorizationCodes {
  const { client, table } = options;
  return {
    put: async (code, { authorization, principal, expires }, signal) => {
      const Item = {
        ...keyFor(code),
        authorization: { S: JSON.stringify(authorizationJson(authorization)) },
        principal: { S: JSON.stringify(principalJson(principal)) },
        ends: { N: String(expires) },
        expires: { N: String(expires + KEPT_BEYOND_SECONDS) },
      };
      const input = {
        TableName: table,
        Item,
        // The same code again, as long as nothing came of it: a write may arrive twice.
        ConditionExpression:
          'attribute_not_exists(pk) OR #principal = :principal AND attribute_not_exists(issuance) AND attribute_not_exists(again)',
        ExpressionAttributeNames: { '#principal': 'principal' },
        ExpressionAttributeValues: { ':principal': Item.principal },
      };
      const made = await conditionHeld(client.call('PutItem', input, signal), 'sign-ins');
      if (!made) throw new Fault('sign-ins', 'the code was there before');
    },
    find: async (code, signal) => {
      const item = await read(options, keyFor(code), signal);
      return item === null ? null : codeOf(item);
    },
    redeemed: async (code, { issuance, until }, signal) => {
      const values = { ':issuance': { S: issuance }, ':until': { N: String(until) } };
      const before = await update(options, code, 'issuance = :issuance, #until = :until', values, signal);
      return before?.['again'] !== undefined;
    },
    usedAgain: async (code, signal) => {
      const before = await update(options, code, 'again = :again', { ':again': { BOOL: true } }, signal);
      return before === null ? null : redeemedOf(before);
    },
  };
}

type Item = NonNullable<Awaited<ReturnType<typeof read>>>;

/** Sets attributes of a code that is there; returns the item as it was before, or null. */
async function update(
  { client, table }: StateTable,
  code: string,
  set: string,
  values: Item,
  signal: AbortSignal,
): Promise<Item | null> {
  const input: UpdateItemInput = {
    TableName: table,
    Key: keyFor(code),
    UpdateExpression: `SET ${set}`,
    ...(set.includes('#until') ? { ExpressionAttributeNames: { '#until': 'until' } } : {}),
    ExpressionAttributeValues: values,
    ReturnValues: 'ALL_OLD',
  };
  try {
    return (await client.call('UpdateItem', input, signal)).Attributes ?? null;
  } catch (cause) {
    throw new Fault('sign-ins', 'the state table did not take a write', { cause });
  }
}

const codeOf = (item: Item): AuthorizationCode => ({
  authorization: authorizationOf(JSON.parse(item['authorization']?.S ?? 'null')),
  principal: principalOf(JSON.parse(item['principal']?.S ?? 'null')),
  expires: epochSeconds(Number(item['ends']?.N)),
  redeemed: redeemedOf(item),
});

function redeemedOf(item: Item): RedeemedCode | null {
  const issuance = item['issuance']?.S;
  return issuance === undefined ? null : { issuance, until: epochSeconds(Number(item['until']?.N)) };
}
