import { XML, XMLNS } from './names.ts';
import { Refused } from './refused.ts';
import type { XmlAttribute } from './xml-tree.ts';

/** An attribute as it stands in a start tag. */
export interface WrittenAttribute {
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  readonly value: string;
  readonly folded: boolean;
}

const NO_DECLARATIONS: ReadonlyMap<string, string> = new Map();

/** Those of SAML have less than 60. A canonical form repeats and sorts them. */
const MAX_NAMESPACE_CHARACTERS = 1024;

/** What a start tag declares: prefix to namespace; '' is the default namespace. Namespaces in XML 1.0, section 3. */
export function declarationsOf(written: readonly WrittenAttribute[]): ReadonlyMap<string, string> {
  let declarations: Map<string, string> | null = null;
  for (const { name, prefix, local, value } of written) {
    if (prefix !== 'xmlns' && name !== 'xmlns') continue;
    const declared = prefix === 'xmlns' ? local : '';
    const reserved = declared === 'xmlns' || declared === 'xml' || value === XML || value === XMLNS;
    if (reserved || (declared !== '' && value === '')) throw new Refused('saml_not_xml', 'a namespace declaration');
    if (value.length > MAX_NAMESPACE_CHARACTERS) throw new Refused('saml_too_large', 'a namespace name');
    declarations ??= new Map();
    declarations.set(declared, value);
  }
  return declarations ?? NO_DECLARATIONS;
}

/**
 * The prefixes in scope where a reader stands. It is one table that start tags change and end tags change back, so that
 * a document costs what it declares, however many prefixes are in scope and however deep it nests.
 */
export class PrefixScope {
  private readonly bound = new Map<string, string | undefined>([['', '']]);
  private readonly shadowed: (readonly [prefix: string, namespace: string | undefined])[][] = [];

  enter(declarations: ReadonlyMap<string, string>): void {
    this.shadowed.push([...declarations.keys()].map((prefix) => [prefix, this.bound.get(prefix)]));
    for (const [prefix, namespace] of declarations) this.bound.set(prefix, namespace);
  }

  leave(): void {
    for (const [prefix, namespace] of this.shadowed.pop() ?? []) {
      this.bound.set(prefix, namespace);
    }
  }

  /** The namespace of a prefix. A prefix that nobody declared is refused (saml_xml_forbidden). */
  namespaceOf(prefix: string): string {
    if (prefix === 'xml') return XML;
    const namespace = this.bound.get(prefix);
    if (namespace === undefined || prefix === 'xmlns') throw new Refused('saml_xml_forbidden', 'an undeclared prefix');
    return namespace;
  }

  /** The attributes without the declarations, each with its namespace. Refuses two of one expanded name. */
  resolve(written: readonly WrittenAttribute[]): XmlAttribute[] {
    const attributes: XmlAttribute[] = [];
    // By namespace and then by name: joined to one key, a long namespace would cost its length with every attribute.
    const seen = new Map<string, Set<string>>();
    for (const { name, prefix, local, value, folded } of written) {
      if (prefix === 'xmlns' || name === 'xmlns') continue;
      const namespace = prefix === '' ? '' : this.namespaceOf(prefix);
      const names = seen.get(namespace) ?? new Set();
      if (names.has(local)) throw new Refused('saml_not_xml', 'an attribute twice');
      seen.set(namespace, names.add(local));
      attributes.push({ name, prefix, local, namespace, value, folded });
    }
    return attributes;
  }
}
