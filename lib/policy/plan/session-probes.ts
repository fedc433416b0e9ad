import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { isConditionKey } from '../condition-keys.ts';
import { parameterOf } from '../parameters.ts';
import { canonical } from './fields.ts';

/** An action and a resource, as a statement names them. */
export type Place = Readonly<Record<'action' | 'resource', string>>;

/** Condition keys with a value each. */
type Context = Readonly<Record<string, string>>;

/** What is asked of both policies, under conditions that a statement has. */
export interface Probe extends Place {
  readonly context: Context;
}

const MAX_CONTEXTS = 24;

/** The conditions that it is asked under, in words, in the order of the alphabet; empty: none. */
export const whereOf = (context: Context): string =>
  Object.entries(context)
    .filter(([key, value]) => value !== placeholder(key))
    .map(([key, value]) => `${key} is ${value}`)
    .sort()
    .join(' and ');

const placeholder = (name: string): string => `<${name.replaceAll(':', '.')}>`;

/** A variable of IAM or a template of the broker; not the three escapes. */
export const VARIABLE = /\$\{([^*?$}]+)\}/g;

/** The key that a variable takes its value of: `${aws:username, 'nobody'}` has a default, too. */
const keyOf = (variable: string): string => variable.slice(2, -1).replace(/,.*/, '').trim();

/** With the name of a variable or template in its place. */
export const filled = (text: string): string => text.replace(VARIABLE, (variable) => placeholder(keyOf(variable)));

/**
 * A policy in which the broker's own templates are texts that are alike wherever they stand: what a caller's value will
 * be does not tell two policies apart.
 */
export const withTemplatesNamed = (policy: JsonObject): JsonObject =>
  mapStrings(policy, (text) =>
    text.replace(VARIABLE, (whole, name: string) => (isTemplate(name) ? placeholder(name) : whole)),
  );

function isTemplate(name: string): boolean {
  const key = name.replace(/^path:/, '');
  return isConditionKey(key) || parameterOf(key) !== null;
}

/** The object with every text in it changed; names of members stay. */
export const mapStrings = (object: JsonObject, change: (text: string) => string): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, mapped(value, change)]));

function mapped(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapped(item, change));
  return isJsonObject(value) ? mapStrings(value, change) : value;
}

export const statementsOf = (policy: JsonObject): readonly JsonObject[] =>
  [policy['Statement']].flat().filter(isJsonObject);

/** The texts of an element; one that is not there stands for any. */
export const textsOf = (value: JsonValue | undefined): readonly string[] => [value ?? '*'].flat().map(String);

/** The members of what may be no object, which has none. */
export const membersOf = (value: JsonValue | undefined): readonly [string, JsonValue][] =>
  Object.entries(isJsonObject(value) ? value : {});

/** What a policy's `Allow` statements name; one that names what it leaves out allows of everything. */
export const grantsOf = (policy: JsonObject): readonly Place[] =>
  statementsOf(policy)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap((statement) => placesOf((element) => textsOf(statement[element])));

/** What a statement names, and where it names what it leaves out, everything beside. */
export const placesNamed = (statement: JsonObject): readonly Place[] =>
  placesOf((element) => {
    const except = statement[`Not${element}`];
    return except === undefined ? textsOf(statement[element]) : ['*', ...textsOf(except)];
  });

/** Every action on every resource; templates and variables are texts of their own. */
const placesOf = (named: (element: 'Action' | 'Resource') => readonly string[]): readonly Place[] =>
  named('Action').flatMap((action) =>
    named('Resource').map((resource) => ({
      action: action === '*:*' ? '*' : action,
      resource: filled(resource),
    })),
  );

/** What to ask of policies so that every action, resource and condition of theirs is asked about. */
export function probesOf(policies: readonly JsonObject[]): readonly Probe[] {
  const statements = policies.flatMap(statementsOf);
  const variables = (JSON.stringify(policies).match(VARIABLE) ?? []).map(keyOf);
  const values = Object.fromEntries(variables.map((key) => [key, placeholder(key)]));
  const contexts = [{}, ...statements.flatMap(contextsOf)].map((context) => ({ ...values, ...context }));
  const asked = unique(contexts).slice(0, MAX_CONTEXTS);
  return unique(statements.flatMap(placesNamed)).flatMap((place) => asked.map((context) => ({ ...place, context })));
}

const unique = <T extends JsonObject>(all: readonly T[]): readonly T[] => [
  ...new Map(all.map((each) => [canonical(each), each])).values(),
];

/**
 * Requests that meet a statement's conditions, one for each value; what no value can be named for is left out. Never
 * empty.
 */
export function contextsOf({ Condition }: JsonObject): readonly Context[] {
  let contexts: readonly Context[] = [{}];
  for (const [operator, keys] of membersOf(Condition)) {
    if (operator === 'Null') continue;
    for (const [key, values] of membersOf(keys)) {
      const samples = textsOf(values).map((text) => filled(text).replace(/[*?]/g, 'x'));
      const chosen = operator.includes('Not') ? [`not-${samples[0]}`] : samples;
      contexts = contexts
        .flatMap((each) => chosen.map((sample) => ({ ...each, [key]: sample })))
        .slice(0, MAX_CONTEXTS);
    }
  }
  return contexts;
}
