import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { type ConditionBlock, readConditions } from './condition.ts';
import { Malformed } from './malformed.ts';
import { readTokens, type Tokens } from './pattern.ts';
import { type ResourcePattern, readResource } from './resource.ts';

/** What a statement names: these, or all but these (`NotAction`, `NotResource`). */
export interface Named<T> {
  readonly kind: 'only' | 'except';
  readonly patterns: readonly T[];
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Named<Tokens>;
  readonly resources: Named<ResourcePattern>;
  readonly conditions: ConditionBlock;
}

/** An identity or session policy as sets (IAM JSON policy grammar): immutable. */
export interface PolicyDocument {
  readonly statements: readonly Statement[];
}

/** What is wrong with a policy, in one sentence, with the place in front. */
export type DocumentReading =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly problem: string };

const ELEMENTS: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
/** A wildcard stands behind the colon only: IAM takes no pattern of services but `*` itself. */
const ACTION = /^(?:\*|\*:\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*?_-]+)$/;

/**
 * Reads an identity or session policy's JSON by IAM's grammar, strictly: no element that it has not (`Principal`), none
 * unknown or in another case, exactly one of `Action` and `NotAction` and of `Resource` and `NotResource`, only
 * conditions that mean something. Where `Version` is not 2012-10-17, no `${`: it would mean something else.
 */
export function readPolicyDocument(policy: JsonObject): DocumentReading {
  try {
    return { ok: true, document: Object.freeze({ statements: readStatements(policy) }) };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, problem: error.message };
    throw error;
  }
}

function readStatements(policy: JsonObject): readonly Statement[] {
  for (const name of Object.keys(policy)) {
    if (!['Version', 'Id', 'Statement'].includes(name)) throw new Malformed(`${name} is no element of a policy`);
  }
  const version = policy['Version'] ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17') throw new Malformed('Version must be 2012-10-17');
  if (version === '2008-10-17' && JSON.stringify(policy).includes('${')) {
    throw new Malformed('Version must be 2012-10-17 where there is a ${');
  }
  const written = policy['Statement'];
  const statements: readonly JsonValue[] = Array.isArray(written) ? written : written === undefined ? [] : [written];
  if (statements.length === 0) throw new Malformed('a policy has a Statement');
  checkSids(statements);
  return statements.map((statement, at) => readStatement(statement, `Statement[${at}]`));
}

/** IAM User Guide, "IAM JSON policy elements: Sid": of these characters, and no two of a policy alike. */
const SID = /^[0-9A-Za-z]*$/;

function checkSids(statements: readonly JsonValue[]): void {
  const known = new Set<JsonValue>();
  for (const [at, statement] of statements.entries()) {
    const { Sid: sid = '' } = isJsonObject(statement) ? statement : {};
    if (typeof sid !== 'string' || !SID.test(sid))
      throw new Malformed(`Statement[${at}]: Sid has other characters than A-Z, a-z and 0-9`);
    if (sid !== '' && known.has(sid)) throw new Malformed(`Statement[${at}]: Sid stands in another statement too`);
    known.add(sid);
  }
}

function readStatement(value: JsonValue, place: string): Statement {
  if (!isJsonObject(value)) throw new Malformed(`${place} must be an object`);
  for (const name of Object.keys(value)) {
    if (!ELEMENTS.has(name))
      throw new Malformed(`${place}: ${name} is no element of an identity or session policy's statement`);
  }
  const effect = value['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw new Malformed(`${place}: Effect must be Allow or Deny`);
  return {
    effect,
    actions: named(value, 'Action', place, readAction),
    resources: named(value, 'Resource', place, (text) => readResource(text)),
    conditions: readConditions(value['Condition'] ?? {}, place),
  };
}

function named<T>(statement: JsonObject, element: string, place: string, read: (text: string, at: string) => T) {
  const [only, except] = [statement[element], statement[`Not${element}`]];
  if ((only === undefined) === (except === undefined)) {
    throw new Malformed(`${place}: exactly one of ${element} and Not${element} is required`);
  }
  const [name, written] = only === undefined ? [`Not${element}`, except] : [element, only];
  const patterns = texts(written, `${place}.${name}`).map((text) => read(text, `${place}.${name}`));
  return { kind: only === undefined ? 'except' : 'only', patterns } as const;
}

function readAction(text: string, place: string): Tokens {
  if (!ACTION.test(text)) throw new Malformed(`${place}: an action is written service:Name`);
  return readTokens(text === '*:*' ? '*' : text);
}

/** A string or a list of strings, not empty. */
function texts(value: JsonValue | undefined, place: string): readonly string[] {
  const list: readonly (JsonValue | undefined)[] = Array.isArray(value) ? value : [value];
  const strings = list.filter((item) => typeof item === 'string' && item !== '');
  if (strings.length === 0 || strings.length !== list.length) throw new Malformed(`${place} must be strings`);
  return strings.map(String);
}
