import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { IssuanceRecord } from './record.ts';

/** Longest text of a record, in bytes of UTF-8: what is longer is cut, and its SHA-256 put behind. */
const TEXT_BYTES = 1_024;
/** Scopes are names of at most 128 characters, several in one text. */
const SCOPE_BYTES = 4_096;
const USER_AGENT_BYTES = 256;
/** Of one claim, and of all claims of the subject or of the actor, as JSON. */
const CLAIM_BYTES = 1_024;
const CLAIMS_BYTES = 8_192;
/** The checks that come first are kept. */
const CHECKS = 64;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * The text itself, or its beginning and `…sha256:` with the digest of all of it, where it has more than `bytes` bytes
 * of UTF-8. Different texts stay different. The mark comes on top of `bytes`.
 */
export function boundedText(text: string, bytes: number = TEXT_BYTES): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const head = new TextDecoder().decode(Buffer.from(text).subarray(0, bytes)).replace(/�$/, '');
  return `${head}…sha256:${sha256(text)}`;
}

/** `<connection>:<subject>` or `client:<name>`, as `identityOf` has it of a record whose subject was cut. */
export function boundedIdentity(identity: string): string {
  const at = identity.indexOf(':') + 1;
  return `${identity.slice(0, at)}${boundedText(identity.slice(at))}`;
}

/** What records may have of a text that is asked for: cut, or as it is, since it may have been taken from a record. */
export const keptTexts = (text: string): readonly string[] => [...new Set([text, boundedText(text)])];

/**
 * The record as the ledger keeps it, small enough that its item stays far from DynamoDB's 400 KB whatever a proof
 * carries: texts of at most 1 KB, claims of at most 1 KB each and 8 KB together, 64 checks. Of `act` whoever acted is
 * kept, however many: a revocation finds them by it. A claim that is larger is
 * `{"truncated":true,"bytes":…,"sha256":…}` of its JSON; a claim for which there is no room at all is left out.
 * `truncated` names every place that is not as it came. A record within bounds comes back as it is.
 */
export function boundedRecord(record: IssuanceRecord): IssuanceRecord {
  const truncated: string[] = [...(record.truncated ?? [])];
  const text = (path: string, value: string): string => {
    const kept = boundedText(value, limitOf(path));
    if (kept !== value) truncated.push(path);
    return kept;
  };
  // The compiler knows the shape that comes out: it is the one that went in, with other texts.
  const texts = <T>(path: string, value: T): T => mapTexts(path, value, text) as T;
  const { claims, decision, actor, ...rest } = record;
  const checks = decision.checks.slice(0, CHECKS);
  if (checks.length < decision.checks.length) truncated.push('decision.checks');
  const bounded: IssuanceRecord = {
    ...texts('', rest),
    actor:
      actor === null
        ? null
        : {
            ...texts('actor', { ...actor, claims: {} }),
            claims: boundedClaims('actor.claims', actor.claims, truncated),
          },
    claims: boundedClaims('claims', claims, truncated),
    decision: texts('decision', { ...decision, checks }),
  };
  return truncated.length === 0 ? bounded : { ...bounded, truncated: [...new Set(truncated)] };
}

function limitOf(path: string): number {
  if (path === 'scope') return SCOPE_BYTES;
  return path === 'request.userAgent' ? USER_AGENT_BYTES : TEXT_BYTES;
}

/**
 * Within every limit, whatever its characters are: UTF-8 has at most three bytes for a unit of UTF-16. Most texts are,
 * and need not be counted.
 */
const isShort = (value: unknown): boolean =>
  value === null || typeof value === 'number' || (typeof value === 'string' && value.length * 3 <= USER_AGENT_BYTES);

function mapTexts(path: string, value: unknown, text: (path: string, value: string) => string): unknown {
  if (typeof value === 'string') return text(path, value);
  if (Array.isArray(value)) return value.map((entry) => mapTexts(path, entry, text));
  if (!isJsonObject(value)) return value;
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name, isShort(entry) ? entry : mapTexts(below(name), entry, text)]),
  );
}

/**
 * First come, first kept: rules and templates name theirs before the connection's `record`. Who acted takes nobody's
 * room, and gives none.
 */
function boundedClaims(path: string, claims: JsonObject, truncated: string[]): JsonObject {
  const kept: [string, JsonValue][] = [];
  let left = CLAIMS_BYTES;
  for (const [name, value] of Object.entries(claims)) {
    const whole = JSON.stringify(value);
    const isActors = name === 'act';
    const fits = Buffer.byteLength(whole) <= CLAIM_BYTES && (isActors || sizeOf(name, whole) <= left);
    const digest = { truncated: true, bytes: Buffer.byteLength(whole), sha256: sha256(whole) };
    const entry: JsonValue = fits ? value : ((isActors ? boundedActors(value) : null) ?? digest);
    const size = isActors ? 0 : sizeOf(name, JSON.stringify(entry));
    if (!fits) truncated.push(`${path}.${name}`);
    if (size > left) continue;
    left -= size;
    kept.push([name, entry]);
  }
  return Object.fromEntries(kept);
}

/** Who acted, and who before (RFC 8693 section 4.1), without what else is said of them; null: that is nobody. */
function boundedActors(act: JsonValue | undefined): JsonObject | null {
  if (!isJsonObject(act) || typeof act['sub'] !== 'string') return null;
  const before = boundedActors(act['act']);
  return { sub: boundedIdentity(act['sub']), ...(before === null ? {} : { act: before }) };
}

/** With its quotes, its colon and its comma. */
const sizeOf = (name: string, json: string): number =>
  Buffer.byteLength(JSON.stringify(name)) + Buffer.byteLength(json) + 2;
