import { recordKey } from '../../ledger/partitions.ts';
import { Fault } from '../../outcome.ts';
import type { RevokePorts } from '../../revocation/ports.ts';
import { conditionFailed } from './client.ts';
import type { LedgerTable } from './ledger-queries.ts';

/**
 * Writes beside a record that it was revoked: the record itself, which the archive has too, is never written over. The
 * first revocation stays.
 */
export const dynamoRevokedMarks = ({ client, table }: LedgerTable): RevokePorts['records'] => ({
  mark: async (issuance, revoked, signal) => {
    const { pk, sk } = recordKey(issuance);
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
    } catch (cause) {
      if (!conditionFailed(cause)) throw new Fault('ledger', 'a record was not marked as revoked', { cause });
    }
  },
});
