import { parseApprovalId } from '../../approval/approval-id.ts';
import { SESSION_SECONDS } from '../../approval/approver-sessions.ts';
import { type PreviousPorts, previousGrant } from '../../approval/previous.ts';
import { decideApproval, type ReviewPorts, reviewOne } from '../../approval/review.ts';
import {
  APPROVALS_CLIENT,
  type ApproverSignInPorts,
  approvalsRedirect,
  approverOfSession,
  approversConnections,
  beginSession,
  formToken,
  isFormToken,
} from '../../approval/sign-in.ts';
import { verdictOf } from '../../approval/verdict.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { hashOf, makeSecret } from '../../sign-in/secret.ts';
import { readForm } from '../form.ts';
import { invalidParameter } from '../parameters.ts';
import type { Handling, Route, RouteAnswer, RouteRequest } from '../route.ts';
import { PAGE_ROUTE } from '../sign-in/page-route.ts';
import { redirectTo } from '../sign-in/redirect.ts';
import { callerOf } from './api-routes.ts';
import { readCookie, setCookie } from './cookies.ts';
import { approvalPage } from './pages/approval-page.ts';
import { choosePage } from './pages/choose-page.ts';

export type ApprovalPagePorts = ReviewPorts & ApproverSignInPorts & PreviousPorts;

const SIGN_IN_SECONDS = 600;
const FORM = { maxBytes: 16 * 1024 };

/** `/approvals/{id}`: the page of the approver. Without a sign-in it shows nothing of the request. */
export const approvalPageRoute = (ports: ApprovalPagePorts): Route => ({
  ...PAGE_ROUTE,
  name: 'approval-page',
  paths: ['/approvals/{id}'],
  methods: ['GET', 'POST'],
  handle: async (request, handling) => {
    const id = request.pathParameters['id'] ?? '';
    if (parseApprovalId(id) === null) return refuse('approval_unknown');
    const secret = readCookie(request, 'session', ports.issuer);
    const approver = await approverOfSession(ports, secret, callerOf(request), handling.signal);
    if (!approver.ok) return approver;
    if (approver.value === null || secret === null) {
      return request.method === 'GET' ? signIn(ports, request, id, handling) : refuse('approval_session');
    }
    const signedIn = { id, secret, approver: approver.value };
    return request.method === 'GET'
      ? show(ports, request, signedIn, handling)
      : decide(ports, request, signedIn, handling);
  },
});

/** `/approvals`: where a sign-in comes back to. Its code is in a cookie, so that no address, log or history has it. */
export const approvalReturnRoute = (ports: ApprovalPagePorts): Route => ({
  ...PAGE_ROUTE,
  name: 'approval-return',
  paths: ['/approvals'],
  methods: ['GET'],
  handle: async (request, { signal }) => {
    const { query } = request;
    const id = query.one('state') ?? '';
    if (query.has('error')) return refuse('sign_in_declined');
    // RFC 9207 section 2.4.
    if (query.one('iss') !== ports.issuer) return refuse('sign_in_unknown');
    if (parseApprovalId(id) === null) return refuse('approval_unknown');
    const [code, codeVerifier] = (['code', 'start'] as const).map((name) => readCookie(request, name, ports.issuer));
    if (code == null || codeVerifier == null) return refuse('sign_in_other_browser');
    const begun = await beginSession(ports, { code, codeVerifier, requestId: request.id }, signal);
    if (!begun.ok) return begun;
    const cookies = [
      setCookie('session', begun.value, ports.issuer, SESSION_SECONDS),
      setCookie('start', '', ports.issuer, 0),
      setCookie('code', '', ports.issuer, 0),
    ];
    return accept({ answer: redirectTo(`${ports.issuer}/approvals/${id}`, request.id, 303, cookies) });
  },
});

/** By the sign-in that every program uses: code and PKCE at the authorization endpoint. */
async function signIn(
  ports: ApprovalPagePorts,
  request: RouteRequest,
  id: string,
  { signal }: Handling,
): Promise<Outcome<RouteAnswer>> {
  const connections = await approversConnections(ports, id, signal);
  if (!connections.ok) return connections;
  const chosen = request.query.one('connection') ?? (connections.value.length === 1 ? connections.value[0] : undefined);
  if (chosen === undefined) return accept({ answer: choosePage(id, connections.value, request.id) });
  if (!connections.value.includes(chosen)) return refuse('sign_in_connection');
  const verifier = makeSecret(ports.random);
  const location = new URL('/oauth2/authorize', ports.issuer);
  location.search = new URLSearchParams({
    ...{ response_type: 'code', client_id: APPROVALS_CLIENT, redirect_uri: approvalsRedirect(ports.issuer) },
    ...{ scope: 'broker:approvals', connection: chosen, state: id },
    ...{ code_challenge: Buffer.from(hashOf(verifier), 'hex').toString('base64url'), code_challenge_method: 'S256' },
  }).toString();
  const cookie = setCookie('start', verifier, ports.issuer, SIGN_IN_SECONDS);
  return accept({ answer: redirectTo(location.href, request.id, 302, [cookie]) });
}

interface SignedIn {
  readonly id: string;
  readonly secret: string;
  readonly approver: Parameters<typeof reviewOne>[2];
}

async function show(
  ports: ApprovalPagePorts,
  request: RouteRequest,
  { id, secret, approver }: SignedIn,
  { signal }: Handling,
): Promise<Outcome<RouteAnswer>> {
  const review = await reviewOne(ports, id, approver, signal);
  if (!review.ok) return review;
  const { scopes, digest } = review.value.request;
  const configuration = await ports.configurations.current(signal);
  const found = await Promise.all(scopes.map((name) => configuration.scope(name, signal)));
  const shown = {
    review: review.value,
    previous: await previousGrant(ports, review.value.request, signal),
    description: found.flatMap((scope) => scope?.scope.description ?? []).join(' '),
    signedInAs: approver.principal.name,
    token: formToken(secret, id, digest),
  };
  return accept({ answer: approvalPage(shown, request.id) });
}

/** The word of the person: their session, and a form that this broker made for it and for this very request. */
async function decide(
  ports: ApprovalPagePorts,
  request: RouteRequest,
  { id, secret, approver }: SignedIn,
  { signal }: Handling,
): Promise<Outcome<RouteAnswer>> {
  const form = readForm(request, FORM);
  if (!form.ok) return form;
  const review = await reviewOne(ports, id, approver, signal);
  if (!review.ok) return review;
  const expected = formToken(secret, id, review.value.request.digest);
  if (!isFormToken(form.value.one('token') ?? '', expected)) return refuse('approval_session');
  const decision = form.value.one('decision');
  if (decision !== 'approve' && decision !== 'deny') return invalidParameter('decision must be approve or deny.');
  const verdict = verdictOf(decision, form.value.one('reason'));
  if (!verdict.ok) return verdict;
  const decided = await decideApproval(ports, id, verdict.value, approver, signal);
  if (!decided.ok) return decided;
  return accept({ answer: redirectTo(`${ports.issuer}/approvals/${id}`, request.id, 303) });
}
