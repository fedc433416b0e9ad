import { dynamoLedgerQueries } from '../aws/dynamodb/ledger-queries.ts';
import { dynamoRevokedMarks } from '../aws/dynamodb/mark-revoked.ts';
import { dynamoScopeNames } from '../aws/dynamodb/scope-names.ts';
import { dynamoSessionDenials } from '../aws/dynamodb/session-denials.ts';
import { dynamoRevocationList } from '../aws/dynamodb/standing-revocations.ts';
import { revocationPolicies } from '../aws/iam/revocation-policies.ts';
import { stsClient } from '../aws/sts/client.ts';
import { systemRandom } from '../host/random.ts';
import type { RevokePorts } from '../revocation/ports.ts';
import { bearerPorts } from './bearer.ts';
import { resources } from './resources.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';

/** The ports of `/v1/revocations`. */
export function revocationsPorts(): LiveRoutePorts & RevokePorts {
  const { settings, dynamoDb, configurations, table } = resources();
  const { region, externalId, tablePrefix: prefix } = settings;
  const ledger = { client: dynamoDb, table: table('ledger') };
  const state = { client: dynamoDb, table: table('state') };
  return {
    ...routePorts(),
    ...bearerPorts(),
    random: systemRandom,
    queries: dynamoLedgerQueries(ledger),
    configurations,
    scopeNames: dynamoScopeNames({ client: dynamoDb, table: table('config') }),
    list: dynamoRevocationList(state),
    denials: dynamoSessionDenials(state),
    policies: revocationPolicies({ sts: stsClient(settings), region, externalId, prefix }),
    records: dynamoRevokedMarks(ledger),
  };
}
