import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { Grant } from '../grants/kinds.ts';
import { byOrder, type Said } from './change.ts';
import { compareFields, durationText, fieldsBut, fieldsOf, valueText } from './fields.ts';
import { compareSessions, type SessionLimits } from './session.ts';

/** What one kind of grant hands out, in a few words. */
export function describeGrant(grant: Grant): string {
  switch (grant.type) {
    case 'aws-session':
    case 'aws-federated':
      return `an AWS session of ${grant.roleArn} for ${durationText(grant.duration)}, ${limitsText(grant)}`;
    case 'oauth-token':
      return `a token of ${grant.tokenEndpoint}${grant.scope === null ? '' : ` with the scope ${grant.scope}`}`;
    case 'broker-token':
      return `a broker token for ${grant.audience} for ${durationText(grant.duration)}`;
  }
}

const limitsText = ({ policy, policyArns }: SessionLimits): string =>
  policy === null && policyArns.length === 0 ? 'with all that the role may' : 'within a session policy';

/** What whoever may have the scope gets more and less of. */
export function compareGrants(before: Grant, after: Grant): readonly Said[] {
  if (before.type !== after.type) {
    const what = `what it hands out is ${describeGrant(after)}, and was ${describeGrant(before)}`;
    return [{ effect: 'changes', who: null, what }];
  }
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  return [
    ...limitsOf(before, after),
    ...compareDurations(old, now),
    ...compareReach(old, now),
    ...compareScopes(old, now),
    ...comparePermissions(old, now),
    ...compareExchanges(old, now),
    ...compareFields(fieldsBut(old, TOLD), fieldsBut(now, TOLD), 'grant'),
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
]);

function limitsOf(before: Grant, after: Grant): readonly Said[] {
  const [old, now] = [sessionOf(before), sessionOf(after)];
  return old === null || now === null ? [] : compareSessions(old, now);
}

const sessionOf = (grant: Grant): SessionLimits | null =>
  grant.type === 'aws-session' || grant.type === 'aws-federated' ? grant : null;

function compareDurations(before: JsonObject, after: JsonObject): readonly Said[] {
  const length = (fields: JsonObject, name: string) => (typeof fields[name] === 'number' ? fields[name] : null);
  const said = (name: string, words: string) => {
    const [old, now] = [length(before, name), length(after, name)];
    if (old === null || now === null) return [];
    return byOrder(old, now, `${words} ${durationText(now)} instead of ${durationText(old)}`);
  };
  return [...said('duration', 'it lasts'), ...said('maxDuration', 'it may be asked for for up to')];
}

/** How long a session lets its holder do anything, and from where. */
function compareReach(before: JsonObject, after: JsonObject): readonly Said[] {
  const length = ({ effective }: JsonObject) => (typeof effective === 'number' ? effective : Number.POSITIVE_INFINITY);
  const now = length(after);
  const pinned = ({ network }: JsonObject) => Number(network !== 'pinned');
  return [
    ...byOrder(
      length(before),
      now,
      now === Number.POSITIVE_INFINITY ? 'it may be used to its end' : `it may be used for ${durationText(now)}`,
    ),
    ...byOrder(
      pinned(before),
      pinned(after),
      pinned(after) === 1 ? 'it may be used from any address' : "it may be used from the caller's address only",
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
  const by = ({ exchangedBy }: JsonObject) => (typeof exchangedBy === 'string' ? [exchangedBy] : []);
  return compareLists(by(before), by(after), (client) => `exchanges of its tokens by the client ${client}`);
}

const LEVELS: readonly JsonValue[] = ['none', 'read', 'write', 'admin'];

/** Of a GitHub App's installation token. No repositories: all of the installation's. */
function comparePermissions(before: JsonObject, after: JsonObject): readonly Said[] {
  const names = ({ repositories }: JsonObject) => (Array.isArray(repositories) ? repositories.map(String) : []);
  const [old, now] = [names(before), names(after)];
  const all = (list: readonly string[]) => Number(list.length === 0);
  const repositories =
    all(old) === all(now)
      ? compareLists(old, now, (name) => `the repository ${name}`)
      : byOrder(all(old), all(now), all(now) === 1 ? 'every repository' : `only the repositories ${now.join(', ')}`);
  const [had, has] = [before['permissions'] ?? {}, after['permissions'] ?? {}];
  if (!isJsonObject(had) || !isJsonObject(has)) return repositories;
  const permissions = [...new Set([...Object.keys(had), ...Object.keys(has)])].sort().flatMap((name) => {
    const [from, to] = [had[name] ?? 'none', has[name] ?? 'none'];
    return byOrder(LEVELS.indexOf(from), LEVELS.indexOf(to), `${name}: ${valueText(to)} instead of ${valueText(from)}`);
  });
  return [...repositories, ...permissions];
}

export function compareLists(
  before: readonly string[],
  after: readonly string[],
  words: (name: string) => string,
): readonly Said[] {
  const added = after.filter((name) => !before.includes(name));
  const removed = before.filter((name) => !after.includes(name));
  return [
    ...added.map((name): Said => ({ effect: 'gains', who: null, what: words(name) })),
    ...removed.map((name): Said => ({ effect: 'loses', who: null, what: words(name) })),
  ];
}
