/** Trust policies of octo-sts (octo-sts/app, README "The Trust Policy"): who may have a token of its GitHub App. */
import { isJsonObject, type JsonObject } from '../../json.ts';
import { ConditionsBuilder } from './conditions.ts';
import { type Conditions, type DraftRule, NotCarriedOver, nameFrom, type Place, type Say } from './draft.ts';
import { patternsOf } from './regex-pattern.ts';

/** True for a document of this form. */
export const isOctoSts = (value: JsonObject): boolean =>
  isJsonObject(value['permissions']) && (value['issuer'] !== undefined || value['issuer_pattern'] !== undefined);

export interface OctoStsContext {
  /** Without folder and `.sts.yaml`. */
  readonly name: string;
  placeOf(field: string): Place;
  readonly say: Say;
  /** The broker's issuer, which callers are to ask for; null: unknown. */
  readonly issuer: string | null;
}

const KNOWN = [
  ...['issuer', 'issuer_pattern', 'subject', 'subject_pattern', 'audience', 'audience_pattern', 'claim_pattern'],
  ...['permissions', 'repositories'],
];

/** What octo-sts's own App is for: stands where a policy names no audience. */
const AUDIENCE = 'octo-sts.dev';

/** One rule and a grant of a GitHub App; what a policy does not say is left to be filled in, and said. */
export function readOctoSts(policy: JsonObject, context: OctoStsContext): DraftRule {
  const no = (field: string, message: string) => new NotCarriedOver(context.placeOf(field), message);
  for (const field of Object.keys(policy)) {
    if (!KNOWN.includes(field)) throw no(field, `${field} is not a field of a trust policy`);
  }
  const issuer = literalOf(policy, 'issuer', no);
  const when = conditionsOf(policy, no);
  const toDo = (field: string, message: string) => context.say({ ...context.placeOf(field), kind: 'to-do', message });
  toDo('permissions', 'which GitHub App gives the token is not in the policy: fill in appId, owner and privateKey');
  const repositories = textsOf(policy['repositories']);
  if (repositories.length === 0) toDo('permissions', 'the policy is for its own repository: fill in repositories');
  const stated = policy['audience'] === undefined && policy['audience_pattern'] === undefined;
  const asked = stated ? AUDIENCE : literalOf(policy, 'audience', no);
  if (context.issuer !== null) toDo('audience', `callers ask for ${context.issuer} in place of ${asked}`);
  return {
    place: context.placeOf(''),
    list: 'allow',
    source: { type: 'oidc', issuer, audiences: [context.issuer ?? asked] },
    when,
    scope: nameFrom(context.name, 'imported-policy'),
    description: `Whoever the octo-sts policy ${context.name} names, as imported.`,
    grant: {
      ...{ type: 'oauth-token', preset: 'github-app', appId: '0', owner: 'fill-in' },
      privateKey: 'token-broker/downstream/github-app',
      repositories: repositories.length === 0 ? ['fill-in'] : [...repositories],
      permissions: permissionsOf(policy['permissions'] ?? null, no),
    },
  };
}

type No = (field: string, message: string) => NotCarriedOver;

/** A field that is named exactly, or by an expression that matches one text only. */
function literalOf(policy: JsonObject, field: string, no: No): string {
  const value = policy[field];
  if (typeof value === 'string') return value;
  const pattern = `${field}_pattern`;
  const [only, ...others] = patternsOf(String(policy[pattern] ?? '')) ?? [];
  if (only === undefined || only === '' || others.length > 0 || /[*?]/.test(only)) {
    throw no(pattern, `${pattern} matches more than one ${field}, or cannot be read`);
  }
  return only;
}

function conditionsOf(policy: JsonObject, no: No): Conditions {
  const built = new ConditionsBuilder();
  const subject = policy['subject'];
  if (typeof subject === 'string') built.add('StringEquals', 'claims.sub', [subject]);
  else if (policy['subject_pattern'] !== undefined) addPattern(built, 'claims.sub', policy, 'subject_pattern', no);
  const claims = policy['claim_pattern'];
  for (const name of Object.keys(isJsonObject(claims) ? claims : {})) {
    addPattern(built, `claims.${name}`, isJsonObject(claims) ? claims : {}, name, (_, message) =>
      no('claim_pattern', message),
    );
  }
  if (Object.keys(built.conditions).length === 0)
    throw no('issuer', 'names no subject: whoever the issuer names would match');
  return built.conditions;
}

function addPattern(built: ConditionsBuilder, key: string, from: JsonObject, field: string, no: No): void {
  const patterns = patternsOf(String(from[field] ?? ''));
  if (patterns === null) throw no(field, `${key}: ${String(from[field])} cannot be written with * and ?`);
  const isLiteral = patterns.every((pattern) => !/[*?]/.test(pattern));
  built.add(isLiteral ? 'StringEquals' : 'StringLike', key, patterns);
}

function permissionsOf(permissions: unknown, no: No): JsonObject {
  const entries = Object.entries(isJsonObject(permissions) ? permissions : {});
  for (const [name, level] of entries) {
    if (!['read', 'write', 'admin'].includes(String(level)))
      throw no('permissions', `${name}: ${String(level)} is no level`);
  }
  if (entries.length === 0) throw no('permissions', 'gives no permissions');
  return Object.fromEntries(entries);
}

const textsOf = (value: unknown): readonly string[] => [value].flat().filter((each) => typeof each === 'string');
