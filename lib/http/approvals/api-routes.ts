import type { BearerPorts } from '../../admit-bearer.ts';
import { APPROVALS_SCOPE, approverOfBearer } from '../../approval/bearer.ts';
import { decideApproval, type ReviewPorts, reviewAll, reviewOne, statusOf } from '../../approval/review.ts';
import { shownReview } from '../../approval/shown.ts';
import { MAX_VERDICT_BYTES, readVerdict } from '../../approval/verdict.ts';
import { accept, type Outcome } from '../../outcome.ts';
import { apiErrorOf } from '../api/api-error.ts';
import { readBearer } from '../api/bearer-token.ts';
import { readJsonBody } from '../api/json-body.ts';
import { readSearch } from '../api/search-parameters.ts';
import { secretJson } from '../http-answer.ts';
import type { HttpRequest } from '../http-request.ts';
import { invalidParameter } from '../parameters.ts';
import type { Handling, Route, RouteAnswer, RouteRequest } from '../route.ts';

export type ApprovalApiPorts = BearerPorts & ReviewPorts;

const BUDGET_MS = 9_000;

const api = ({ issuer }: ApprovalApiPorts) =>
  ({ budgetMs: BUDGET_MS, refuse: apiErrorOf(issuer, APPROVALS_SCOPE) }) as const satisfies Partial<Route>;

export const callerOf = ({ id, sourceIp, userAgent }: HttpRequest) => ({ id, sourceIp, userAgent });

async function bearerOf(ports: ApprovalApiPorts, request: RouteRequest, { signal }: Handling) {
  const bearer = readBearer(request);
  return bearer.ok ? approverOfBearer(ports, bearer.value, callerOf(request), signal) : bearer;
}

/**
 * `GET /v1/approvals`: what the bearer of a token for `broker:approvals` may decide on; `?status=` shows the others.
 */
export const approvalsRoute = (ports: ApprovalApiPorts): Route => ({
  ...api(ports),
  name: 'approvals',
  paths: ['/v1/approvals'],
  methods: ['GET'],
  handle: async (request, handling) => {
    const approver = await bearerOf(ports, request, handling);
    if (!approver.ok) return approver;
    const search = readSearch(request, ['status']);
    if (!search.ok) return search;
    const wanted = search.value.status ?? 'pending';
    if (!STATUSES.has(wanted)) return invalidParameter(`status must be one of ${[...STATUSES].join(', ')}.`);
    const reviews = await reviewAll(ports, approver.value, handling.signal);
    const approvals = reviews
      .filter((review) => wanted === 'all' || statusOf(review) === wanted)
      .map((review) => shownReview(review, ports.issuer));
    return accept({ answer: secretJson(200, request.id, { approvals }) });
  },
});

const STATUSES: ReadonlySet<string> = new Set([
  ...['pending', 'approved', 'denied', 'expired', 'used', 'break-glass', 'all'],
]);

/** `GET` and `POST /v1/approvals/{id}`: one request, and the word on it. */
export const approvalRoute = (ports: ApprovalApiPorts): Route => ({
  ...api(ports),
  name: 'approval',
  paths: ['/v1/approvals/{id}'],
  methods: ['GET', 'POST'],
  handle: async (request, handling): Promise<Outcome<RouteAnswer>> => {
    const approver = await bearerOf(ports, request, handling);
    if (!approver.ok) return approver;
    const id = request.pathParameters['id'] ?? '';
    const { signal } = handling;
    if (request.method === 'GET') {
      const review = await reviewOne(ports, id, approver.value, signal);
      if (!review.ok) return review;
      return accept({ answer: secretJson(200, request.id, shownReview(review.value, ports.issuer)) });
    }
    const body = readJsonBody(request, { maxBytes: MAX_VERDICT_BYTES });
    if (!body.ok) return body;
    const verdict = readVerdict(body.value);
    if (!verdict.ok) return verdict;
    const decided = await decideApproval(ports, id, verdict.value, approver.value, signal);
    if (!decided.ok) return decided;
    return accept({ answer: secretJson(200, request.id, shownReview(decided.value, ports.issuer)) });
  },
});
