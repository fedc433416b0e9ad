import { nearest } from '../nearest.ts';

/**
 * Condition keys that are one name; `claims.<name>` and `actor.claims.<name>` come beside them (contract section 2).
 */
const NAMES: ReadonlySet<string> = new Set([
  'principal',
  'connection',
  'client',
  'actor.connection',
  'actor.client',
  'request.sourceIp',
  'request.time',
  'request.duration',
]);

const SUBJECT_CLAIM = 'claims.';
const ACTOR_CLAIM = 'actor.claims.';

/** The claim that `claims.<name>` names: everything after the first dot, exactly. null for any other key. */
export const subjectClaim = (key: string): string | null => nameAfter(SUBJECT_CLAIM, key);

/** The claim of the actor that `actor.claims.<name>` names. null for any other key. */
export const actorClaim = (key: string): string | null => nameAfter(ACTOR_CLAIM, key);

/** True for a key that conditions and templates know. Exact, case included. */
export const isConditionKey = (key: string): boolean =>
  NAMES.has(key) || subjectClaim(key) !== null || actorClaim(key) !== null;

/** What to write for a key that is none: the nearest name, or a claim where only `claims.` is missing. */
export function nearKey(key: string): string {
  const misspelt = /^(actor\.)?claims?\.(.+)/i.exec(key);
  if (misspelt !== null) return `did you mean ${misspelt[1] === undefined ? '' : ACTOR}claims.${misspelt[2]}?`;
  const near = key.length > 3 ? nearest(key, NAMES) : null;
  return `did you mean ${near ?? `${SUBJECT_CLAIM}${key}`}?`;
}

const ACTOR = 'actor.';

/** True for a key about the actor. */
export const isActorKey = (key: string): boolean => key.startsWith('actor.');

function nameAfter(prefix: string, key: string): string | null {
  return key.startsWith(prefix) && key.length > prefix.length ? key.slice(prefix.length) : null;
}
