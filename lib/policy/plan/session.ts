import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { readOperatorName } from '../iam/condition.ts';
import { type PolicyDocument, readPolicyDocument } from '../iam/document.ts';
import { type Access, evaluateAccess, readAccessRequest } from '../iam/evaluate.ts';
import { Malformed } from '../iam/malformed.ts';
import { changes, gains, loses, type Said } from './change.ts';

/** What limits a session beside its role: an inline policy, and managed ones that nobody here can read. */
export interface SessionLimits {
  readonly policy: JsonObject | null;
  readonly policyArns: readonly string[];
}

/** What is asked of both policies: an action and a resource as a statement names them, under its conditions. */
interface Probe {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

const MAX_CONTEXTS = 24;
const EXTENT = { none: 0, some: 1, all: 2 } as const;

/**
 * What a session may do more and less, found by asking both policies about every action and resource that either
 * names, under the conditions that either has. A session without policies may do what its role may.
 */
export function compareSessions(before: SessionLimits, after: SessionLimits): readonly Said[] {
  return [...compareInline(before, after), ...compareManaged(before, after)];
}

const isFree = ({ policy, policyArns }: SessionLimits): boolean => policy === null && policyArns.length === 0;

function compareManaged(before: SessionLimits, after: SessionLimits): readonly Said[] {
  const added = after.policyArns.filter((arn) => !before.policyArns.includes(arn));
  const removed = before.policyArns.filter((arn) => !after.policyArns.includes(arn));
  if (isFree(before) && added.length > 0) return [loses(`the session may do only what ${added.join(', ')} allows`)];
  if (isFree(after) && removed.length > 0) return [gains('the session may do all that its role may')];
  return [
    ...added.map((arn) => gains(`the session may also do what ${arn} allows`)),
    ...removed.map((arn) => loses(`the session may not do any more what only ${arn} allows`)),
  ];
}

function compareInline(before: SessionLimits, after: SessionLimits): readonly Said[] {
  if (JSON.stringify(before.policy) === JSON.stringify(after.policy)) return [];
  // Managed policies are told of beside this, and are no part of what is compared here.
  const [old, now] = [sidesOf(before), sidesOf(after)];
  if (old === FREE && now === FREE) return [];
  if (now === FREE) return [gains('the session may do all that its role may')];
  try {
    const turned = turnsOf(old, now);
    if (old !== FREE) return [...told(turned, 'more'), ...told(turned, 'less')];
    const left = told(turnsOf(NOTHING, now), 'more').map(({ what }) => what.replace(' also do ', ' do '));
    return [loses(`instead of all that its role may: ${left.join('; ') || 'the session may do nothing'}`)];
  } catch (error) {
    // A policy that AWS takes and that is not understood here is still told to be another one.
    if (error instanceof Malformed) return [changes('the session policy is another one')];
    throw error;
  }
}

const sidesOf = ({ policy, policyArns }: SessionLimits): JsonObject => {
  if (policy !== null) return named(policy);
  return policyArns.length === 0 ? FREE : NOTHING;
};

function turnsOf(before: JsonObject, after: JsonObject): readonly Asked[] {
  const [old, now] = [documentOf(before), documentOf(after)];
  return probesOf([before, after]).map((probe) => ({
    probe,
    turn: turnOf(old, now, probe),
    place: JSON.stringify([probe.action, probe.resource]),
    where: whereOf(probe),
  }));
}

function documentOf(policy: JsonObject): PolicyDocument {
  const reading = readPolicyDocument(policy);
  if (reading.ok) return reading.document;
  throw new Malformed(reading.problem);
}

const everything = (Effect: string): JsonObject => ({
  Version: '2012-10-17',
  Statement: [{ Effect, Action: '*', Resource: '*' }],
});
const FREE = everything('Allow');
const NOTHING = everything('Deny');

interface Turn {
  readonly from: Access['extent'];
  readonly to: Access['extent'];
}

function turnOf(before: PolicyDocument, after: PolicyDocument, { action, resource, context }: Probe): Turn {
  const request = readAccessRequest(action, resource, context);
  const extent = (document: PolicyDocument) => evaluateAccess({ identity: null, session: [document] }, request).extent;
  return { from: extent(before), to: extent(after) };
}

interface Asked {
  readonly probe: Probe;
  readonly turn: Turn;
  readonly place: string;
  /** The conditions that it is asked under, in words; empty: none. */
  readonly where: string;
}

/** The answers that turned one way, as few as it takes: what a wider or a narrower one says better is left out. */
function told(asked: readonly Asked[], way: 'more' | 'less'): readonly Said[] {
  const isTurned = ({ turn: { from, to } }: Asked) =>
    way === 'more' ? EXTENT[to] > EXTENT[from] : EXTENT[to] < EXTENT[from];
  const turned = asked.filter(isTurned);
  const sentences = new Map<string, Set<string>>();
  for (const each of turned.filter((one) => !turned.some((other) => other !== one && saysBetter(other, one)))) {
    const kept = asked.filter((other) => other.place === each.place && other.where !== '' && !isTurned(other));
    const unless =
      each.where !== '' || kept.length === 0 ? '' : `, unless ${kept.map(({ where }) => where).join(' or ')}`;
    const place = `on ${each.probe.resource}${each.where === '' ? unless : ` where ${each.where}`}`;
    sentences.set(place, (sentences.get(place) ?? new Set()).add(each.probe.action));
  }
  return [...sentences].map(([place, actions]) => {
    const what = [...actions].map((action) => (action === '*' ? 'anything' : action)).join(', ');
    return way === 'more'
      ? gains(`the session may also do ${what} ${place}`)
      : loses(`the session may not any more do ${what} ${place}`);
  });
}

/**
 * What is told without a condition is not told under one; a turn of a part is told by the part that turned whole, where
 * there is one; and of two whole turns the wider is told.
 */
function saysBetter(other: Asked, one: Asked): boolean {
  if (other.where !== '' && other.where !== one.where) return false;
  if (other.place === one.place) return other.where === '' && one.where !== '';
  if (isPart(one) !== isPart(other)) return isPart(one) && covers(one, other);
  return covers(other, one);
}

const isPart = ({ turn }: Asked): boolean => turn.from === 'some' || turn.to === 'some';

function covers({ probe: wide }: Asked, { probe: narrow }: Asked): boolean {
  const statement = { Effect: 'Allow', Action: wide.action, Resource: wide.resource };
  const document = documentOf({ Version: '2012-10-17', Statement: [statement] });
  const request = readAccessRequest(narrow.action, narrow.resource, narrow.context);
  return evaluateAccess({ identity: null, session: [document] }, request).extent === 'all';
}

function whereOf({ context }: Probe): string {
  const said = Object.entries(context)
    .filter(([key, value]) => !isPlaceholder(key, value))
    .map(([key, value]) => `${key} is ${[value].flat().join(', ')}`);
  return said.join(' and ');
}

const isPlaceholder = (key: string, value: string | readonly string[]): boolean => value === placeholder(key);
const placeholder = (name: string): string => `<${name.replaceAll(':', '.')}>`;

const VARIABLE = /\$\{([^*?$}]+)\}/g;

