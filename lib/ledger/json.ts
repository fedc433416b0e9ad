import type { ProofEvidence } from '../identity/principal.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { Fault } from '../outcome.ts';
import { type EpochMilliseconds, type EpochSeconds, epochSeconds, toRfc3339 } from '../time.ts';
import { parseRfc3339, toRfc3339Milliseconds } from './instant.ts';
import type { ActorRecord, ApprovalRecord, CredentialRecord, IssuanceRecord } from './record.ts';

/**
 * A record as the outside world reads it (contract section 4): `time` in RFC 3339 with milliseconds, each `expires` in
 * RFC 3339 with whole seconds.
 */
export function toJson(record: IssuanceRecord): JsonObject {
  const { actor, credential, decision, request } = record;
  return {
    id: record.id,
    time: toRfc3339Milliseconds(record.time),
    outcome: record.outcome,
    reason: record.reason,
    attempts: record.attempts,
    scope: record.scope,
    grant: record.grant,
    principal: record.principal,
    connection: record.connection,
    client: record.client,
    subject: record.subject,
    actor: actor === null ? null : { ...actor, proof: proofToJson(actor.proof) },
    intent: record.intent,
    ...(record.lineage === undefined ? {} : { lineage: defined(record.lineage) }),
    ...(record.asked === undefined ? {} : { asked: defined(record.asked) }),
    ...(record.approval === undefined ? {} : { approval: approvalToJson(record.approval) }),
    proof: proofToJson(record.proof),
    claims: record.claims,
    decision: decisionToJson(decision),
    credential: credential === null ? null : { ...defined(credential), expires: toRfc3339(credential.expires) },
    request: defined(request),
    ...(record.revoked === undefined ? {} : { revoked: { ...record.revoked } }),
    ...(record.overflow === undefined ? {} : { overflow: record.overflow }),
    ...(record.erased === undefined ? {} : { erased: record.erased }),
    ...(record.erasure === undefined ? {} : { erasure: record.erasure }),
    ...(record.truncated === undefined ? {} : { truncated: record.truncated }),
  };
}

const approvalToJson = ({ approver, requester, ...approval }: ApprovalRecord): JsonObject => ({
  ...defined(approval),
  ...(approver === undefined ? {} : { approver: { ...approver } }),
  ...(requester === undefined ? {} : { requester: { ...requester } }),
});

function decisionToJson({
  checks,
  source,
  wouldDeny,
  wouldAllow,
  ...decision
}: IssuanceRecord['decision']): JsonObject {
  const reports = {
    ...(wouldDeny === undefined ? {} : { wouldDeny: { ...wouldDeny } }),
    ...(wouldAllow === undefined ? {} : { wouldAllow: { ...wouldAllow } }),
  };
  const place = source === undefined ? {} : { source: { ...source } };
  return { ...decision, checks: checks.map((check) => ({ ...check })), ...place, ...reports };
}

const proofToJson = (proof: ProofEvidence): JsonObject => ({
  ...defined(proof),
  expires: proof.expires === null ? null : toRfc3339(proof.expires),
});

type Defined<T> = { readonly [Name in keyof T]: Exclude<T[Name], undefined> };

/** JSON has no undefined: members without a value are left out. */
const defined = <T extends object>(members: T): Defined<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;

/**
 * Reads what `toJson` wrote. Throws `Fault('ledger')` for anything else: the ledger is written by this project alone,
 * so another shape is damage, not input. Only what readers compute with is checked.
 */
export function fromJson(json: JsonValue): IssuanceRecord {
  if (!isJsonObject(json)) throw damaged();
  const { id, time, scope, principal, proof, actor, credential } = json;
  if (typeof id !== 'string' || typeof scope !== 'string' || typeof principal !== 'string') throw damaged();
  return {
    ...(json as unknown as IssuanceRecord),
    time: instant(time),
    proof: proofFromJson(proof),
    actor: isJsonObject(actor) ? { ...(actor as unknown as ActorRecord), proof: proofFromJson(actor['proof']) } : null,
    credential: isJsonObject(credential)
      ? { ...(credential as unknown as CredentialRecord), expires: second(credential['expires']) }
      : null,
  };
}

function proofFromJson(json: JsonValue | undefined): ProofEvidence {
  if (!isJsonObject(json)) throw damaged();
  const { expires = null } = json;
  return { ...(json as unknown as ProofEvidence), expires: expires === null ? null : second(expires) };
}

function instant(value: JsonValue | undefined): EpochMilliseconds {
  const time = typeof value === 'string' ? parseRfc3339(value) : null;
  if (time === null) throw damaged();
  return time;
}

const second = (value: JsonValue | undefined): EpochSeconds => epochSeconds(instant(value) / 1000);

const damaged = (): Fault => new Fault('ledger', 'a record of the ledger is not in the shape that it was written in');
