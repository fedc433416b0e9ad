import { Refused } from './refused.ts';
import { prefixesInScope, type XmlAttribute, type XmlElement } from './xml-tree.ts';

interface Canonicalization {
  /** InclusiveNamespaces PrefixList of the method; `#default` is the default namespace. */
  readonly inclusive: readonly string[];
  /** A child of the element that is left out, with all that is in it: the enveloped signature. */
  readonly without: XmlElement | null;
}

/** Ten times a message: a namespace that siblings use and nobody above them does is written with each of them. */
const MAX_CHARACTERS = 1024 * 1024;

/**
 * Exclusive XML Canonicalization 1.0 without comments of an element and all that is in it: a namespace is declared
 * where a name first uses its prefix. Linear in the element and its outcome; refuses with saml_too_large beyond 1 MB of
 * it. A mistake here can only refuse: a digest or signature that holds says that the other side made the very same
 * octets, and whoever goes on reads those octets and nothing else.
 */
export function canonicalize(apex: XmlElement, { inclusive, without }: Canonicalization): string {
  return new Writer(inclusive, without).write(apex);
}

class Writer {
  private readonly inclusive: ReadonlySet<string>;
  private readonly without: XmlElement | null;
  private readonly out: string[] = [];
  private characters = 0;
  /** What the elements around the place that is written have declared in the outcome. */
  private readonly rendered = new Map([['', '']]);

  constructor(inclusive: readonly string[], without: XmlElement | null) {
    this.inclusive = new Set(inclusive.map((prefix) => (prefix === '#default' ? '' : prefix)));
    this.without = without;
  }

  write(apex: XmlElement): string {
    this.element(apex, prefixesInScope(apex));
    return this.out.join('');
  }

  /** `declared`: what is declared here for the prefixes of the list; of the apex, all that is in scope. */
  private element(element: XmlElement, declared: ReadonlyMap<string, string>): void {
    const fresh = this.undeclared(element, declared);
    const shadowed = fresh.map(([prefix]) => [prefix, this.rendered.get(prefix)] as const);
    this.put(`<${element.name}`);
    for (const [prefix, namespace] of fresh) {
      this.rendered.set(prefix, namespace);
      this.put(prefix === '' ? ` xmlns="${escapeValue(namespace)}"` : ` xmlns:${prefix}="${escapeValue(namespace)}"`);
    }
    for (const { name, value } of [...element.attributes].sort(inOrder)) this.put(` ${name}="${escapeValue(value)}"`);
    this.put('>');
    for (const each of element.content) {
      if (typeof each === 'string') this.put(escapeText(each));
      else if (each !== this.without) this.element(each, each.declarations);
    }
    this.put(`</${element.name}>`);
    for (const [prefix, namespace] of shadowed) {
      if (namespace === undefined) this.rendered.delete(prefix);
      else this.rendered.set(prefix, namespace);
    }
  }

  /**
   * The namespaces to declare here: those that its names use, and the list's, where the outcome does not have them yet.
   */
  private undeclared(element: XmlElement, declared: ReadonlyMap<string, string>): (readonly [string, string])[] {
    const needed = new Map([[element.prefix, element.namespace]]);
    for (const { prefix, namespace } of element.attributes) if (prefix !== '') needed.set(prefix, namespace);
    for (const [prefix, namespace] of declared) if (this.inclusive.has(prefix)) needed.set(prefix, namespace);
    needed.delete('xml');
    return [...needed]
      .filter(([prefix, namespace]) => this.rendered.get(prefix) !== namespace)
      .sort(([a], [b]) => compare(a, b));
  }

  private put(text: string): void {
    this.characters += text.length;
    if (this.characters > MAX_CHARACTERS) throw new Refused('saml_too_large', 'the canonical form');
    this.out.push(text);
  }
}

/** Canonical XML section 2.3: by namespace and then by local name; those without a namespace come first. */
const inOrder = (a: XmlAttribute, b: XmlAttribute): number =>
  compare(a.namespace, b.namespace) || compare(a.local, b.local);

/** By code point, as UTF-8 sorts. */
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Canonical XML section 2.3. */
const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#xD;');

const escapeValue = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#x9;')
    .replaceAll('\n', '&#xA;')
    .replaceAll('\r', '&#xD;');
