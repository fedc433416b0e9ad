/** The token function whose ledger has no transport: records are made and bounded as ever, and DynamoDB's client answers at once without sending. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tokenHandler } from '../../functions/token.ts';
import { dynamoLedger } from '../../lib/aws/ledger-table.ts';
import { liveTokenPorts } from '../../lib/aws/live-oauth.ts';
import { liveRoutePorts } from '../../lib/aws/live-route.ts';

class Nowhere extends DynamoDBClient {
  override send = async () => ({ $metadata: {} });
}

const ledger = dynamoLedger({ client: new Nowhere({ region: 'eu-west-1' }), table: 'bench-ledger' });

export const handler = tokenHandler({ ...liveRoutePorts(), ...liveTokenPorts(), ledger });
