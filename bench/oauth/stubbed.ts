/**
 * The token function whose ledger has no transport: records are made and bounded as ever, and DynamoDB's client answers
 * at once without sending.
 */
import { tokenHandler } from '../../functions/token.ts';
import type { DynamoDb } from '../../lib/aws/dynamodb/client.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import { tokenPorts } from '../../lib/composition/token.ts';

const nowhere: DynamoDb = { call: async () => ({}) };

const ledger = dynamoLedger({ client: nowhere, table: 'bench-ledger' });

export const handler = tokenHandler({ ...tokenPorts(), ledger });
