import type { ActorSelector, Rule } from './configuration/documents/rules.ts';
import type { Limit, Scope } from './configuration/documents/scopes.ts';
import { isScopeName } from './issuance/decide-scopes.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { accept, type Outcome, refuse } from './outcome.ts';
import type { Configuration, Configurations, ScopeNames } from './ports/configuration.ts';
import { epochSeconds, toRfc3339 } from './time.ts';

/** What a list of scopes asks of the world: the configuration, to be read. */
export interface ListScopesPorts {
  readonly configurations: Configurations;
  readonly scopeNames: ScopeNames;
}

/** The names of the parameters of `GET /v1/scopes`. */
export const SCOPES_PARAMETERS = ['scope', 'limit', 'cursor'] as const;
type ScopesParameter = (typeof SCOPES_PARAMETERS)[number];

const DEFAULT_LIMIT = 50;
const MOST_LIMIT = 100;
/** A page ends here too: a function answers with 6 MB at most. */
const MOST_CHARACTERS = 3_000_000;

/**
 * What is allowed now: one page of the scopes of the version in force, in the order of their names, each with its rules
 * and what it hands out; never an external id, a secret's name or a key. `scope` asks for the one of that name. Without
 * `names` a release of before applied the version and kept no list (`listed: false`): then scopes are had by name only.
 * Refuses with `parameter_invalid`.
 */
export async function listScopes(
  { configurations, scopeNames }: ListScopesPorts,
  parameters: Readonly<Partial<Record<ScopesParameter, string>>>,
  signal: AbortSignal,
): Promise<Outcome<JsonObject>> {
  const { scope: name, cursor: written } = parameters;
  if (name !== undefined && !isScopeName(name)) return invalid('scope must be the name of a scope.');
  const limit = readLimit(parameters.limit);
  if (limit === null) return invalid(`limit must be a whole number from 1 to ${MOST_LIMIT}.`);
  const after = written === undefined ? '' : nameOfCursor(written);
  if (after === null) return invalid('cursor is none of this route.');
  const configuration = await configurations.current(signal);
  const all = name === undefined ? await scopeNames.all(signal) : [name];
  const names = (all ?? []).filter((each) => each > after).slice(0, limit + 1);
  const { scopes, last } = await readPage(configuration, names.slice(0, limit), signal);
  const more = names.some((each) => last !== null && each > last);
  return accept({
    configuration: versionJson(configuration),
    listed: all !== null,
    scopes,
    next: more && last !== null ? cursorOf(last) : null,
  });
}

/** Reads them side by side and keeps as many as an answer has room for; `last` is the last name that was looked at. */
async function readPage(
  configuration: Configuration,
  names: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly scopes: readonly JsonObject[]; readonly last: string | null }> {
  const found = await Promise.all(names.map((name) => configuration.scope(name, signal)));
  const scopes: JsonObject[] = [];
  let room = MOST_CHARACTERS;
  let last: string | null = null;
  for (const [at, compiled] of found.entries()) {
    const json = compiled === null ? null : scopeJson(compiled.scope);
    room -= json === null ? 0 : JSON.stringify(json).length;
    if (room < 0 && scopes.length > 0) break;
    if (json !== null) scopes.push(json);
    last = names[at] ?? last;
  }
  return { scopes, last };
}

function versionJson({ version, applied }: Configuration): JsonObject {
  if (applied === undefined) return { version };
  const { author, appliedAt, reason, commit } = applied;
  return {
    version,
    appliedBy: author,
    appliedAt: toRfc3339(epochSeconds(Math.floor(appliedAt / 1000))),
    reason,
    commit,
  };
}

function scopeJson({ scope, description, enabled, mode, allow, deny, requires, limits, ...more }: Scope): JsonObject {
  return {
    ...{ scope, description, enabled },
    ...(mode === undefined ? {} : { mode }),
    grant: grantJson(more.grant),
    allow: allow.map(ruleJson),
    deny: deny.map(ruleJson),
    requires: requiresJson(requires),
    limits: limitsJson(limits),
    ...(more.parameters === undefined ? {} : { parameters: JSON.parse(JSON.stringify(more.parameters)) }),
  };
}

const limitsJson = ({ perPrincipal, total, perActor, live }: Scope['limits']): JsonObject => ({
  ...{ perPrincipal: limitJson(perPrincipal), total: limitJson(total) },
  ...(perActor === undefined ? {} : { perActor: limitJson(perActor) }),
  ...(live === undefined ? {} : { live: { ...live } }),
});

const requiresJson = ({ intent: isIntentRequired, approval, after }: Scope['requires']): JsonObject => {
  const intent = { intent: isIntentRequired, ...(after === undefined ? {} : { after: { ...after } }) };
  if (approval === undefined) return intent;
  const { from, breakGlass, personClaims, ...more } = approval;
  const rules = { from: from.map(ruleJson), breakGlass: breakGlass.map(ruleJson) };
  return { ...intent, approval: { ...more, ...rules, ...(personClaims === undefined ? {} : { personClaims }) } };
};

const limitJson = (limit: Limit | null): JsonValue => (limit === null ? null : { ...limit });

const ruleJson = ({ actor, source, mode, ...parties }: Rule): JsonObject => ({
  ...partiesJson(parties),
  actor: actor === null ? null : partiesJson(actor),
  ...(source === undefined ? {} : { file: source.file, line: source.line }),
  ...(mode === undefined ? {} : { mode }),
});

const partiesJson = ({ connections, clients, when }: ActorSelector): JsonObject => ({
  connections,
  clients,
  when: when === null ? null : JSON.parse(JSON.stringify(when)),
});

/** Of a grant what says whom or what it is for. Whatever else a grant may have is not told, also in times to come. */
const TOLD = [
  'type',
  'via',
  'roleArn',
  'duration',
  'maxDuration',
  'effective',
  'network',
  'policy',
  'policyArns',
  'tags',
  'provider',
  'tokenEndpoint',
  'scope',
  'audience',
  'resource',
  'claims',
  'owner',
  'repositories',
  'permissions',
];

function grantJson(grant: Scope['grant']): JsonObject {
  const members: unknown = JSON.parse(JSON.stringify(grant));
  if (!isJsonObject(members)) return {};
  return Object.fromEntries(TOLD.flatMap((name) => (members[name] === undefined ? [] : [[name, members[name]]])));
}

function readLimit(text: string | undefined): number | null {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^[1-9][0-9]{0,2}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= MOST_LIMIT ? limit : null;
}

/** The name that a page ended with: the next version's list is gone on with there too. */
const cursorOf = (name: string): string => Buffer.from(name).toString('base64url');

function nameOfCursor(cursor: string): string | null {
  const name = Buffer.from(cursor, 'base64url').toString();
  return isScopeName(name) && cursorOf(name) === cursor ? name : null;
}

const invalid = (detail: string) => refuse('parameter_invalid', { detail });
