import type { BearerPorts } from '../admit-bearer.ts';
import type { ReviewPorts } from '../approval/review.ts';
import { dynamoApprovals } from '../aws/dynamodb/approvals.ts';
import { dynamoLedger } from '../aws/dynamodb/ledger-table.ts';
import { type Resources, resources } from './resources.ts';
import { type LiveRoutePorts, metricsOf, routePorts } from './route.ts';

/** Approvals in this deployment's tables. */
export const liveApprovals = ({ dynamoDb, table }: Resources) =>
  dynamoApprovals({
    state: { client: dynamoDb, table: table('state') },
    ledger: { client: dynamoDb, table: table('ledger') },
  });

/** The ports of those who approve. */
export function approvalsPorts(): LiveRoutePorts & BearerPorts & ReviewPorts {
  const own = resources();
  const { settings, dynamoDb, ownKeys, revocations, configurations, table } = own;
  const { issuer, ledgerRetention: retention } = settings;
  return {
    ...routePorts(),
    ...{ issuer, ownKeys, revocations, configurations },
    metrics: metricsOf(settings),
    approvals: liveApprovals(own),
    ledger: dynamoLedger({ client: dynamoDb, table: table('ledger'), retention }),
    tell: async () => undefined,
  };
}
