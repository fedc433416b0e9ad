import type { JsonObject } from '../json.ts';
import { toRfc3339Milliseconds } from '../ledger/instant.ts';
import { actorsOfRecord } from '../ledger/parties.ts';
import type { CredentialRecord, IssuanceRecord, PartyRecord } from '../ledger/record.ts';
import type { BusEvent } from '../ports/events.ts';
import { toRfc3339 } from '../time.ts';

/** How a record of the ledger came to be as it is: written for the first time, or written to once more. */
export type Change = 'written' | 'changed';

/** What an event is about. `revoked` is said once more of what was `issued`. */
export type EventOutcome = 'issued' | 'denied' | 'failed' | 'approved' | 'revoked';

/** `DetailType` of each event, as rules match it. */
export const DETAIL_TYPES: Readonly<Record<EventOutcome, string>> = {
  issued: 'Issuance issued',
  denied: 'Issuance denied',
  failed: 'Issuance failed',
  approved: 'Issuance approved',
  revoked: 'Issuance revoked',
};

/**
 * The event that a change of the ledger is, or null where it is none: what has only started, and a denial that merely
 * counts one more attempt. docs/events.schema.json is its shape. Nothing of the proof, of claims or of the intent is in
 * it, so that whoever may read the bus learns no more than who got what.
 */
export function issuanceEvent(record: IssuanceRecord, change: Change): BusEvent | null {
  const outcome = outcomeOf(record, change);
  return outcome === null ? null : { detailType: DETAIL_TYPES[outcome], detail: detailOf(record, outcome) };
}

function outcomeOf({ outcome, revoked, erased }: IssuanceRecord, change: Change): EventOutcome | null {
  if (outcome === 'started' || outcome === 'erased') return null;
  // Said once more where an erasure writes the record again: better than not at all of one that is revoked behind it.
  if (revoked !== undefined) return 'revoked';
  if (erased !== undefined) return null;
  return outcome === 'denied' && change === 'changed' ? null : outcome;
}

function detailOf(record: IssuanceRecord, outcome: EventOutcome): JsonObject {
  const { id, actor, approval, credential, decision, revoked } = record;
  return {
    // Of two events with one key the second says nothing new.
    ...{ key: `${id}:${outcome}`, id, outcome, time: toRfc3339Milliseconds(record.time) },
    ...{ reason: record.reason, scope: record.scope, grant: record.grant },
    ...party(record),
    actor: actor === null ? null : party(actor),
    actors: [...actorsOfRecord(record)],
    ...{ rule: decision.rule, configVersion: decision.configVersion },
    credential: credential === null ? null : credentialOf(credential),
    approval: approval === undefined ? null : { id: approval.id, state: approval.state },
    revoked: revoked === undefined ? null : { ...revoked },
    requestId: record.request.id,
  };
}

const party = ({ connection, client, subject, principal }: PartyRecord) => ({
  connection,
  client,
  subject,
  principal,
});

/** What CloudTrail names too: public. */
const credentialOf = ({ roleArn, accessKeyId, expires }: CredentialRecord): JsonObject => ({
  roleArn: roleArn ?? null,
  accessKeyId: accessKeyId ?? null,
  expires: toRfc3339(expires),
});
