import type { Connection } from '../../configuration/documents.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { atomsOf } from './atoms.ts';
import { byOrder, changes, gains, loses, type Said } from './change.ts';
import { compareFields, durationText, fieldsOf, valueText } from './fields.ts';
import { compareLists } from './grant.ts';
import { compareAtoms } from './rules.ts';

/** Whose proofs a connection takes that it did not take, and the other way round. null: there is, or was, none. */
export function compareConnections(before: Connection | null, after: Connection | null): readonly Said[] {
  if (before === null && after === null) return [];
  if (before === null) return [gains(`proofs of ${sourceOf(after)} are taken`)];
  if (after === null) return [loses(`proofs of ${sourceOf(before)} are not taken any more`)];
  if (before.type !== after.type) {
    return [changes(`proofs of ${sourceOf(after)} are taken instead of those of ${sourceOf(before)}`)];
  }
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  return [
    ...demands(before, after),
    ...LISTS.flatMap(([name, words]) => list(old, now, name, words)),
    ...restrictions(old, now),
    ...orders(old, now),
    ...compareFields(rest(old), rest(now), 'connection'),
  ];
}

function sourceOf(connection: Connection | null): string {
  if (connection === null) return 'nobody';
  if (connection.type === 'oidc') return connection.issuers.map(({ issuer }) => issuer).join(', ');
  return connection.type === 'saml' ? `SAML at ${connection.entityId}` : `AWS IAM of ${connection.accounts.join(', ')}`;
}

/** `require` is a rule for whoever comes: all of its documents must hold. */
function demands(before: Connection, after: Connection): readonly Said[] {
  const admitted = ({ connection, require }: Connection) =>
    atomsOf({ connections: [connection], clients: null, actor: null, when: null }, require);
  const { added, removed } = compareAtoms(admitted(before), admitted(after), 'allow');
  return [
    ...added.map((who) => gains('a proof is taken', who)),
    ...removed.map((who) => loses('a proof is not taken any more', who)),
  ];
}

/** Lists in which one more entry takes one more proof. */
const LISTS: readonly (readonly [string, (name: string) => string])[] = [
  ['audience', (name) => `a proof for the audience ${name}`],
  ['algorithms', (name) => `a proof signed by ${name}`],
  ['types', (name) => `a token of type ${name}`],
  ['accounts', (name) => `callers of the AWS account ${name}`],
  ['recipients', (name) => `an assertion for the recipient ${name}`],
  ['encryption', (name) => `an assertion encrypted by ${name}`],
  ['ecsRoles', (name) => `the claim taskId of the role ${name}`],
];

const texts = (fields: JsonObject, name: string): readonly string[] | null => {
  const value = fields[name];
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.map(String) : null;
};

function list(before: JsonObject, after: JsonObject, name: string, words: (name: string) => string): readonly Said[] {
  const [old, now] = [texts(before, name), texts(after, name)];
  return old === null || now === null ? [] : compareLists(old, now, words);
}

/** A list that admits everybody while it is empty. */
function restrictions(before: JsonObject, after: JsonObject): readonly Said[] {
  const [old, now] = [texts(before, 'authorizedParties') ?? [], texts(after, 'authorizedParties') ?? []];
  if (old.length === 0 && now.length > 0) return [loses(`only a token of the authorized party ${now.join(' or ')}`)];
  if (old.length > 0 && now.length === 0) return [gains('a token of any authorized party')];
  return compareLists(old, now, (name) => `a token of the authorized party ${name}`);
}

const REUSE: readonly (JsonValue | undefined)[] = ['once', 'bind', 'allow'];

function orders(before: JsonObject, after: JsonObject): readonly Said[] {
  const age = ({ maxTokenAge }: JsonObject) =>
    typeof maxTokenAge === 'number' ? maxTokenAge : Number.POSITIVE_INFINITY;
  const ageText = age(after) === Number.POSITIVE_INFINITY ? 'of any age' : `of at most ${durationText(age(after))}`;
  const tolerance = ({ clockTolerance }: JsonObject) => Number(clockTolerance);
  const [old, now] = [before['reuse'], after['reuse']];
  const flag = (fields: JsonObject, name: string, open: JsonValue) => Number(fields[name] === open);
  return [
    ...byOrder(age(before), age(after), `a token ${ageText}`),
    ...byOrder(tolerance(before), tolerance(after), `a clock that is off by up to ${durationText(tolerance(after))}`),
    ...byOrder(
      REUSE.indexOf(old),
      REUSE.indexOf(now),
      `reuse of a proof: ${valueText(now)} instead of ${valueText(old)}`,
    ),
    ...byOrder(
      flag(before, 'unsolicited', true),
      flag(after, 'unsolicited', true),
      after['unsolicited'] === true ? 'a response that nobody asked for' : 'only a response that was asked for',
    ),
    ...byOrder(
      flag(before, 'sha1', 'accept'),
      flag(after, 'sha1', 'accept'),
      after['sha1'] === 'accept' ? 'a signature with SHA-1' : 'no signature with SHA-1',
    ),
  ];
}

const TOLD = new Set([
  ...LISTS.map(([name]) => name),
  ...['require', 'authorizedParties', 'maxTokenAge', 'clockTolerance', 'reuse', 'unsolicited', 'sha1'],
]);
const rest = (fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => !TOLD.has(name) || !isTold(name, value)));

/** A list that is something else than texts is told as a field. */
const isTold = (name: string, value: JsonValue): boolean =>
  !LISTS.some(([listed]) => listed === name) ||
  (Array.isArray(value) && value.every((item) => typeof item === 'string'));
