import { dynamoLedgerQueries } from '../aws/dynamodb/ledger-queries.ts';
import type { ReadLedgerPorts } from '../read-ledger.ts';
import { bearerPorts } from './bearer.ts';
import { resources } from './resources.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';

/** The ports of the operators' API, `GET /v1/issuances`. */
export function issuancesPorts(): LiveRoutePorts & ReadLedgerPorts {
  const { dynamoDb, table } = resources();
  const queries = dynamoLedgerQueries({ client: dynamoDb, table: table('ledger') });
  return { ...routePorts(), ...bearerPorts(), queries };
}
