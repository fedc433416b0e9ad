import { scopesOf } from '../../ledger/filter.ts';
import { outcomePlaces, type RecordKey } from '../../ledger/partitions.ts';
import type { RevokedRecord } from '../../ledger/record.ts';
import { Fault } from '../../outcome.ts';
import type { RevokePorts } from '../../revocation/ports.ts';
import { conditionFailed } from './client.ts';
import type { LedgerTable } from './ledger-queries.ts';

/**
 * Writes beside a record that it was revoked: the record itself, which the archive has too, is never written over. The
 * first revocation stays.
 */
export const dynamoRevokedMarks = ({ client, table }: LedgerTable): RevokePorts['records'] => ({
  mark: async (record, revoked, signal) => {
    for (const place of outcomePlaces(scopesOf(record), record.id)) {
      if ((await markAt({ client, table }, place, revoked, signal)) === 'marked') return;
    }
  },
});

async function markAt(
  { client, table }: LedgerTable,
  { pk, sk }: RecordKey,
  revoked: RevokedRecord,
  signal: AbortSignal,
): Promise<'marked' | 'not here'> {
  const input = {
    TableName: table,
    Key: { pk: { S: pk }, sk: { S: sk } },
    UpdateExpression: 'SET #revoked = :revoked',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#revoked)',
    ExpressionAttributeNames: { '#revoked': 'revoked' },
    ExpressionAttributeValues: { ':revoked': { S: JSON.stringify(revoked) } },
  };
  try {
    await client.call('UpdateItem', input, signal);
    return 'marked';
  } catch (cause) {
    if (conditionFailed(cause)) return 'not here';
    throw new Fault('ledger', 'a record was not marked as revoked', { cause });
  }
}
