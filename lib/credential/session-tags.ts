import { createHash } from 'node:crypto';
import type { Actor } from '../identity/principal.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { AssumeRole } from '../ports/sessions.ts';

/** Tags of a session; `transitive` go on with role chaining and cannot be changed there. */
export interface SessionTags {
  readonly tags: AssumeRole['tags'];
  readonly transitive: readonly string[];
}

/** STS API reference, Tag: a key has 1 to 128 characters, a value 0 to 256; 50 tags a session. */
const KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
const MOST_TAGS = 50;
const VALUE_LENGTH = 256;
/** Keys that nobody but AWS and this broker sets; tag keys of STS are one where only their case differs. */
const RESERVED = /^(?:aws:|token-broker:)/i;

/**
 * The tags of one issuance. `token-broker:issuance` and `token-broker:scope` are always there, `token-broker:actor`
 * where somebody acts; they are transitive, and no tag of the scope can be one of them. Refuses with `template_value` a
 * rendered tag that STS would not take; nothing is cut off or left out.
 */
export function sessionTags(
  issuance: string,
  scope: string,
  actor: Pick<Actor, 'connection' | 'client' | 'subject'> | null,
  theirs: SessionTags['tags'],
): Outcome<SessionTags> {
  const ours = [
    { key: 'token-broker:issuance', value: issuance },
    { key: 'token-broker:scope', value: scope },
    ...(actor === null ? [] : [{ key: 'token-broker:actor', value: actorTag(actor) }]),
  ];
  const tags = [...ours, ...theirs];
  const distinct = new Set(tags.map(({ key }) => key.toLowerCase())).size === tags.length;
  const fit = theirs.every(({ key, value }) => KEY.test(key) && VALUE.test(value) && !RESERVED.test(key));
  if (!fit || !distinct || tags.length > MOST_TAGS) return refuse('template_value');
  return accept({ tags, transitive: ours.map(({ key }) => key) });
}

/**
 * `<connection>:<subject>` or `client:<name>` (no connection is called `client`), so that a role's trust can pin who
 * acts. Characters that a tag or this form does not take are `=XX` for each byte of UTF-8, `=` itself included (as RFC
 * 2045 section 6.7 writes them); what is then longer than a tag's value is `=sha256:` and the hash of the subject. No
 * two actors have one value.
 */
export function actorTag({ connection, client, subject }: Pick<Actor, 'connection' | 'client' | 'subject'>): string {
  const source = connection ?? 'client';
  const name = connection === null ? (client ?? subject) : subject;
  // Values that begin with `aws:` are AWS's own.
  const separator = source === 'aws' ? '=3A' : ':';
  const whole = `${source}${separator}${escaped(name)}`;
  if (whole.length <= VALUE_LENGTH) return whole;
  return `${source}${separator}=sha256:${createHash('sha256').update(name).digest('hex')}`;
}

function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9_.:/+@-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
