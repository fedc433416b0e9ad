import type { BearerPorts } from '../admit-bearer.ts';
import { dynamoLedgerQueries } from '../aws/dynamodb/ledger-queries.ts';
import { s3Objects } from '../aws/s3/objects.ts';
import { Fault } from '../outcome.ts';
import type { ReceiptPorts } from '../read-receipt.ts';
import { bearerPorts } from './bearer.ts';
import { resources } from './resources.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';

/** The ports of `GET /v1/issuances/{id}/receipt` and `GET /v1/ledger/key`. */
export function receiptsPorts(): LiveRoutePorts & BearerPorts & ReceiptPorts {
  const { settings, dynamoDb, table } = resources();
  const { region, archiveBucket: bucket } = settings;
  if (bucket === null) throw new Fault('bug', 'ARCHIVE_BUCKET is missing');
  const queries = dynamoLedgerQueries({ client: dynamoDb, table: table('ledger') });
  const objects = s3Objects({ region, bucket });
  return { ...routePorts(), ...bearerPorts(), queries, objects };
}
