import { createHash } from 'node:crypto';
import type { ProofEvidence } from '../identity/principal.ts';
import type { JsonValue } from '../json.ts';
import { composeId } from '../ledger/id.ts';
import type { IssuanceRecord, PartyRecord } from '../ledger/record.ts';
import type { Check } from '../policy/decision.ts';
import { type EpochMilliseconds, epochMilliseconds, toEpochSeconds, toRfc3339 } from '../time.ts';
import type { ApprovalDecision, ApprovalRequest } from './approvals.ts';

const TAIL_BYTES = 10;

/** Whoever writes it, and however often: one record for each step of a request. */
const recordId = (time: EpochMilliseconds, parts: readonly string[]): string =>
  composeId(time, createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, TAIL_BYTES));

/** Who decides, as it was found out. */
export interface ApproverEvidence {
  readonly approver: PartyRecord;
  readonly proof: ProofEvidence;
  /** Whoever acts for them, and what their token came of. */
  readonly chain: Pick<IssuanceRecord, 'actor' | 'lineage'>;
  /** Claims that the rules of `from` name, and `act`. */
  readonly claims: Readonly<Record<string, JsonValue>>;
  /** The rule of `from` that admits, and its checks. */
  readonly rule: number;
  readonly checks: readonly Check[];
  readonly caller: IssuanceRecord['request'];
}

/** The approver's own record: they are its principal, and whose request it is stands in `approval.requester`. */
export function decisionRecord(
  request: ApprovalRequest,
  decided: Omit<ApprovalDecision, 'record'>,
  { approver, chain, proof, claims, rule, checks, caller }: ApproverEvidence,
): IssuanceRecord {
  const approved = decided.decision === 'approve';
  return {
    ...blank(request, approver),
    ...chain,
    id: recordId(decided.decided, [request.id, decided.decision]),
    time: decided.decided,
    outcome: approved ? 'approved' : 'denied',
    reason: approved ? null : 'access_denied',
    approval: {
      id: request.id,
      state: approved ? 'approved' : 'denied',
      approver,
      reason: decided.reason,
      decided: toRfc3339(toEpochSeconds(decided.decided)),
      requester: request.subject,
    },
    proof,
    claims,
    decision: { configVersion: request.configVersion, rule, checks },
    request: caller,
  };
}

/** Nobody decided in time: a record of the requester's. */
export function expiryRecord(request: ApprovalRequest): IssuanceRecord {
  const time = epochMilliseconds(request.ends * 1000);
  return {
    ...blank(request, request.subject),
    id: recordId(time, [request.id, 'expired']),
    time,
    outcome: 'denied',
    reason: 'approval_closed',
    approval: { id: request.id, state: 'expired', requester: request.subject },
    proof: request.proof,
    claims: {},
    decision: { configVersion: request.configVersion, rule: null, checks: [] },
    request: { id: request.id, sourceIp: request.sourceIp, userAgent: null },
  };
}

/** Nothing is handed out. */
const blank = (request: ApprovalRequest, { connection, client, subject, principal }: PartyRecord) => ({
  attempts: 1,
  scope: request.scopes.join(' '),
  grant: request.grant,
  ...{ principal, connection, client, subject },
  actor: null,
  intent: request.intent,
  credential: null,
});
