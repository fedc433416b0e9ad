import type { ApproverSessions } from '../../approval/approver-sessions.ts';
import { Fault } from '../../outcome.ts';
import { principalJson, principalOf } from '../../sign-in/principal-json.ts';
import { read } from './sign-ins.ts';
import { conditionHeld, keyOf, type StateTable, stateKey } from './state-table.ts';

const keyFor = (secret: string) => keyOf(stateKey('approver', [secret]));

/** Signed-in approvers in the state table, under the hash of their browser's secret; the secret is kept nowhere. */
export function dynamoApproverSessions(options: StateTable): ApproverSessions {
  const { client, table } = options;
  return {
    begin: async (secret, principal, expires, signal) => {
      const person = JSON.stringify(principalJson(principal));
      const input = {
        TableName: table,
        Item: { ...keyFor(secret), principal: { S: person }, expires: { N: String(Math.ceil(expires)) } },
        ConditionExpression: 'attribute_not_exists(pk) OR #principal = :principal',
        ExpressionAttributeNames: { '#principal': 'principal' },
        ExpressionAttributeValues: { ':principal': { S: person } },
      };
      const made = await conditionHeld(client.call('PutItem', input, signal), 'approvals');
      if (!made) throw new Fault('approvals', 'the secret of a session was there before');
    },
    find: async (secret, now, signal) => {
      const item = await read(options, keyFor(secret), signal);
      if (item === null || Number(item['expires']?.N) <= now) return null;
      return principalOf(JSON.parse(item['principal']?.S ?? 'null'));
    },
  };
}
