/** Grants that are wider than they look. */
import { isJsonObject, type JsonValue } from '../../json.ts';
import { tagCharacters, tagsShare } from '../../policy/packed-size.ts';
import type { Scope } from '../documents/scopes.ts';
import type { FieldPath } from '../problem.ts';
import type { Find, LintContext } from './context.ts';
import { canHave, type KnownClaims, meantClaim } from './known-claims.ts';
import { matchesAny } from './tests.ts';

/** Policies of AWS that allow nearly everything, or whoever has them to allow themselves everything. */
const WIDE_POLICIES = /^arn:aws[a-z-]*:iam::aws:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;

export function lintGrant(scope: Scope, context: LintContext, find: Find): void {
  const { grant } = scope;
  lintTemplates(scope, context, find);
  if (grant.type !== 'aws-session' && grant.type !== 'aws-federated') return;
  if (grant.type === 'aws-session' && !matchesAny(context.assumableRoles, grant.roleArn)) {
    const message = `the broker may not assume it: not one of ${context.assumableRoles.join(', ')}`;
    find(['grant', 'roleArn'], 'role-path', message);
  }
  if (grant.type === 'aws-session') lintTagsSize(scope, grant.tags, find);
  grant.policyArns.forEach((arn, index) => {
    if (WIDE_POLICIES.test(arn))
      find(['grant', 'policyArns', index], 'wide-managed-policy', 'allows nearly everything');
  });
  const statements = grant.policy?.['Statement'];
  if (Array.isArray(statements)) {
    for (const [index, each] of statements.entries()) {
      lintStatement(each, ['grant', 'policy', 'Statement', index], find);
    }
  } else if (statements !== undefined) lintStatement(statements, ['grant', 'policy', 'Statement'], find);
}

function lintStatement(statement: JsonValue, path: FieldPath, find: Find): void {
  if (!isJsonObject(statement) || statement['Effect'] !== 'Allow') return;
  if (statement['NotAction'] !== undefined) {
    find([...path, 'NotAction'], 'wide-action', 'Allow with NotAction allows every other action of AWS');
  }
  const actions = textsOf(statement['Action']);
  const wide = actions.find((action) => /^(\*+|\*+:\*+|iam:\*+)$/i.test(action));
  if (wide !== undefined)
    find([...path, 'Action'], 'wide-action', `${wide} allows every action${wide.startsWith('i') ? ' of IAM' : ''}`);
  const passes = actions.some((action) => matchesAny([action.toLowerCase()], 'iam:passrole'));
  const resources = statement['Resource'] === undefined ? ['*'] : textsOf(statement['Resource']);
  const anyRole = resources.some((resource) => /^(\*+|arn:[a-z*-]+:iam::[0-9*]*:(\*|role\/\*))$/.test(resource));
  if (wide === undefined && passes && anyRole) {
    find([...path, 'Action'], 'pass-role', 'iam:PassRole on any role: a service that gets one acts with it');
  }
}

/** What is fixed of an issuance's id and of an actor's name; the rest of each tag is what the configuration says. */
const ISSUANCE_CHARACTERS = 30;
const LEAST_ACTOR = 'client:a';
/** Warned of from here on: claims and a policy need the rest. */
const MOST_SHARE = 75;

function lintTagsSize({ scope, allow }: Scope, tags: Readonly<Record<string, string>>, find: Find): void {
  const fixed = (value: string): string => value.replace(/\$\{[^}]*\}/g, '');
  const own = [
    { key: 'token-broker:issuance', value: '0'.repeat(ISSUANCE_CHARACTERS) },
    { key: 'token-broker:scope', value: scope },
    ...(allow.some(({ actor }) => actor !== null) ? [{ key: 'token-broker:actor', value: LEAST_ACTOR }] : []),
  ];
  const theirs = Object.entries(tags).map(([key, value]) => ({ key, value: fixed(value) }));
  const characters = tagCharacters([...own, ...theirs]);
  const share = tagsShare(characters);
  if (share <= MOST_SHARE) return;
  const message = `tags have ${characters} characters before any claim is filled in, about ${share} % of what STS packs`;
  find(['grant', 'tags'], 'session-tags-size', message);
}

const textsOf = (value: JsonValue | undefined): readonly string[] =>
  [value].flat().filter((each) => typeof each === 'string');

const TEMPLATE = /\$\{(?:path:)?claims\.([^}]+)\}/g;

/** A template of a claim that nobody has refuses whoever the rules allow. */
function lintTemplates({ allow, grant }: Scope, context: LintContext, find: Find): void {
  const known = allow.flatMap(({ connections, clients }) => [
    ...(connections ?? []).map((name) => context.claimsOfConnection(name)),
    ...(connections === null ? (clients ?? []) : []).map((name) => context.claimsOfClient(name)),
  ]);
  const parties = known.filter((each) => each !== null);
  if (parties.length === known.length) walk(grant, ['grant'], parties, find);
}

function walk(value: unknown, path: FieldPath, parties: readonly KnownClaims[], find: Find): void {
  if (typeof value === 'string') lintTemplate(value, path, parties, find);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, item] of Object.entries(value)) {
    walk(item, [...path, Array.isArray(value) ? Number(name) : name], parties, find);
  }
}

/** Says of every claim that none of the parties has that its template refuses. */
export function lintTemplate(text: string, path: FieldPath, parties: readonly KnownClaims[], find: Find): void {
  for (const [, name = ''] of text.matchAll(TEMPLATE)) {
    if (parties.length === 0 || parties.some((known) => canHave(known, name))) continue;
    const who = [...new Set(parties.map(({ of }) => of))].join(' or ');
    find(path, 'unknown-claim', `no proof of ${who} has the claim ${name}`, meantClaim(parties, name));
  }
}

/** Whoever may use the wider of two scopes with one role may do with it what the role may. */
export function lintSharedRoles(
  { documents }: LintContext,
  find: (scope: string, ...finding: Parameters<Find>) => void,
): void {
  const givers = new Map<string, string>();
  for (const { scope, grant } of documents.scopes) {
    if (grant.type !== 'aws-session' && grant.type !== 'aws-federated') continue;
    const other = givers.get(grant.roleArn);
    if (other === undefined) givers.set(grant.roleArn, scope);
    else find(scope, ['grant', 'roleArn'], 'shared-role', `the scope ${other} gives this role too`);
  }
}
