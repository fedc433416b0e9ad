import type { Principal, ProofEvidence } from '../identity/principal.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { Fault } from '../outcome.ts';
import { isReason, type Reason } from '../refusals/registry.ts';
import { epochSeconds } from '../time.ts';

/**
 * A principal that signed in, as the state table keeps it for minutes: its connection by name, its claims as they
 * were verified. What only other kinds of proof have (lineage, may_act) is not kept.
 */
export const principalJson = ({ source, subject, name, claims, proof, record }: Principal): JsonObject => ({
  connection: source.name,
  subject,
  name,
  claims: Object.fromEntries(claims.values),
  unavailable: Object.fromEntries(claims.unavailable),
  issuer: proof.issuer,
  tokenId: proof.tokenId,
  sha256: proof.sha256,
  expires: proof.expires,
  record,
});

/** Reads what `principalJson` made. Throws `Fault('sign-ins')` for anything else: only this broker writes there. */
export function principalOf(value: unknown): Principal {
  if (!isJsonObject(value)) throw broken();
  const { connection, subject, name, claims, record } = value;
  if (typeof connection !== 'string' || typeof subject !== 'string' || typeof name !== 'string') throw broken();
  if (!isJsonObject(claims) || !Array.isArray(record)) throw broken();
  return {
    source: { kind: 'connection', name: connection },
    subject,
    name,
    claims: { values: new Map(Object.entries(claims)), unavailable: unavailableOf(value['unavailable']) },
    proof: evidenceOf(value),
    // The assertion was spent when it came in; what is for one use from here on is the code.
    reuse: null,
    record: record.filter((each): each is string => typeof each === 'string'),
    mayAct: undefined,
    lineage: null,
  };
}

function evidenceOf({ issuer, tokenId, sha256, expires }: JsonObject): ProofEvidence {
  return {
    kind: 'saml',
    issuer: textOrNull(issuer),
    tokenId: textOrNull(tokenId),
    sha256: textOrNull(sha256),
    expires: typeof expires === 'number' ? epochSeconds(expires) : null,
  };
}

/** Absent in what was kept before there was any. */
function unavailableOf(value: JsonValue | undefined): ReadonlyMap<string, Reason> {
  if (value !== undefined && !isJsonObject(value)) throw broken();
  return new Map(
    Object.entries(value ?? {}).map(([name, reason]) => {
      if (!isReason(reason)) throw broken();
      return [name, reason];
    }),
  );
}

const textOrNull = (value: JsonValue | undefined): string | null => (typeof value === 'string' ? value : null);

const broken = (): Fault => new Fault('sign-ins', 'a kept sign-in cannot be read');
