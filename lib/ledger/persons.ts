/**
 * What of a record is whose, and how it is taken out and put back: for entries of the archive whose personal members
 * are sealed, and for an erasure. Records are here as `toJson` has them.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';

/** Whom a record may name by a connection. Clients are not among them: their names stand in the configuration. */
export const PERSON_ROLES = ['subject', 'actor', 'approver', 'requester', 'revoker'] as const;
export type PersonRole = (typeof PERSON_ROLES)[number];

export interface Person {
  readonly role: PersonRole;
  /** `<connection>:<subject>`, as far as the record has it (`bounds.ts`). */
  readonly identity: string;
}

/** What stands in place of a member: the pseudonym, another value, or nothing at all. */
type Blank = 'pseudonym' | { readonly value: JsonValue } | 'absent';

interface Member {
  readonly path: readonly string[];
  readonly blank: Blank;
}

const member = (path: string, blank: Blank): Member => ({ path: path.split('.'), blank });
const NOTHING = { value: null };

const PROOF = (of: string): readonly Member[] => [
  member(`${of}proof.tokenId`, NOTHING),
  member(`${of}proof.sha256`, NOTHING),
];

const MEMBERS: Readonly<Record<PersonRole, readonly Member[]>> = {
  subject: [
    member('principal', 'pseudonym'),
    member('subject', 'pseudonym'),
    member('intent', NOTHING),
    member('asked', 'absent'),
    member('claims', { value: {} }),
    ...PROOF(''),
    ...['sourceIdentity', 'policy', 'boundTo'].map((name) => member(`credential.${name}`, 'absent')),
  ],
  actor: [
    member('actor.principal', 'pseudonym'),
    member('actor.subject', 'pseudonym'),
    member('actor.claims', { value: {} }),
    ...PROOF('actor.'),
  ],
  approver: [
    member('approval.approver.principal', 'pseudonym'),
    member('approval.approver.subject', 'pseudonym'),
    member('approval.reason', NOTHING),
  ],
  requester: [member('approval.requester.principal', 'pseudonym'), member('approval.requester.subject', 'pseudonym')],
  revoker: [member('revoked.by', 'pseudonym'), member('revoked.reason', { value: '' })],
};

/** Of whoever sent the request: the actor where a person acted, else the subject. */
const SENDER: readonly Member[] = [
  member('request.sourceIp', { value: '' }),
  member('request.userAgent', NOTHING),
  member('request.roleSessionName', 'absent'),
];

const membersOf = (role: PersonRole, record: JsonObject): readonly Member[] => {
  const actor = record['actor'];
  const sender = isJsonObject(actor) && typeof actor['connection'] === 'string' ? 'actor' : 'subject';
  return role === sender ? [...MEMBERS[role], ...SENDER] : MEMBERS[role];
};

/** The persons of a record, but for those who were erased. */
export function personsOf(record: JsonObject): readonly Person[] {
  const erased = Array.isArray(record['erased']) ? record['erased'] : [];
  const approval = record['approval'];
  const parties: Readonly<Record<PersonRole, JsonValue | undefined>> = {
    subject: record['overflow'] === true ? undefined : record,
    actor: record['actor'],
    approver: isJsonObject(approval) ? approval['approver'] : undefined,
    requester: isJsonObject(approval) ? approval['requester'] : undefined,
    revoker: record['revoked'],
  };
  return PERSON_ROLES.flatMap((role): readonly Person[] => {
    const party = parties[role];
    if (!isJsonObject(party) || erased.includes(role)) return [];
    const { connection, subject, by } = party;
    if (role === 'revoker') return typeof by === 'string' && !by.startsWith('client:') ? [{ role, identity: by }] : [];
    return typeof connection === 'string' ? [{ role, identity: `${connection}:${String(subject)}` }] : [];
  });
}

/** What was somebody's, by the path of each member. */
export type Theirs = Readonly<Record<string, JsonValue>>;

/** A record without what is theirs, who is known by `pseudonym` then; and what was. */
export function withoutPerson(
  record: JsonObject,
  role: PersonRole,
  pseudonym: string,
): { readonly record: JsonObject; readonly theirs: Theirs } {
  const theirs: Record<string, JsonValue> = {};
  let left = record;
  for (const { path, blank } of membersOf(role, record)) {
    const found = valueAt(left, path);
    if (found === undefined) continue;
    theirs[path.join('.')] = found;
    left = put(left, path, blankOf(blank, found, path, pseudonym));
  }
  return { record: left, theirs };
}

/** A pseudonym is of a connection as the name was. */
function blankOf(blank: Blank, found: JsonValue, path: readonly string[], pseudonym: string): JsonValue | undefined {
  if (blank === 'absent') return undefined;
  if (blank !== 'pseudonym') return blank.value;
  return path.at(-1) === 'by' ? `${String(found).split(':')[0]}:${pseudonym}` : pseudonym;
}

/** The record with what was theirs put back. */
export const withPerson = (record: JsonObject, theirs: Theirs): JsonObject =>
  Object.entries(theirs).reduce((left, [path, value]) => put(left, path.split('.'), value), record);

/** What stands in place of a label of somebody who was erased. */
export const ERASED = 'erased';

/** The record without what is of those in these roles: for people, who see that it was erased. */
export function withErased(
  record: JsonObject,
  roles: readonly { readonly role: PersonRole; readonly pseudonym: string }[],
): JsonObject {
  if (roles.length === 0) return record;
  const before = Array.isArray(record['erased']) ? record['erased'] : [];
  const bare = roles.reduce((left, { role, pseudonym }) => {
    const { record: rest } = withoutPerson(left, role, pseudonym);
    const label = MEMBERS[role].map(({ path }) => path).find((path) => path.at(-1) === 'principal');
    return label === undefined || valueAt(rest, label) === undefined ? rest : put(rest, label, ERASED);
  }, record);
  return { ...bare, erased: [...new Set([...before, ...roles.map(({ role }) => role)])] };
}

function valueAt(json: JsonValue | undefined, [name, ...deeper]: readonly string[]): JsonValue | undefined {
  if (name === undefined) return json;
  return isJsonObject(json) ? valueAt(json[name], deeper) : undefined;
}

/** The same object with another value at a path; undefined: without it. Nothing is put below what is not there. */
function put(json: JsonObject, [name = '', ...deeper]: readonly string[], value: JsonValue | undefined): JsonObject {
  const { [name]: there, ...others } = json;
  if (deeper.length > 0) return isJsonObject(there) ? { ...json, [name]: put(there, deeper, value) } : json;
  return value === undefined ? others : { ...json, [name]: value };
}
