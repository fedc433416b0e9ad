import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { Grant } from '../grants/kinds.ts';
import { byOrder, bySwitch, changes, gains, loses, type Said } from './change.ts';
import { durationText, fieldsBut, fieldsOf } from './fields.ts';
import { compareSessions, isFree, type SessionLimits } from './session.ts';
import { compareWritten } from './written.ts';

/** What one kind of grant hands out, in a few words. */
export function describeGrant(grant: Grant): string {
  switch (grant.type) {
    case 'aws-session':
    case 'aws-federated':
      return `an AWS session of ${grant.roleArn} for ${durationText(grant.duration)}, ${limitsText(grant)}`;
    case 'oauth-token':
      return `a token of ${grant.tokenEndpoint}${grant.scope === null ? '' : ` with the scope ${grant.scope}`}${byText(grant)}`;
    case 'broker-token':
      return `a broker token for ${grant.audience} for ${durationText(grant.duration)}`;
  }
}

const byText = (grant: Grant<'oauth-token'>): string =>
  grant.provider === 'id-jag' ? ` by an ID token of ${grant.identityProvider.connection}` : '';

const limitsText = (limits: SessionLimits): string =>
  isFree(limits) ? 'with all that the role may' : 'within a session policy';

/** What whoever may have the scope gets more and less of. */
export function compareGrants(before: Grant, after: Grant): readonly Said[] {
  if (before.type !== after.type) {
    return [changes(`what it hands out is ${describeGrant(after)}, and was ${describeGrant(before)}`)];
  }
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const told = isByIdJag(before) && isByIdJag(after) ? new Set([...TOLD, ...TARGETS]) : TOLD;
  return [
    ...compareSessions(sessionOf(before), sessionOf(after)),
    ...compareDurations(old, now),
    ...compareReach(old, now),
    ...compareScopes(old, now),
    ...compareRepositories(old, now),
    ...comparePermissions(old, now),
    ...compareExchanges(old, now),
    ...(told === TOLD ? [] : compareTargets(old, now)),
    ...compareWritten(fieldsBut(old, told), fieldsBut(now, told), 'grant', 'grant'),
  ];
}

const TOLD = new Set([
  'policy',
  'policyArns',
  'duration',
  'maxDuration',
  'effective',
  'network',
  'scope',
  'repositories',
  'permissions',
  'exchangedBy',
  // It comes of the rules of other scopes, which say it themselves.
  'exchangedFor',
]);

/** One text, several, or none. */
const listOf = (value: JsonValue | undefined): readonly string[] => [value ?? []].flat().map(String);

/** What is no session has nothing that limits one. */
const sessionOf = (grant: Grant): SessionLimits => ('policyArns' in grant ? grant : { policy: null, policyArns: [] });

function compareDurations(before: JsonObject, after: JsonObject): readonly Said[] {
  const said = (name: string, words: string) => {
    // Of a grant that has none it is no number, which is neither more nor less.
    const [old, now] = [Number(before[name]), Number(after[name])];
    return byOrder(old, now, `${words} ${durationText(now)} instead of ${durationText(old)}`);
  };
  return [...said('duration', 'it lasts'), ...said('maxDuration', 'it may be asked for for up to')];
}

/** How long a session lets its holder do anything, and from where. */
function compareReach(before: JsonObject, after: JsonObject): readonly Said[] {
  const length = ({ effective }: JsonObject) => (typeof effective === 'number' ? effective : Number.POSITIVE_INFINITY);
  const now = length(after);
  const words =
    now === Number.POSITIVE_INFINITY ? 'it may be used to its end' : `it may be used for ${durationText(now)}`;
  const isAnywhere = ({ network }: JsonObject) => network !== 'pinned';
  return [
    ...byOrder(length(before), now, words),
    ...bySwitch(
      isAnywhere(before),
      isAnywhere(after),
      'it may be used from any address',
      "it may be used from the caller's address only",
    ),
  ];
}

/** Of another server's token: each word of its scope is a permission of its own. */
function compareScopes(before: JsonObject, after: JsonObject): readonly Said[] {
  const words = ({ scope }: JsonObject) => (typeof scope === 'string' ? scope.split(/[ ,]+/) : []);
  return compareLists(words(before), words(after), (word) => `the token's scope ${word}`);
}

/** Of a broker token: the client that it may be sent to, and that may exchange it. */
function compareExchanges(before: JsonObject, after: JsonObject): readonly Said[] {
  const [old, now] = [listOf(before['exchangedBy']), listOf(after['exchangedBy'])];
  return compareLists(old, now, (client) => `exchanges of its tokens by the client ${client}`);
}

const isByIdJag = (grant: Grant): boolean => grant.type === 'oauth-token' && grant.provider === 'id-jag';

/** Of an ID-JAG: the server that takes it, and the resource that it is for. */
const TARGETS = ['audience', 'resource'];

/** Who gets a token by an ID-JAG gets it of one server and for one resource, or for any that this server has. */
function compareTargets(before: JsonObject, after: JsonObject): readonly Said[] {
  const servers = compareLists(listOf(before['audience']), listOf(after['audience']), (name) => `a token of ${name}`);
  const [old, now] = [listOf(before['resource']), listOf(after['resource'])];
  if (old.length === now.length) return [...servers, ...compareLists(old, now, (name) => `a token for ${name}`)];
  return [
    ...servers,
    now.length === 0 ? gains('a token for any resource of that server') : loses(`a token for ${now.join()} only`),
  ];
}

/** Of a GitHub App's installation token. No repositories: all of the installation's. */
function compareRepositories(before: JsonObject, after: JsonObject): readonly Said[] {
  const [old, now] = [listOf(before['repositories']), listOf(after['repositories'])];
  if (old.length === 0 && now.length === 0) return [];
  if (now.length === 0) return [gains('every repository')];
  if (old.length === 0) return [loses(`only the repositories ${now.join(', ')}`)];
  return compareLists(old, now, (name) => `the repository ${name}`);
}

/** From the least; what is not among them is none. */
const LEVELS = ['read', 'write', 'admin'];

function comparePermissions(before: JsonObject, after: JsonObject): readonly Said[] {
  const of = ({ permissions }: JsonObject): JsonObject => (isJsonObject(permissions) ? permissions : {});
  const [had, has] = [of(before), of(after)];
  return [...new Set([...Object.keys(had), ...Object.keys(has)])].sort().flatMap((name) => {
    const [from, to] = [String(had[name] ?? 'none'), String(has[name] ?? 'none')];
    return byOrder(LEVELS.indexOf(from), LEVELS.indexOf(to), `${name}: ${to} instead of ${from}`);
  });
}

export function compareLists(
  before: readonly string[],
  after: readonly string[],
  words: (name: string) => string,
): readonly Said[] {
  const added = after.filter((name) => !before.includes(name));
  const removed = before.filter((name) => !after.includes(name));
  return [...added.map((name) => gains(words(name))), ...removed.map((name) => loses(words(name)))];
}
