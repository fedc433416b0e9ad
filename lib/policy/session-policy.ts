import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { KeyLookup } from './decision.ts';
import { type DocumentProblem, errorAt, hasErrors } from './problem.ts';
import { compileTemplate, renderTemplate, Template, templateInTheWay } from './template.ts';
import { POLICY } from './template-places.ts';

type Path = readonly (string | number)[];
type PolicyNode =
  | null
  | boolean
  | number
  | string
  | Template
  | readonly PolicyNode[]
  | { readonly [name: string]: PolicyNode };

/** A session policy whose templates are parsed: immutable. */
export interface CompiledSessionPolicy {
  readonly document: PolicyNode;
  readonly templates: readonly Template[];
}

/**
 * What STS takes of inline and managed session policies together, in characters (AWS STS API Reference, AssumeRole).
 */
export const MAX_SESSION_POLICY_LENGTH = 2048;

/** IAM's positive operators on text, whose values may be templates of any form. */
const ON_TEXT = /^(?:For(?:Any|All)Values?:)?(?:String(?:Equals(?:IgnoreCase)?|Like)|Arn(?:Equals|Like))(?:IfExists)?$/;
/** Positive operators on other types: no `${path:…}`, because 0.0.0.0/0 has the shape of a path. */
const ON_OTHERS =
  /^(?:For(?:Any|All)Values?:)?(?:(?:Numeric|Date)(?:Equals|(?:Less|Greater)Than(?:Equals)?)|Bool|IpAddress)(?:IfExists)?$/;

interface Walk {
  readonly problems: DocumentProblem[];
  readonly templates: Template[];
}

/**
 * Compiles a session policy. Templates stand only in `Resource` and in values of positive conditions of statements with
 * `Effect: Allow` and no `Not…` element; anywhere else, names and actions included, they do not load. IAM's own
 * variables stand where IAM has them. A policy that is too long even with one character for each template does not load
 * either.
 */
export function compileSessionPolicy(policy: JsonObject): {
  readonly compiled: CompiledSessionPolicy | null;
  readonly problems: readonly DocumentProblem[];
} {
  const walk: Walk = { problems: [], templates: [] };
  const document = mapMembers(policy, [], walk, (name, value, path) => {
    if (name !== 'Statement') return closed(value, path, walk);
    return Array.isArray(value)
      ? value.map((item: JsonValue, index) => statement(item, [...path, index], walk))
      : statement(value, path, walk);
  });
  if (!Object.hasOwn(policy, 'Statement')) walk.problems.push(errorAt([], 'a policy has a Statement'));
  if (!hasErrors(walk.problems) && toText(document, shortest).length > MAX_SESSION_POLICY_LENGTH) {
    walk.problems.push(
      errorAt([], `the policy is longer than the ${MAX_SESSION_POLICY_LENGTH} characters that STS takes`),
    );
  }
  if (hasErrors(walk.problems)) return { compiled: null, problems: walk.problems };
  return { compiled: Object.freeze({ document, templates: walk.templates }), problems: walk.problems };
}

/** The text of a template whose values are one character each. */
const shortest = ({ parts }: Template): string => parts.map((part) => (typeof part === 'string' ? part : 'x')).join('');

/**
 * Renders a session policy as compact JSON in the characters that STS takes (others are escaped). Refuses with
 * `template_value` where a value is not one non-empty string of A-Z a-z 0-9 _ . @ = + - (with / and no empty or dot
 * segment in `${path:…}`), and with `policy_too_large` beyond 2,048 characters.
 */
export function renderSessionPolicy(
  { document, templates }: CompiledSessionPolicy,
  lookup: KeyLookup,
): Outcome<string> {
  const rendered = new Map<Template, string>();
  for (const template of templates) {
    const text = renderTemplate(template, lookup);
    if (!text.ok) return text;
    rendered.set(template, text.value);
  }
  const text = toText(document, (template) => rendered.get(template) ?? '');
  if (text.length > MAX_SESSION_POLICY_LENGTH) return refuse('policy_too_large', { log: { characters: text.length } });
  return accept(text);
}

