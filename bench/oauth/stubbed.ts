/** The token function whose ledger has no transport: records are made and bounded as ever, and DynamoDB's client answers at once without sending. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tokenHandler } from '../../functions/token.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import { tokenPorts } from '../../lib/composition/token.ts';

class Nowhere extends DynamoDBClient {
  override send = async () => ({ $metadata: {} });
}

const ledger = dynamoLedger({ client: new Nowhere({ region: 'eu-west-1' }), table: 'bench-ledger' });

export const handler = tokenHandler({ ...tokenPorts(), ledger });
