import { approvalsPorts } from '../lib/composition/approvals.ts';
import { type ApprovalApiPorts, approvalRoute, approvalsRoute } from '../lib/http/approvals/api-routes.ts';
import { type ApprovalPagePorts, approvalPageRoute, approvalReturnRoute } from '../lib/http/approvals/page-routes.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';

/** What waits for somebody's word: the API for a token with `broker:approvals`, and the page of the approver. */
export const approvalsHandler = (ports: RoutePorts & ApprovalApiPorts & ApprovalPagePorts) =>
  routeHandler(
    [approvalsRoute(ports), approvalRoute(ports), approvalPageRoute(ports), approvalReturnRoute(ports)],
    ports,
  );

export const handler = approvalsHandler(approvalsPorts());
