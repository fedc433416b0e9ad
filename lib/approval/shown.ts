import type { JsonObject } from '../json.ts';
import { toRfc3339Milliseconds } from '../ledger/instant.ts';
import { toEpochSeconds, toRfc3339 } from '../time.ts';
import { type Review, statusOf } from './review.ts';
import { wordsOf } from './words.ts';

/** A request for approval as the API shows it to who may decide on it. */
export function shownReview(review: Review, issuer: string): JsonObject {
  const { request, state, admitted } = review;
  const status = statusOf(review);
  const [actor = null] = request.actors;
  return {
    id: request.id,
    status,
    asked: toRfc3339Milliseconds(request.asked),
    expires: toRfc3339(state?.ends ?? request.ends),
    uri: `${issuer}/approvals/${request.id}`,
    decidable: status === 'pending' && !admitted.isParty,
    scope: request.scopes.join(' '),
    principal: request.subject.principal,
    connection: request.subject.connection,
    client: request.clients[0] ?? null,
    clients: [...request.clients],
    subject: request.subject.subject,
    actor: actor === null ? null : { ...actor },
    actors: request.actors.map((each) => ({ ...each })),
    intent: request.intent,
    duration: request.duration,
    parameters: { ...request.parameters },
    grant: request.grant,
    gives: request.gives,
    can: [...wordsOf(request)],
    configVersion: request.configVersion,
    uses: request.uses,
    left: status === 'approved' ? (state?.left ?? 0) : 0,
    ...decisionOf(review),
    digest: request.digest,
  };
}

function decisionOf({ state }: Review): JsonObject {
  const decision = state?.decision ?? null;
  if (state === null || decision === null || !state.recorded) return { approver: null, reason: null, decided: null };
  const { approver, reason, decided } = decision;
  return { approver: { ...approver }, reason, decided: toRfc3339(toEpochSeconds(decided)) };
}
