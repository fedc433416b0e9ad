import type { Connection } from '../../configuration/documents/connections.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { atomsOf } from './atoms.ts';
import { byOrder, bySwitch, changes, gains, loses, type Said } from './change.ts';
import { durationText, fieldsBut, fieldsOf, valueText } from './fields.ts';
import { compareLists } from './grant.ts';
import { compareAtoms } from './rules.ts';
import { compareWritten } from './written.ts';

/** Whose proofs a connection takes that it did not take, and the other way round. null: there is, or was, none. */
export function compareConnections(before: Connection | null, after: Connection | null): readonly Said[] {
  if (before === null) return after === null ? [] : [gains(`proofs of ${sourceOf(after)} are taken`)];
  if (after === null) return [loses(`proofs of ${sourceOf(before)} are not taken any more`)];
  if (before.type !== after.type) {
    return [changes(`proofs of ${sourceOf(after)} are taken instead of those of ${sourceOf(before)}`)];
  }
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  return [
    ...demands(before, after),
    ...LISTS.flatMap(([name, words]) => compareLists(textsOf(old, name), textsOf(now, name), words)),
    ...restrictions(textsOf(old, 'authorizedParties'), textsOf(now, 'authorizedParties')),
    ...orders(old, now),
    ...compareWritten(fieldsBut(old, TOLD), fieldsBut(now, TOLD), 'connection', ''),
  ];
}

function sourceOf(connection: Connection): string {
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

/** What a document of before means where it does not say it. */
const UNSAID: JsonObject = { encryption: ['gcm'] };

const textsOf = (fields: JsonObject, name: string): readonly string[] =>
  [fields[name] ?? UNSAID[name] ?? []].flat().map(String);

/** A list that admits everybody while it is empty. */
function restrictions(old: readonly string[], now: readonly string[]): readonly Said[] {
  if (old.length === 0 && now.length > 0) return [loses(`only a token of the authorized party ${now.join(' or ')}`)];
  if (old.length > 0 && now.length === 0) return [gains('a token of any authorized party')];
  return compareLists(old, now, (name) => `a token of the authorized party ${name}`);
}

/** From what lets less through; `once`, which is none of them, lets the least. */
const REUSE: readonly (JsonValue | undefined)[] = ['bind', 'allow'];

function orders(before: JsonObject, after: JsonObject): readonly Said[] {
  const age = ({ maxTokenAge }: JsonObject) =>
    typeof maxTokenAge === 'number' ? maxTokenAge : Number.POSITIVE_INFINITY;
  const ageText = age(after) === Number.POSITIVE_INFINITY ? 'of any age' : `of at most ${durationText(age(after))}`;
  const [slack, now] = [Number(after['clockTolerance']), after['reuse']];
  const reuse = `reuse of a proof: ${valueText(now)} instead of ${valueText(before['reuse'])}`;
  return [
    ...byOrder(age(before), age(after), `a token ${ageText}`),
    ...byOrder(Number(before['clockTolerance']), slack, `a clock that is off by up to ${durationText(slack)}`),
    ...byOrder(REUSE.indexOf(before['reuse']), REUSE.indexOf(now), reuse),
    ...bySwitch(
      before['unsolicited'] === true,
      after['unsolicited'] === true,
      'a response that nobody asked for',
      'only a response that was asked for',
    ),
    ...bySwitch(
      before['sha1'] === 'accept',
      after['sha1'] === 'accept',
      'a signature with SHA-1',
      'no signature with SHA-1',
    ),
  ];
}

const TOLD = new Set([
  ...LISTS.map(([name]) => name),
  ...['require', 'authorizedParties', 'maxTokenAge', 'clockTolerance', 'reuse', 'unsolicited', 'sha1'],
]);
