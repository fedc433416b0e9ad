import { Fault } from '../../outcome.ts';
import type { AccountDenials, SessionDenials } from '../../revocation/ports.ts';
import type { SessionDenial } from '../../revocation/session-denials.ts';
import { conditionFailed } from './client.ts';
import { keyOf, type StateTable } from './state-table.ts';

const MOST_ATTEMPTS = 20;

/** One item an account, changed by one conditional write on its version. Throws `Fault('revocations')`. */
export function dynamoSessionDenials(table: StateTable): SessionDenials {
  return {
    read: (account, signal) => read(table, account, signal),
    change: async (account, change, signal) => {
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
        const before = await read(table, account, signal);
        const denials = change(before.denials);
        if (denials === before.denials) return before;
        const after = { version: before.version + 1, denials };
        if (await write(table, account, after, signal)) return after;
      }
      throw new Fault('revocations', 'the denied sessions of an account are being changed by too many at once');
    },
  };
}

const itemKey = (account: string) => keyOf(`denied-sessions#${account}`);

async function read({ client, table }: StateTable, account: string, signal: AbortSignal): Promise<AccountDenials> {
  try {
    const input = { TableName: table, Key: itemKey(account), ConsistentRead: true };
    const { Item } = await client.call('GetItem', input, signal);
    if (Item === undefined) return { version: 0, denials: [] };
    return { version: Number(Item['version']?.N), denials: JSON.parse(Item['denials']?.S ?? '') as SessionDenial[] };
  } catch (cause) {
    throw new Fault('revocations', 'the denied sessions of an account cannot be read', { cause });
  }
}

async function write(
  { client, table }: StateTable,
  account: string,
  { version, denials }: AccountDenials,
  signal: AbortSignal,
): Promise<boolean> {
  const input = {
    TableName: table,
    Item: { ...itemKey(account), version: { N: String(version) }, denials: { S: JSON.stringify(denials) } },
    ...(version === 1
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: '#version = :before',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':before': { N: String(version - 1) } },
        }),
  };
  try {
    await client.call('PutItem', input, signal);
    return true;
  } catch (cause) {
    if (conditionFailed(cause)) return false;
    throw new Fault('revocations', 'the denied sessions of an account were not written', { cause });
  }
}
