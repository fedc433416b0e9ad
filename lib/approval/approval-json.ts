import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { fromJson, toJson } from '../ledger/json.ts';
import { Fault } from '../outcome.ts';
import type { ApprovalDecision, ApprovalRequest } from './approvals.ts';

/** A request as it is kept: its members as they are. */
export const requestJson = (request: ApprovalRequest): JsonObject => ({
  ...request,
  subject: { ...request.subject },
  actors: request.actors.map((party) => ({ ...party })),
  proof: { ...request.proof, secretVersion: request.proof.secretVersion ?? null },
});

/** Reads what `requestJson` made. Throws `Fault('approvals')` for anything else: only this broker writes there. */
export function requestOf(value: JsonValue): ApprovalRequest {
  if (!isJsonObject(value)) throw broken();
  const { id, digest, scopes, subject, actors, gives, proof } = value;
  const isWhole =
    typeof id === 'string' &&
    typeof digest === 'string' &&
    Array.isArray(scopes) &&
    Array.isArray(actors) &&
    isJsonObject(subject) &&
    isJsonObject(gives) &&
    isJsonObject(proof);
  if (!isWhole) throw broken();
  const { secretVersion, ...rest } = proof;
  const evidence = typeof secretVersion === 'string' ? { ...rest, secretVersion } : rest;
  return { ...(value as unknown as ApprovalRequest), proof: evidence as unknown as ApprovalRequest['proof'] };
}

export const decisionJson = ({ record, approver, ...decision }: ApprovalDecision): JsonObject => ({
  ...decision,
  approver: { ...approver },
  record: toJson(record),
});

/** Reads what `decisionJson` made. Throws `Fault` for anything else. */
export function decisionOf(value: JsonValue): ApprovalDecision {
  if (!isJsonObject(value) || !isJsonObject(value['approver'])) throw broken();
  const { record = null } = value;
  return { ...(value as unknown as ApprovalDecision), record: fromJson(record) };
}

const broken = (): Fault => new Fault('approvals', 'a kept approval cannot be read');
