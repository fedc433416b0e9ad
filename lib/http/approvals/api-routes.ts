import type { BearerPorts } from '../../admit-bearer.ts';
import type { Approver } from '../../approval/approver.ts';
import { APPROVALS_SCOPE, approverOfBearer } from '../../approval/bearer.ts';
import { decideApproval, type ReviewPorts, reviewAll, reviewOne, statusOf } from '../../approval/review.ts';
import { shownReview } from '../../approval/shown.ts';
import { MAX_VERDICT_BYTES, readVerdict } from '../../approval/verdict.ts';
import { accept } from '../../outcome.ts';
import { apiErrorOf } from '../api/api-error.ts';
import { type Admit, showBearer } from '../api/for-bearer.ts';
import { readJsonBody } from '../api/json-body.ts';
import { readSearch } from '../api/search-parameters.ts';
import type { HttpRequest } from '../http-request.ts';
import { invalidParameter } from '../parameters.ts';
import type { Route } from '../route.ts';

export type ApprovalApiPorts = BearerPorts & ReviewPorts;

const BUDGET_MS = 9_000;

const api = ({ issuer }: ApprovalApiPorts) =>
  ({ budgetMs: BUDGET_MS, refuse: apiErrorOf(issuer, APPROVALS_SCOPE) }) as const satisfies Partial<Route>;

export const callerOf = ({ id, sourceIp, userAgent }: HttpRequest) => ({ id, sourceIp, userAgent });

const approver =
  (ports: ApprovalApiPorts): Admit<Approver> =>
  (bearer, request, signal) =>
    approverOfBearer(ports, bearer, callerOf(request), signal);

/**
 * `GET /v1/approvals`: what the bearer of a token for `broker:approvals` may decide on; `?status=` shows the others.
 */
export const approvalsRoute = (ports: ApprovalApiPorts): Route => ({
  ...api(ports),
  name: 'approvals',
  paths: ['/v1/approvals'],
  methods: ['GET'],
  handle: showBearer(approver(ports), async (request, signal, who) => {
    const search = readSearch(request, ['status']);
    if (!search.ok) return search;
    const wanted = search.value.status ?? 'pending';
    if (!STATUSES.has(wanted)) return invalidParameter(`status must be one of ${[...STATUSES].join(', ')}.`);
    const reviews = await reviewAll(ports, who, signal);
    const approvals = reviews
      .filter((review) => wanted === 'all' || statusOf(review) === wanted)
      .map((review) => shownReview(review, ports.issuer));
    return accept({ approvals });
  }),
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
  handle: showBearer(approver(ports), async (request, signal, who) => {
    const id = request.pathParameters['id'] ?? '';
    if (request.method === 'GET') {
      const review = await reviewOne(ports, id, who, signal);
      return review.ok ? accept(shownReview(review.value, ports.issuer)) : review;
    }
    const body = readJsonBody(request, { maxBytes: MAX_VERDICT_BYTES });
    if (!body.ok) return body;
    const verdict = readVerdict(body.value);
    if (!verdict.ok) return verdict;
    const decided = await decideApproval(ports, id, verdict.value, who, signal);
    return decided.ok ? accept(shownReview(decided.value, ports.issuer)) : decided;
  }),
});
