import { XML, XMLNS } from './names.ts';
import { Stop } from './stop.ts';
import type { XmlAttribute } from './xml-tree.ts';

/** An attribute as it stands in a start tag. */
export interface WrittenAttribute {
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  readonly value: string;
}

/** What is in scope before any declaration. */
export const ROOT_SCOPE: ReadonlyMap<string, string> = new Map([['', '']]);

/** In scope at once; each level copies those of the one around it. */
const MAX_PREFIXES = 300;

/** The prefixes in scope inside an element; '' is the default namespace. Namespaces in XML 1.0, section 3. */
export function scopeOf(
  outer: ReadonlyMap<string, string>,
  written: readonly WrittenAttribute[],
): ReadonlyMap<string, string> {
  let scope: Map<string, string> | null = null;
  for (const { name, prefix, local, value } of written) {
    if (prefix !== 'xmlns' && name !== 'xmlns') continue;
    const declared = prefix === 'xmlns' ? local : '';
    const reserved = declared === 'xmlns' || declared === 'xml' || value === XML || value === XMLNS;
    if (reserved || (declared !== '' && value === '')) throw new Stop('saml_not_xml', 'a namespace declaration');
    scope ??= new Map(outer);
    scope.set(declared, value);
  }
  if (scope !== null && scope.size > MAX_PREFIXES) throw new Stop('saml_too_large', 'prefixes');
  return scope ?? outer;
}

/** The namespace of a prefix. A prefix that nobody declared is refused (saml_xml_forbidden). */
export function namespaceOf(prefix: string, scope: ReadonlyMap<string, string>): string {
  if (prefix === 'xml') return XML;
  const namespace = scope.get(prefix);
  if (namespace === undefined || prefix === 'xmlns') throw new Stop('saml_xml_forbidden', 'an undeclared prefix');
  return namespace;
}

/** The attributes without the declarations, each with its namespace. Refuses two of one expanded name. */
export function resolve(written: readonly WrittenAttribute[], scope: ReadonlyMap<string, string>): XmlAttribute[] {
  const attributes: XmlAttribute[] = [];
  const seen = new Set<string>();
  for (const { name, prefix, local, value } of written) {
    if (prefix === 'xmlns' || name === 'xmlns') continue;
    const namespace = prefix === '' ? '' : namespaceOf(prefix, scope);
    const expanded = `{${namespace}}${local}`;
    if (seen.has(expanded)) throw new Stop('saml_not_xml', 'an attribute twice');
    seen.add(expanded);
    attributes.push({ name, local, namespace, value });
  }
  return attributes;
}
