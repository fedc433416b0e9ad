import { accept, type Outcome, refuse } from '../outcome.ts';
import { isConditionKey } from './condition-keys.ts';
import { type KeyLookup, Unavailable } from './decision.ts';
import { parameterOf } from './parameters.ts';
import { scalarText } from './scalar.ts';
import { isPath, isPathOfParameter, type TemplatePlace } from './template-places.ts';

interface TemplateKey {
  readonly key: string;
  readonly form: 'plain' | 'path' | 'whole';
}

/**
 * A string of the configuration with `${key}` in it: parsed once, rendered for each issuance, its values never parsed
 * again.
 */
export class Template {
  readonly parts: readonly (string | TemplateKey)[];
  readonly place: TemplatePlace;

  constructor(parts: readonly (string | TemplateKey)[], place: TemplatePlace) {
    this.parts = Object.freeze(parts);
    this.place = place;
    Object.freeze(this);
  }

  /** The condition keys that it takes values of. */
  get keys(): readonly string[] {
    return this.parts.flatMap((part) => (typeof part === 'string' ? [] : [part.key]));
  }
}

/** `${*}`, `${?}`, `${$}` and names with a service prefix, which are IAM's own. */
const IAM_NAME = /^(?:[*?$]|[A-Za-z][A-Za-z0-9-]*:[^${]*)$/;
const PATH = 'path:';

/** What a string holds between text: names in `${…}`, in order. */
type Piece = { readonly text: string } | { readonly name: string; readonly next: string };

/** Splits a string at each `${…}`; null where one does not end. */
function pieces(text: string): readonly Piece[] | null {
  const found: Piece[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf('${', at);
    found.push({ text: text.slice(at, start === -1 ? undefined : start) });
    if (start === -1) return found;
    const end = text.indexOf('}', start);
    if (end === -1) return null;
    found.push({ name: text.slice(start + 2, end), next: text.charAt(end + 1) });
    at = end + 1;
  }
}

/**
 * Compiles a string for a place. What does not load: an unknown name, a key that the place does not take, a template
 * directly followed by `*` or `?`, `${path:…}` outside a session policy, `${` without its end, text around it that the
 * place does not take.
 */
export function compileTemplate(
  text: string,
  place: TemplatePlace,
): { readonly template: Template } | { readonly messages: readonly string[] } {
  const found = pieces(text);
  if (found === null) return { messages: ['`${` without `}`'] };
  const messages: string[] = [];
  const parts: (string | TemplateKey)[] = [];
  for (const piece of found) {
    const literal = 'text' in piece ? piece.text : place.variables === 'iam' ? iamVariable(piece.name) : null;
    if (literal !== null) {
      if (!place.literal.test(literal)) messages.push(`${place.name} does not take all characters of this text`);
      const last = parts.at(-1);
      if (typeof last === 'string') parts[parts.length - 1] = last + literal;
      else if (literal !== '') parts.push(literal);
    } else if ('name' in piece) {
      const part = templateKey(piece.name, place);
      if (typeof part === 'string') messages.push(part);
      else parts.push(part);
      if (piece.next === '*' || piece.next === '?') {
        messages.push(`\${${piece.name}} is directly followed by \`${piece.next}\`: put a delimiter between them`);
      }
    }
  }
  if (parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 1), 0) > place.maxLength) {
    messages.push(`${place.name} is longer than ${place.maxLength} characters`);
  }
  return messages.length > 0 ? { messages } : { template: new Template(wholeWords(parts), place) };
}

/**
 * Says why a string may not stand where there are no templates; null where it may. IAM's own variables may stand in
 * IAM's documents.
 */
export function templateInTheWay(text: string, variables: 'iam' | 'none'): string | null {
  const found = pieces(text);
  if (found === null) return '`${` without `}`';
  const own = found.some((piece) => 'name' in piece && (variables === 'none' || iamVariable(piece.name) === null));
  return own ? 'a template cannot stand here' : null;
}

/**
 * Renders a template. Refuses where a value is missing, empty, not single or not what the place takes; the refusal
 * names the key only.
 */
export function renderTemplate({ parts, place }: Template, lookup: KeyLookup): Outcome<string> {
  let text = '';
  for (const [at, part] of parts.entries()) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const value = lookup(part.key);
    if (value instanceof Unavailable) return refuseWithheld(place, part.key, value);
    const single = scalarText(value);
    if (single === null || !admits(part, place, single)) return refuseValue(place, part.key);
    text += joined(part, parts[at + 1], single);
  }
  return text.length > place.maxLength
    ? refuse(place.reason, { log: { place: place.name, tooLong: true } })
    : accept(text);
}

/** Where a path ends with a slash and the text behind it begins with one, the two are one: folders are not empty. */
const joined = (part: TemplateKey, next: string | TemplateKey | undefined, value: string): string =>
  part.form === 'path' && value.endsWith('/') && typeof next === 'string' && next.startsWith('/')
    ? value.slice(0, -1)
    : value;

/** A value that the proof withheld gives a scope its own reason; whom it names cannot hang on it. */
const refuseWithheld = (place: TemplatePlace, key: string, { reason }: Unavailable) =>
  place.reason === 'template_value' ? refuse(reason, { log: { key, place: place.name } }) : refuseValue(place, key);

/** The refusal of a value, which is never told: only its key. */
export const refuseValue = (place: TemplatePlace, key: string) =>
  refuse(place.reason, { log: { key, place: place.name } });

function admits({ form, key }: TemplateKey, place: TemplatePlace, value: string): boolean {
  if (form === 'path') return parameterOf(key) === null ? isPath(value) : isPathOfParameter(value);
  return (form === 'whole' ? place.whole : place.value).test(value);
}

const iamVariable = (name: string): string | null =>
  IAM_NAME.test(name) && !name.startsWith(PATH) && !isConditionKey(name) && parameterOf(name) === null
    ? `\${${name}}`
    : null;

function templateKey(name: string, place: TemplatePlace): TemplateKey | string {
  const path = name.startsWith(PATH);
  const key = path ? name.slice(PATH.length) : name;
  const known = isConditionKey(key) || parameterOf(key) !== null;
  if (!known || /[${]/.test(key)) return `\${${name}} is not a name that templates know`;
  if (!place.takes(key)) return `${place.name} cannot take ${key}`;
  if (path && place.variables === 'none') return '`path:` is for session policies only';
  return { key, form: path ? 'path' : 'plain' };
}

/** Marks the keys that stand alone between blanks: nothing around them could be changed by their value. */
function wholeWords(parts: readonly (string | TemplateKey)[]): readonly (string | TemplateKey)[] {
  const blank = (part: string | TemplateKey | undefined, edge: RegExp): boolean =>
    part === undefined || (typeof part === 'string' && edge.test(part));
  return parts.map((part, index) =>
    typeof part === 'object' && part.form === 'plain' && blank(parts[index - 1], / $/) && blank(parts[index + 1], /^ /)
      ? { key: part.key, form: 'whole' }
      : part,
  );
}
