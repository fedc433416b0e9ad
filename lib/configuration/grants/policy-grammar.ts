import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { readPolicyDocument } from '../../policy/iam/document.ts';

/** What is wrong with a policy, and where within it: members and list indexes. */
export interface GrammarFault {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/**
 * What IAM's grammar does not have, which STS would refuse at each request; null: nothing, or what the compiler says at
 * its place. A template stands for one word.
 */
export function grammarFault(policy: JsonObject): GrammarFault | null {
  const statements = [policy['Statement']].flat().map((each) => each ?? null);
  if (!statements.every((each) => isJsonObject(each) && ['Allow', 'Deny'].includes(String(each['Effect']))))
    return null;
  const problem = problemOf(statements, policy);
  if (problem === null) return null;
  // What is wrong with none of them alone is wrong with all of them, as two with one Sid.
  const at = statements.findIndex((each) => problemOf([each]) !== null);
  const statement = statements[at] ?? null;
  if (!isJsonObject(statement)) return { path: [], problem };
  const above = Array.isArray(policy['Statement']) ? ['Statement', at] : ['Statement'];
  return { path: [...above, ...placeOf(statement)], problem };
}

function problemOf(statements: readonly JsonValue[], more: JsonObject = {}): string | null {
  const reading = readPolicyDocument({ ...more, Version: '2012-10-17', Statement: statements.map(withWords) });
  return reading.ok ? null : reading.problem;
}

/** For each element one that IAM takes. */
const GOOD: JsonObject = {
  ...{ Sid: '', Action: 's3:GetObject', NotAction: 's3:GetObject', Condition: {} },
  ...{ Resource: '*', NotResource: 'arn:aws:s3:::b' },
};

/** The element that a good one in its place mends, and of a list the entry; else it is the statement as a whole. */
function placeOf(statement: JsonObject): readonly (string | number)[] {
  const isMended = (name: string) => problemOf([{ ...statement, [name]: GOOD[name] ?? null }]) === null;
  const element = Object.keys(GOOD).find((name) => statement[name] !== undefined && isMended(name));
  if (element === undefined) return [];
  const written = statement[element];
  if (element === 'Condition' && isJsonObject(written)) return [element, ...operatorOf(statement, written)];
  if (!Array.isArray(written)) return [element];
  const entry = written.findIndex((each: JsonValue) => problemOf([{ ...statement, [element]: each }]) !== null);
  return entry < 0 ? [element] : [element, entry];
}

const operatorOf = (statement: JsonObject, block: JsonObject): readonly string[] =>
  Object.entries(block)
    .filter(([operator, keys]) => problemOf([{ ...statement, Condition: { [operator]: keys } }]) !== null)
    .slice(0, 1)
    .map(([operator]) => operator);

const TEMPLATE = /\$\{(?:path:)?(?:actor\.)?(?:claims|param|principal|connection|client|request)[^}]*\}/g;

/** Conditions with a template are left to the request: a number or a date is not known before. */
function withWords(statement: JsonValue): JsonValue {
  if (!isJsonObject(statement)) return statement;
  const { Condition: condition, ...rest } = statement;
  const isFixed = condition !== undefined && JSON.stringify(condition).search(TEMPLATE) === -1;
  return JSON.parse(JSON.stringify({ ...rest, ...(isFixed ? { Condition: condition } : {}) }).replace(TEMPLATE, 'x'));
}
