import type { JsonObject } from '../json.ts';
import { toRfc3339Milliseconds } from '../ledger/instant.ts';
import { toEpochSeconds, toRfc3339 } from '../time.ts';
import type { ApprovalEvent, ApprovalRequest, ApprovalState } from './approvals.ts';
import { wordsOf } from './words.ts';

/** `DetailType` of each event, as rules match it. */
export const DETAIL_TYPES: Readonly<Record<ApprovalEvent, string>> = {
  asked: 'Approval asked',
  approved: 'Approval approved',
  denied: 'Approval denied',
  expired: 'Approval expired',
  used: 'Approval used',
  'break-glass': 'Approval break glass',
};

/** Sentences of one event, in all, in UTF-16 code units: an event has room for 256 KB. */
const MOST_WORDS = 8_000;

/** What those who listen are told: public values, and the caller's own text as `intent`. No proof and no secret. */
export function eventDetail(
  event: ApprovalEvent,
  request: ApprovalRequest,
  state: ApprovalState | null,
  issuer: string,
): JsonObject {
  const decision = state?.decision ?? null;
  const [actor = null] = request.actors;
  return {
    ...{ event, id: request.id, uri: `${issuer}/approvals/${request.id}` },
    asked: toRfc3339Milliseconds(request.asked),
    ends: toRfc3339(request.ends),
    scope: request.scopes.join(' '),
    principal: request.subject.principal,
    connection: request.subject.connection,
    subject: request.subject.subject,
    actor: actor === null ? null : { ...actor },
    actors: request.actors.map((each) => ({ ...each })),
    clients: [...request.clients],
    intent: request.intent,
    can: wordsOf(request).join('\n').slice(0, MOST_WORDS).split('\n'),
    approver: decision === null ? null : { ...decision.approver },
    reason: decision?.reason ?? null,
    decided: decision === null ? null : toRfc3339(toEpochSeconds(decision.decided)),
  };
}
