import type { Claims, Principal, ProofEvidence, ProofKind } from '../identity/principal.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { Fault } from '../outcome.ts';
import { isReason, type Reason } from '../refusals/registry.ts';
import { epochSeconds } from '../time.ts';

/**
 * A principal that signed in, as the state table keeps it for minutes: its connection by name, its claims as they
 * were verified, and whatever else decides: who may act, which claims are withheld and why. Only a broker token has a
 * lineage, and nobody signs in by one.
 */
export const principalJson = ({ source, subject, name, claims, proof, record, mayAct }: Principal): JsonObject => ({
  connection: source.name,
  subject,
  name,
  claims: Object.fromEntries(claims.values),
  unavailable: Object.fromEntries(claims.unavailable),
  ...(claims.otherwise === undefined ? {} : { otherwise: claims.otherwise }),
  ...(mayAct === undefined ? {} : { mayAct }),
  kind: proof.kind,
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
    claims: { values: new Map(Object.entries(claims)), ...withheldOf(value) },
    proof: evidenceOf(value),
    // The proof was spent when it came in; what is for one use from here on is the code.
    reuse: null,
    record: record.filter((each): each is string => typeof each === 'string'),
    mayAct: value['mayAct'],
    lineage: null,
  };
}

const KINDS: readonly ProofKind[] = ['saml', 'oidc'];

function evidenceOf({ kind = 'saml', issuer, tokenId, sha256, expires }: JsonObject): ProofEvidence {
  const known = KINDS.find((each) => each === kind);
  if (known === undefined) throw broken();
  return {
    kind: known,
    issuer: textOrNull(issuer),
    tokenId: textOrNull(tokenId),
    sha256: textOrNull(sha256),
    expires: typeof expires === 'number' ? epochSeconds(expires) : null,
  };
}

/** Each absent in what was kept before there was any. */
function withheldOf({ unavailable = {}, otherwise }: JsonObject): Omit<Claims, 'values'> {
  if (!isJsonObject(unavailable)) throw broken();
  const names = Object.entries(unavailable).map(([name, reason]) => [name, reasonOf(reason)] as const);
  return { unavailable: new Map(names), ...(otherwise === undefined ? {} : { otherwise: reasonOf(otherwise) }) };
}

function reasonOf(value: JsonValue): Reason {
  if (!isReason(value)) throw broken();
  return value;
}

const textOrNull = (value: JsonValue | undefined): string | null => (typeof value === 'string' ? value : null);

const broken = (): Fault => new Fault('sign-ins', 'a kept sign-in cannot be read');
