import { accept, Fault, type Outcome, refuse } from '../outcome.ts';
import type { Configurations } from '../ports/configuration.ts';
import type { Clock } from '../ports/host.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { ApprovalMetrics } from '../ports/log.ts';
import { type EpochSeconds, epochMilliseconds, toEpochSeconds } from '../time.ts';
import type { ApprovalDecision, ApprovalRequest, ApprovalState, Approvals } from './approvals.ts';
import { type Admitted, type Approver, admit } from './approver.ts';
import { decisionRecord } from './record.ts';
import { standingOf } from './standing.ts';
import type { Tell } from './tell.ts';

export interface ReviewPorts {
  readonly issuer: string;
  readonly clock: Clock;
  readonly configurations: Configurations;
  readonly approvals: Approvals;
  readonly ledger: Pick<Ledger, 'finished'>;
  readonly tell: Tell;
  readonly metrics: ApprovalMetrics;
}

/** A request as an approver sees it. */
export interface Review {
  readonly request: ApprovalRequest;
  /** null: another request took its place, or it went on at once. */
  readonly state: ApprovalState | null;
  readonly now: EpochSeconds;
  readonly admitted: Admitted;
}

export type ReviewStatus = 'pending' | 'approved' | 'denied' | 'expired' | 'used' | 'break-glass';

export function statusOf({ request, state, now }: Pick<Review, 'request' | 'state' | 'now'>): ReviewStatus {
  if (request.kind === 'break-glass') return 'break-glass';
  if (state === null) return 'expired';
  const standing = standingOf(state, now);
  if (state.decision !== null && !state.recorded) return 'pending';
  if (state.status === 'denied') return 'denied';
  if (state.status === 'pending') return standing === 'pending' ? 'pending' : 'expired';
  return state.left === 0 ? 'used' : standing === 'open' ? 'approved' : 'expired';
}

/**
 * The request with this id, for somebody whom `from` admits. Refuses with `approval_unknown` and
 * `approver_not_allowed`.
 */
export async function reviewOne(
  ports: ReviewPorts,
  id: string,
  approver: Approver,
  signal: AbortSignal,
): Promise<Outcome<Review>> {
  const request = await ports.approvals.find(id, signal);
  if (request === null) return refuse('approval_unknown');
  const configuration = await ports.configurations.current(signal);
  const now = toEpochSeconds(ports.clock.now());
  const admitted = await admit(request, approver, { configuration, now }, signal);
  if (!admitted.ok) return admitted;
  return accept({ request, state: await stateOf(ports, request, signal), now, admitted: admitted.value });
}

/** How many requests one answer looks at: more than anybody reads. */
const MOST_LISTED = 200;
/** What was asked before has ended: `within` and `for` are a day at most. */
const LISTED_MS = 2 * 86_400_000;

/** Those of the last two days that this person may see, newest first. */
export async function reviewAll(
  ports: ReviewPorts,
  approver: Approver,
  signal: AbortSignal,
): Promise<readonly Review[]> {
  const time = ports.clock.now();
  const requests = await ports.approvals.since(epochMilliseconds(Math.max(0, time - LISTED_MS)), MOST_LISTED, signal);
  const configuration = await ports.configurations.current(signal);
  const now = toEpochSeconds(time);
  const reviews = await Promise.all(
    requests.map(async (request): Promise<Review | null> => {
      const admitted = await admit(request, approver, { configuration, now }, signal);
      if (!admitted.ok) return null;
      return { request, state: await stateOf(ports, request, signal), now, admitted: admitted.value };
    }),
  );
  return reviews.filter((review) => review !== null);
}

async function stateOf({ approvals }: ReviewPorts, request: ApprovalRequest, signal: AbortSignal) {
  const state = request.kind === 'break-glass' ? null : await approvals.read(request.digest, signal);
  return state?.id === request.id ? state : null;
}

export interface Verdict {
  readonly decision: 'approve' | 'deny';
  readonly reason: string | null;
}

/**
 * Decides, once: the first verdict stands. Its record is written before anything can be taken up by it; where that
 * fails the request stays as it was for whoever asks, and the approver, who is told so, repeats. Refuses with
 * `approval_unknown`, `approver_not_allowed`, `approver_is_requester`, `approval_closed`.
 */
export async function decideApproval(
  ports: ReviewPorts,
  id: string,
  { decision, reason }: Verdict,
  approver: Approver,
  signal: AbortSignal,
): Promise<Outcome<Review>> {
  const found = await reviewOne(ports, id, approver, signal);
  if (!found.ok) return found;
  const { request, admitted, now } = found.value;
  if (admitted.isParty) return refuse('approver_is_requester');
  if (request.kind === 'break-glass') return refuse('approval_closed');
  const decided = { decision, reason, decided: ports.clock.now(), approver: admitted.evidence.approver };
  const whole: ApprovalDecision = { ...decided, record: decisionRecord(request, decided, admitted.evidence) };
  await ports.approvals.tell(id, decision === 'approve' ? 'approved' : 'denied', signal);
  const taken = await ports.approvals.decide(request, whole, now, signal);
  const state = await stateOf(ports, request, signal);
  const standing = taken ? whole : unrecorded(state, whole);
  if (standing === null || state === null) return refuse('approval_closed');
  await ports.ledger.finished(standing.record, signal);
  await ports.approvals.recorded(request, signal);
  const after = await stateOf(ports, request, signal);
  if (after === null) throw new Fault('approvals', 'the approval was replaced while it was decided on');
  ports.metrics.decided({ decision, approver: approver.principal.name });
  await ports.tell(request, decision === 'approve' ? 'approved' : 'denied', after, signal);
  return accept({ ...found.value, state: after });
}

/** The same verdict of the same person, whose record is still due: a repeat brings it to its end. */
function unrecorded(state: ApprovalState | null, { decision, approver }: ApprovalDecision): ApprovalDecision | null {
  const before = state?.decision ?? null;
  if (state === null || before === null || state.recorded) return null;
  const isSame = before.approver.connection === approver.connection && before.approver.subject === approver.subject;
  return isSame && before.decision === decision ? before : null;
}
