import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { readOperatorName } from '../iam/condition.ts';

/** An action and a resource, as a statement names them. */
export interface Place {
  readonly action: string;
  readonly resource: string;
}

/** What is asked of both policies, under conditions that a statement has. */
export interface Probe extends Place {
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

const MAX_CONTEXTS = 24;

/** The conditions that it is asked under, in words; empty: none. */
export function whereOf({ context }: Probe): string {
  const said = Object.entries(context)
    .filter(([key, value]) => !isPlaceholder(key, value))
    .map(([key, value]) => `${key} is ${[value].flat().join(', ')}`);
  return said.join(' and ');
}

const isPlaceholder = (key: string, value: string | readonly string[]): boolean => value === placeholder(key);
const placeholder = (name: string): string => `<${name.replaceAll(':', '.')}>`;

/** A variable of IAM or a template of the broker; not the three escapes. */
export const VARIABLE = /\$\{([^*?$}]+)\}/g;

/**
 * A policy in which the broker's own templates are texts that are alike wherever they stand: what a caller's value will
 * be does not tell two policies apart.
 */
export function withTemplatesNamed(policy: JsonObject): JsonObject {
  return mapStrings(policy, (text) =>
    text.replace(VARIABLE, (whole, name: string) =>
      /^(?:path:)?(?:claims|actor|param|request)\.|^(?:path:)?(?:principal|connection|client)$/.test(name)
        ? placeholder(name)
        : whole,
    ),
  ) as JsonObject;
}

/** The value with every text in it changed; names of members stay. */
export function mapStrings(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapStrings(item, change)]));
}

/** What a policy's `Allow` statements name; one that names what it leaves out allows of everything. */
export const grantsOf = (policy: JsonObject): readonly Place[] =>
  statementsOf(policy)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap((statement) => placesOf((element) => (element in statement ? textsOf(statement[element]) : ['*'])));

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
  const variables = Object.fromEntries(
    [...JSON.stringify(policies).matchAll(VARIABLE)].map(([, name = '']) => {
      const key = name.replace(/,.*$/, '').trim();
      return [key, placeholder(key)];
    }),
  );
  const contexts = [{}, ...statements.flatMap((statement) => contextsOf(statement['Condition'] ?? {}))];
  const unique = [...new Map(contexts.map((each) => [JSON.stringify(each), each])).values()].slice(0, MAX_CONTEXTS);
  const places = statements.flatMap((statement) => placesOf((element) => placesIn(statement, element)));
  const all = [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
  return all.flatMap((place) => unique.map((context) => ({ ...place, context: { ...variables, ...context } })));
}

/** With the name of a variable or template in its place. */
export const filled = (resource: string): string =>
  resource.replace(VARIABLE, (_, name: string) => placeholder(name.replace(/,.*$/, '').trim()));

/** What a statement names, and where it names what it leaves out, everything beside. */
const placesIn = (statement: JsonObject, element: 'Action' | 'Resource'): readonly string[] => {
  const except = statement[`Not${element}`];
  return except === undefined ? textsOf(statement[element]) : ['*', ...textsOf(except)];
};

export const statementsOf = (policy: JsonObject): readonly JsonObject[] =>
  [policy['Statement'] ?? []].flat().filter(isJsonObject);

export const textsOf = (value: JsonValue | undefined): readonly string[] =>
  [value ?? '*'].flat().filter((item) => typeof item === 'string');

/** Requests that meet these conditions, one for each value; what no value can be named for is left out. */
function contextsOf(condition: JsonValue): readonly Record<string, string>[] {
  if (!isJsonObject(condition)) return [];
  let contexts: Record<string, string>[] = [{}];
  for (const [operator, keys] of Object.entries(condition)) {
    const base = readOperatorName(operator)?.base ?? 'Null';
    if (!isJsonObject(keys) || base === 'Null') continue;
    for (const [key, values] of Object.entries(keys)) {
      const samples = textsOf(typeof values === 'boolean' || typeof values === 'number' ? String(values) : values);
      const chosen = base.includes('Not') ? samples.slice(0, 1).map((text) => `not-${text}`) : samples;
      contexts = contexts
        .flatMap((each) => chosen.map((text) => ({ ...each, [key]: sampleOf(text) })))
        .slice(0, MAX_CONTEXTS);
    }
  }
  return contexts;
}

const sampleOf = (text: string): string =>
  text
    .replace(VARIABLE, (_, name: string) => placeholder(name))
    .replaceAll('*', 'x')
    .replaceAll('?', 'x');