/**
 * A policy in which the broker's own templates are texts that are alike wherever they stand: what a caller's value will
 * be does not tell two policies apart.
 */
function named(policy: JsonObject): JsonObject {
  return mapStrings(policy, (text) =>
    text.replace(VARIABLE, (whole, name: string) =>
      /^(?:path:)?(?:claims|actor|param|request)\.|^(?:path:)?(?:principal|connection|client)$/.test(name)
        ? placeholder(name)
        : whole,
    ),
  ) as JsonObject;
}

function mapStrings(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapStrings(item, change)]));
}

function probesOf(policies: readonly JsonObject[]): readonly Probe[] {
  const statements = policies.flatMap((policy) => [policy['Statement'] ?? []].flat()).filter(isJsonObject);
  const variables = Object.fromEntries(
    [...JSON.stringify(policies).matchAll(VARIABLE)].map(([, name = '']) => {
      const key = name.replace(/,.*$/, '').trim();
      return [key, placeholder(key)];
    }),
  );
  const contexts = [{}, ...statements.flatMap((statement) => contextsOf(statement['Condition'] ?? {}))];
  const unique = [...new Map(contexts.map((each) => [JSON.stringify(each), each])).values()].slice(0, MAX_CONTEXTS);
  const places = statements.flatMap((statement) =>
    placesIn(statement, 'Action').flatMap((action) =>
      placesIn(statement, 'Resource').map((resource) => ({
        action: action === '*:*' ? '*' : action,
        resource: filled(resource),
      })),
    ),
  );
  const all = [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
  return all.flatMap((place) => unique.map((context) => ({ ...place, context: { ...variables, ...context } })));
}

const filled = (resource: string): string =>
  resource.replace(VARIABLE, (_, name: string) => placeholder(name.replace(/,.*$/, '').trim()));

/** What a statement names, and where it names what it leaves out, everything beside. */
const placesIn = (statement: JsonObject, element: 'Action' | 'Resource'): readonly string[] => {
  const except = statement[`Not${element}`];
  return except === undefined ? textsOf(statement[element]) : ['*', ...textsOf(except)];
};

const textsOf = (value: JsonValue | undefined): readonly string[] =>
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
