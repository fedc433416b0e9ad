import { createHash, timingSafeEqual } from 'node:crypto';
import { claimOnce } from '../issuance/single-use.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Configurations } from '../ports/configuration.ts';
import type { Random } from '../ports/host.ts';
import type { Replays } from '../ports/replays.ts';
import { marksOfRequest } from '../revocation/marks.ts';
import { type RedeemPorts, redeemableCode } from '../sign-in/redeem.ts';
import { makeSecret } from '../sign-in/secret.ts';
import { epochSeconds, toEpochSeconds } from '../time.ts';
import type { Approvals } from './approvals.ts';
import type { Approver } from './approver.ts';
import { type ApproverSessions, SESSION_SECONDS } from './approver-sessions.ts';

/** The client that approvers sign in with: registered without a file, as the operators' page is. */
export const APPROVALS_CLIENT = 'approvals';

/** The one address where its codes go. */
export const approvalsRedirect = (issuer: string): string => `${issuer}/approvals`;

export interface ApproverSignInPorts extends RedeemPorts {
  readonly random: Random;
  readonly configurations: Configurations;
  readonly replays: Replays;
  readonly sessions: ApproverSessions;
  readonly approvals: Approvals;
}

/**
 * The connections that the approvers of a request sign in at: those that its `from` names, in their order. Refuses with
 * `approval_unknown`.
 */
export async function approversConnections(
  { approvals, configurations }: Pick<ApproverSignInPorts, 'approvals' | 'configurations'>,
  id: string,
  signal: AbortSignal,
): Promise<Outcome<readonly string[]>> {
  const request = await approvals.find(id, signal);
  if (request === null) return refuse('approval_unknown');
  const configuration = await configurations.current(signal);
  const scopes = await Promise.all(request.scopes.map((name) => configuration.scope(name, signal)));
  const rules = scopes.flatMap((scope) => scope?.scope.requires.approval?.from ?? []);
  const names = [...new Set(rules.flatMap(({ connections }) => connections ?? []))];
  const known = await Promise.all(names.map((name) => configuration.connection(name, signal)));
  const open = names.filter((_, index) => known[index] !== null && known[index]?.type !== 'aws-iam');
  return open.length === 0 ? refuse('approval_unknown') : accept(open);
}

/** Redeems the code of a sign-in, once, for a session of the person. Returns the secret of their browser. */
export async function beginSession(
  ports: ApproverSignInPorts,
  {
    code,
    codeVerifier,
    requestId,
  }: { readonly code: string; readonly codeVerifier: string; readonly requestId: string },
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const presented = {
    ...{ client: APPROVALS_CLIENT, code, codeVerifier, scopes: null },
    redirectUri: approvalsRedirect(ports.issuer),
  };
  const redeemable = await redeemableCode(ports, presented, signal);
  if (!redeemable.ok) return redeemable;
  const { principal } = redeemable.value;
  if (!(await claimOnce(ports.replays, principal.reuse, requestId, signal))) return refuse('replayed');
  const secret = makeSecret(ports.random);
  const expires = epochSeconds(toEpochSeconds(ports.clock.now()) + SESSION_SECONDS);
  await ports.sessions.begin(secret, principal, expires, signal);
  return accept(secret);
}

/** Who signed in with this browser; null: nobody, or not any more. Refuses with `access_revoked`. */
export async function approverOfSession(
  ports: Pick<ApproverSignInPorts, 'sessions' | 'revocations' | 'clock'>,
  secret: string | null,
  caller: Approver['caller'],
  signal: AbortSignal,
): Promise<Outcome<Approver | null>> {
  if (secret === null) return accept(null);
  const principal = await ports.sessions.find(secret, toEpochSeconds(ports.clock.now()), signal);
  if (principal === null) return accept(null);
  const standing = await ports.revocations.standing(signal);
  const marks = marksOfRequest({ principal, actor: null, client: null, proof: null }, []);
  if (standing.inForce(marks) !== null) return refuse('access_revoked');
  return accept({ principal, actor: null, caller });
}

/** What a form has to carry: it belongs to this session and to this very request, and no other site can make it. */
export const formToken = (secret: string, id: string, digest: string): string =>
  createHash('sha256')
    .update(JSON.stringify(['approval-form', secret, id, digest]))
    .digest('hex');

/** Compared in constant time. */
export function isFormToken(token: string, expected: string): boolean {
  const [one, other] = [token, expected].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}
