import { dynamoLedgerQueries } from '../aws/dynamodb/ledger-queries.ts';
import { dynamoScopeNames } from '../aws/dynamodb/scope-names.ts';
import type { ExplainPorts } from '../explain.ts';
import type { ListScopesPorts } from '../list-scopes.ts';
import { bearerPorts } from './bearer.ts';
import { resources } from './resources.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';

/** The ports of `POST /v1/explain` and `GET /v1/scopes`. */
export function explainPorts(): LiveRoutePorts & ExplainPorts & ListScopesPorts {
  const { dynamoDb, configurations, table } = resources();
  const queries = dynamoLedgerQueries({ client: dynamoDb, table: table('ledger') });
  const scopeNames = dynamoScopeNames({ client: dynamoDb, table: table('config') });
  return { ...routePorts(), ...bearerPorts(), configurations, queries, scopeNames };
}
