import type { APIGatewayProxyEventV2, Context, ScheduledEvent } from 'aws-lambda';
import { type SweepPorts, sweepApprovals } from '../lib/approval/sweep.ts';
import { approvalsPorts } from '../lib/composition/approvals.ts';
import { type ApprovalApiPorts, approvalRoute, approvalsRoute } from '../lib/http/approvals/api-routes.ts';
import { type ApprovalPagePorts, approvalPageRoute, approvalReturnRoute } from '../lib/http/approvals/page-routes.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';

type Ports = RoutePorts & ApprovalApiPorts & ApprovalPagePorts & SweepPorts;

const SWEEPING_MS = 25_000;

/** What waits for somebody's word: the API for a token with `broker:approvals`, and the page of the approver. */
const approvalsRoutes = (ports: Ports) =>
  routeHandler(
    [approvalsRoute(ports), approvalRoute(ports), approvalPageRoute(ports), approvalReturnRoute(ports)],
    ports,
  );

/** By API Gateway for the routes, and by the clock for what has yet to be told. */
export const approvalsHandler = (ports: Ports) => {
  const routes = approvalsRoutes(ports);
  return async (event: APIGatewayProxyEventV2 | ScheduledEvent, context: Context) => {
    if ('requestContext' in event) return routes(event, context);
    const failed = (id: string, cause: unknown) => ports.log.error('approval_untold', { found: id }, cause);
    await sweepApprovals(ports, failed, AbortSignal.timeout(SWEEPING_MS));
    return undefined;
  };
};

export const handler = approvalsHandler(approvalsPorts());
