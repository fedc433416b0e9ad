import { dynamoLedgerQueries } from '../aws/dynamodb/ledger-queries.ts';
import { dynamoScopeNames } from '../aws/dynamodb/scope-names.ts';
import type { ExplainPorts } from '../explain.ts';
import type { ListScopesPorts } from '../list-scopes.ts';
import { resources } from './resources.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';

/** The ports of `POST /v1/explain` and `GET /v1/scopes`. */
export function explainPorts(): LiveRoutePorts & ExplainPorts & ListScopesPorts {
  const { settings, dynamoDb, ownKeys, revocations, configurations, table } = resources();
  const queries = dynamoLedgerQueries({ client: dynamoDb, table: table('ledger') });
  const scopeNames = dynamoScopeNames({ client: dynamoDb, table: table('config') });
  return { ...routePorts(), issuer: settings.issuer, ownKeys, revocations, configurations, queries, scopeNames };
}