/** Compact JSON in the characters that STS takes. */
export const policyText = (policy: JsonObject): string => inAscii(JSON.stringify(policy));

const toText = (document: PolicyNode, render: (template: Template) => string): string =>
  inAscii(JSON.stringify(document, (_name, value: unknown) => (value instanceof Template ? render(value) : value)));

const inAscii = (json: string): string =>
  json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

function statement(value: JsonValue, path: Path, walk: Walk): PolicyNode {
  if (!isJsonObject(value)) return closed(value, path, walk);
  const effect = value['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny')
    walk.problems.push(errorAt([...path, 'Effect'], 'must be Allow or Deny'));
  // Of a misspelt effect nothing else is said: it may have been meant to allow.
  const open = effect !== 'Deny' && !Object.keys(value).some((name) => /not/i.test(name));
  if (!open) return closed(value, path, walk);
  return mapMembers(value, path, walk, (name, member, at) => {
    if (name === 'Resource') return texts(member, at, walk, 'any');
    if (name === 'Condition' && isJsonObject(member)) return conditions(member, at, walk);
    return closed(member, at, walk);
  });
}

function conditions(block: JsonObject, path: Path, walk: Walk): PolicyNode {
  return mapMembers(block, path, walk, (operator, keys, at) => {
    const forms = ON_TEXT.test(operator) ? 'any' : ON_OTHERS.test(operator) ? 'plain' : null;
    if (forms === null || !isJsonObject(keys)) return closed(keys, at, walk);
    return mapMembers(keys, at, walk, (_key, values, under) => texts(values, under, walk, forms));
  });
}

/** A string or a list of strings, each of which may hold templates. */
function texts(value: JsonValue, path: Path, walk: Walk, forms: 'any' | 'plain'): PolicyNode {
  if (Array.isArray(value)) {
    return value.map((item: JsonValue, index) =>
      typeof item === 'string' ? open(item, [...path, index], walk, forms) : closed(item, [...path, index], walk),
    );
  }
  return typeof value === 'string' ? open(value, path, walk, forms) : closed(value, path, walk);
}

function open(text: string, path: Path, walk: Walk, forms: 'any' | 'plain'): PolicyNode {
  const compiled = compileTemplate(text, POLICY);
  if ('messages' in compiled) {
    walk.problems.push(...compiled.messages.map((message) => errorAt(path, message)));
    return text;
  }
  const { template } = compiled;
  if (template.keys.length === 0) return text;
  if (forms === 'plain' && template.parts.some((part) => typeof part === 'object' && part.form === 'path')) {
    walk.problems.push(errorAt(path, '`path:` stands with String and Arn operators only'));
  }
  walk.templates.push(template);
  return template;
}

function closed(value: JsonValue, path: Path, walk: Walk): PolicyNode {
  if (typeof value === 'string') {
    const message = templateInTheWay(value, 'iam');
    if (message !== null) walk.problems.push(errorAt(path, message));
    return value;
  }
  if (isJsonObject(value)) return mapMembers(value, path, walk, (_name, item, at) => closed(item, at, walk));
  if (typeof value !== 'object' || value === null) return value;
  return value.map((item, index) => closed(item, [...path, index], walk));
}

/** The members of an object, each mapped; a name never holds a template. */
function mapMembers(
  object: JsonObject,
  path: Path,
  walk: Walk,
  map: (name: string, value: JsonValue, path: Path) => PolicyNode,
): PolicyNode {
  return Object.freeze(
    Object.fromEntries(
      Object.entries(object).map(([name, value]) => {
        const message = templateInTheWay(name, 'iam');
        if (message !== null) walk.problems.push(errorAt([...path, name], message));
        return [name, map(name, value, [...path, name])];
      }),
    ),
  );
}
