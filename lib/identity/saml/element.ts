import type { Reason } from '../../refusals/registry.ts';
import { XSI } from './names.ts';
import { Refused } from './refused.ts';
import type { XmlElement } from './xml-tree.ts';

/** How often a child stands in its place of a sequence: once, at most once, any number of times, at least once. */
const OCCURS = {
  '1': { least: 1, most: 1 },
  '?': { least: 0, most: 1 },
  '*': { least: 0, most: Number.POSITIVE_INFINITY },
  '+': { least: 1, most: Number.POSITIVE_INFINITY },
} as const;
type Occurs = keyof typeof OCCURS;

/** One place of a sequence: the element's local name, its namespace, and how often. */
export type Place = readonly [local: string, namespace: string, occurs: Occurs];

// Cc of Unicode: C0, DEL, C1.
const CONTROL = /\p{Cc}/u;
const BLANK = /^[ \t\r\n]*$/;

/** True for the element of that expanded name. */
export const is = (element: XmlElement, local: string, namespace: string): boolean =>
  element.local === local && element.namespace === namespace;

/** The value of an attribute without prefix, or null. */
export function attribute(element: XmlElement, name: string): string | null {
  return element.attributes.find((each) => each.namespace === '' && each.local === name)?.value ?? null;
}

/** The value of an attribute that must be there. Refuses with saml_schema. */
export function requiredAttribute(element: XmlElement, name: string): string {
  const value = attribute(element, name);
  if (value === null || value === '') throw new Refused('saml_schema', `${element.local} without ${name}`);
  return value;
}

/** Refuses with saml_schema where the element has an attribute other than these; those of xsi: may stand anywhere. */
export function onlyAttributes(element: XmlElement, names: readonly string[]): void {
  for (const each of element.attributes) {
    if (each.namespace === XSI) continue;
    if (each.namespace !== '' || !names.includes(each.local)) {
      throw new Refused('saml_schema', `an attribute of ${element.local} that the schema does not have`);
    }
  }
}

/** True where a value has a control character, a tab or line end among them. */
export const hasControl = (value: string): boolean => CONTROL.test(value);

/** A value that is used here. Refuses with saml_control_character where it has a control character. */
export function plain(value: string, where: string): string {
  if (hasControl(value)) throw new Refused('saml_control_character', where);
  return value;
}

/** The text of an element that has nothing else: the whole string, no part of it. Refuses with saml_schema. */
export function onlyText(element: XmlElement): string {
  if (element.children.length > 0) throw new Refused('saml_schema', `an element in the text of ${element.local}`);
  return element.text;
}

/** Such a text that is used here. Refuses with saml_schema or saml_control_character. */
export const textOf = (element: XmlElement): string => plain(onlyText(element), element.local);

/** Refuses with `reason`, as a rule saml_schema, where the element has text of its own beside its children. */
export function noText(element: XmlElement, reason: Reason = 'saml_schema'): void {
  if (!BLANK.test(element.text)) throw new Refused(reason, `text in ${element.local}`);
}

/**
 * Reads the children of an element as an xs:sequence: these places in this order, each as often as it says, nothing
 * else, no text. Returns the children found at each place. Refuses with `reason`, as a rule saml_schema.
 */
export function sequence<const P extends readonly Place[]>(
  element: XmlElement,
  places: P,
  reason?: Reason,
): { readonly [K in keyof P]: readonly XmlElement[] };
export function sequence(
  element: XmlElement,
  places: readonly Place[],
  reason: Reason = 'saml_schema',
): readonly (readonly XmlElement[])[] {
  noText(element, reason);
  let at = 0;
  const found = places.map(([local, namespace, occurs]) => {
    const here: XmlElement[] = [];
    const { least, most } = OCCURS[occurs];
    for (const child of element.children.slice(at)) {
      if (here.length === most || !is(child, local, namespace)) break;
      here.push(child);
    }
    at += here.length;
    if (here.length < least) throw new Refused(reason, `${element.local} without ${local}`);
    return here;
  });
  if (at < element.children.length) throw new Refused(reason, `a child of ${element.local} out of place`);
  return found;
}

/** The one element at a place that `sequence` has checked to be there. */
export function one([element]: readonly XmlElement[]): XmlElement {
  if (element === undefined) throw new Refused('saml_schema', 'an element missing');
  return element;
}

/** Every element of the tree, in document order. */
export function* descendants(element: XmlElement): Generator<XmlElement> {
  const pending = [element];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    yield next;
    pending.push(...next.children.toReversed());
  }
}
