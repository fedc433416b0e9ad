import { dynamoLedgerQueries } from '../aws/dynamodb/ledger-queries.ts';
import type { ExplainPorts } from '../explain.ts';
import { resources } from './resources.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';

/** The ports of `POST /v1/explain`. */
export function explainPorts(): LiveRoutePorts & ExplainPorts {
  const { settings, dynamoDb, ownKeys, revocations, configurations, table } = resources();
  const queries = dynamoLedgerQueries({ client: dynamoDb, table: table('ledger') });
  return { ...routePorts(), issuer: settings.issuer, ownKeys, revocations, configurations, queries };
}
