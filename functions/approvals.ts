import { approvalsPorts } from '../lib/composition/approvals.ts';
import { type ApprovalApiPorts, approvalRoute, approvalsRoute } from '../lib/http/approvals/api-routes.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';

/** What waits for somebody's word: `/v1/approvals` for a token with `broker:approvals`. */
export const approvalsHandler = (ports: RoutePorts & ApprovalApiPorts) =>
  routeHandler([approvalsRoute(ports), approvalRoute(ports)], ports);

export const handler = approvalsHandler(approvalsPorts());
