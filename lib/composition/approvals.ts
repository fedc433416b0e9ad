import type { BearerPorts } from '../admit-bearer.ts';
import type { PreviousPorts } from '../approval/previous.ts';
import type { ReviewPorts } from '../approval/review.ts';
import type { ApproverSignInPorts } from '../approval/sign-in.ts';
import { type Tell, telling } from '../approval/tell.ts';
import { dynamoApprovals } from '../aws/dynamodb/approvals.ts';
import { dynamoApproverSessions } from '../aws/dynamodb/approver-sessions.ts';
import { dynamoAuthorizationCodes } from '../aws/dynamodb/authorization-codes.ts';
import { dynamoLedgerQueries } from '../aws/dynamodb/ledger-queries.ts';
import { dynamoLedger } from '../aws/dynamodb/ledger-table.ts';
import { dynamoReplays } from '../aws/dynamodb/replays.ts';
import { eventBridge } from '../aws/eventbridge/put-event.ts';
import { jsonLog } from '../host/log.ts';
import { systemRandom } from '../host/random.ts';
import { type Resources, resources } from './resources.ts';
import { type LiveRoutePorts, metricsOf, routePorts } from './route.ts';

/** Approvals in this deployment's tables. */
export const liveApprovals = ({ dynamoDb, table }: Resources) =>
  dynamoApprovals({
    state: { client: dynamoDb, table: table('state') },
    ledger: { client: dynamoDb, table: table('ledger') },
  });

/** Events to EventBridge's default bus. */
export const liveTell = (own: Resources): Tell =>
  telling({
    issuer: own.settings.issuer,
    approvals: liveApprovals(own),
    put: eventBridge(own.settings),
    log: jsonLog(own.clock),
  });

/** The ports of those who approve. */
export function approvalsPorts(): LiveRoutePorts & BearerPorts & ReviewPorts & ApproverSignInPorts & PreviousPorts {
  const own = resources();
  const { settings, clock, dynamoDb, ownKeys, revocations, configurations, table } = own;
  const { issuer, ledgerRetention: retention } = settings;
  const state = { client: dynamoDb, table: table('state') };
  return {
    ...routePorts(),
    ...{ issuer, ownKeys, revocations, configurations },
    metrics: metricsOf(settings),
    approvals: liveApprovals(own),
    random: systemRandom,
    replays: dynamoReplays({ ...state, clock }),
    codes: dynamoAuthorizationCodes(state),
    sessions: dynamoApproverSessions(state),
    queries: dynamoLedgerQueries({ client: dynamoDb, table: table('ledger') }),
    ledger: dynamoLedger({ client: dynamoDb, table: table('ledger'), retention }),
    tell: liveTell(own),
  };
}
