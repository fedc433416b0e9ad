import type { Refusal } from '../../outcome.ts';
import { Refused } from './refused.ts';
import { declarationsOf, PrefixScope, type WrittenAttribute } from './xml-namespaces.ts';
import { BLANKS, DECLARATION, expand, expandAttribute, NOT_XML, QNAME } from './xml-text.ts';
import type { XmlElement } from './xml-tree.ts';

/** What a kind of document may have. Nothing else of XML's optional parts is ever read. */
interface XmlRules {
  readonly maxDepth: number;
  readonly maxAttributes: number;
  /** In the whole document: every element costs each of the passes over it. */
  readonly maxElements: number;
  /** `refuse` in messages, where a comment can split a value; `skip` in metadata, which people edit. */
  readonly comments: 'refuse' | 'skip';
}

/**
 * Contract section 2: 100 levels, 256 attributes an element (namespace declarations count).
 * A message of 100 KB whose elements all carry a value has less than 3000.
 */
export const MESSAGE_RULES: XmlRules = { maxDepth: 100, maxAttributes: 256, maxElements: 5000, comments: 'refuse' };
export const METADATA_RULES: XmlRules = { maxDepth: 100, maxAttributes: 256, maxElements: 50_000, comments: 'skip' };

/** The root element; or why there is none, and the offset in the text where reading ended. */
export type XmlReading =
  | { readonly ok: true; readonly value: XmlElement }
  | { readonly ok: false; readonly refusal: Refusal; readonly at: number };

/**
 * Reads a well-formed XML 1.0 document with namespaces (XML 1.0 fifth edition, Namespaces in XML 1.0), in one pass
 * and linear time, and refuses every part of XML that a SAML message has no use for and that parsers disagree about:
 * document types, entities beyond the five predefined, processing instructions, CDATA sections, comments (by `rules`),
 * undeclared prefixes, text around the root. `outer` is in scope around the root, as if its tag declared it.
 * Refuses with saml_not_xml, saml_xml_forbidden or saml_too_large.
 */
export function readXml(text: string, rules: XmlRules, outer: ReadonlyMap<string, string> = new Map()): XmlReading {
  const reader = new XmlReader(text, rules, outer);
  try {
    return { ok: true, value: reader.document() };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal, at: reader.at };
    throw error;
  }
}

type Building = Omit<XmlElement, 'children' | 'content' | 'parent'> & {
  readonly children: Building[];
  readonly content: (Building | string)[];
  readonly parent: Building | null;
  text: string;
};

class XmlReader {
  at = 0;
  private readonly text: string;
  private readonly rules: XmlRules;
  private readonly outer: ReadonlyMap<string, string>;
  private readonly scope = new PrefixScope();
  private count = 0;

  constructor(text: string, rules: XmlRules, outer: ReadonlyMap<string, string>) {
    this.text = text;
    this.rules = rules;
    this.outer = outer;
  }

  document(): XmlElement {
    this.declaration();
    this.misc();
    const root = this.elements();
    this.misc();
    if (this.at !== this.text.length) throw new Refused('saml_not_xml', 'text behind the root element');
    return root;
  }

  private declaration(): void {
    if (!/^<\?xml[ \t\r\n?]/.test(this.text)) return;
    if (this.take(DECLARATION) === null) {
      throw new Refused('saml_not_xml', 'an XML declaration other than version 1.0 and UTF-8');
    }
  }

  /** Blanks, and comments where the rules skip them, around the root element. */
  private misc(): void {
    do this.take(BLANKS);
    while (this.skipMarkup());
  }

  /** The root element and all that is in it; a loop with a stack, so that depth costs no call stack. */
  private elements(): XmlElement {
    const root = this.startTag(null);
    let depth = 1;
    let open: Building | null = this.selfClosed() ? null : root;
    while (open !== null) {
      if (this.text.startsWith('</', this.at)) {
        this.endTag(open);
        open = open.parent;
        depth -= 1;
      } else if (this.text.startsWith('<', this.at)) {
        if (this.skipMarkup()) continue;
        if (depth === this.rules.maxDepth) throw new Refused('saml_too_large', `deeper than ${depth} levels`);
        const child = this.startTag(open);
        open.children.push(child);
        open.content.push(child);
        if (this.selfClosed()) continue;
        open = child;
        depth += 1;
      } else {
        const characters = this.characters();
        open.content.push(characters);
        open.text += characters;
      }
    }
    return root;
  }

  /** Passes a comment if the rules skip them. Refuses every other `<!` and `<?`. */
  private skipMarkup(): boolean {
    if (!this.text.startsWith('<!', this.at) && !this.text.startsWith('<?', this.at)) return false;
    if (this.rules.comments === 'skip' && this.text.startsWith('<!--', this.at)) {
      const end = this.text.indexOf('--', this.at + 4);
      if (end === -1 || this.text[end + 2] !== '>') throw new Refused('saml_not_xml', 'a comment that does not end');
      this.upTo(end);
      this.at = end + 3;
      return true;
    }
    const kind = ['<!--', '<![CDATA[', '<!DOCTYPE', '<?'].find((start) => this.text.startsWith(start, this.at));
    throw new Refused('saml_xml_forbidden', kind ?? '<!');
  }

  /** A start tag up to its `>` or `/>`. */
  private startTag(parent: Building | null): Building {
    this.count += 1;
    const { maxElements } = this.rules;
    if (this.count > maxElements) throw new Refused('saml_too_large', `more than ${maxElements} elements`);
    const start = this.at;
    if (this.text[start] !== '<') throw new Refused('saml_not_xml', 'no element');
    this.at += 1;
    const [name, prefix, local] = this.name();
    const written = this.attributes();
    const own = declarationsOf(written);
    const declarations = parent === null ? new Map([...this.outer, ...own]) : own;
    this.scope.enter(declarations);
    const attributes = this.scope.resolve(written);
    const namespace = this.scope.namespaceOf(prefix);
    const head = { name, prefix, local, namespace, attributes, declarations, parent, start };
    return { ...head, children: [], content: [], text: '' };
  }

  private attributes(): WrittenAttribute[] {
    const found: WrittenAttribute[] = [];
    const seen = new Set<string>();
    while (this.take(BLANKS) !== null) {
      const next = this.text[this.at];
      if (next === '>' || next === '/') break;
      const [name, prefix, local] = this.name();
      if (seen.has(name)) throw new Refused('saml_not_xml', 'an attribute twice');
      seen.add(name);
      this.take(BLANKS);
      this.expect('=');
      this.take(BLANKS);
      found.push({ name, prefix, local, ...this.attributeValue() });
      if (found.length > this.rules.maxAttributes) {
        throw new Refused('saml_too_large', `more than ${this.rules.maxAttributes} attributes`);
      }
    }
    return found;
  }

  private attributeValue(): { readonly value: string; readonly folded: boolean } {
    const quote = this.text[this.at];
    if (quote !== '"' && quote !== "'") throw new Refused('saml_not_xml', 'an attribute without quotes');
    const end = this.text.indexOf(quote, this.at + 1);
    if (end === -1) throw new Refused('saml_not_xml', 'an attribute that does not end');
    this.at += 1;
    const raw = this.upTo(end);
    if (raw.includes('<')) throw new Refused('saml_not_xml', '< in an attribute');
    this.at = end + 1;
    return expandAttribute(raw);
  }

  private selfClosed(): boolean {
    const closed = this.text[this.at] === '/';
    if (closed) this.at += 1;
    this.expect('>');
    if (closed) this.scope.leave();
    return closed;
  }

  private endTag(element: Building): void {
    this.at += 2;
    const [name] = this.name();
    if (name !== element.name) throw new Refused('saml_not_xml', 'an end tag of another name');
    this.take(BLANKS);
    this.expect('>');
    this.scope.leave();
  }

  private characters(): string {
    const next = this.text.indexOf('<', this.at);
    if (next === -1) throw new Refused('saml_not_xml', 'an element that does not end');
    const raw = this.upTo(next);
    if (raw.includes(']]>')) throw new Refused('saml_not_xml', ']]> in text');
    this.at = next;
    return expand(raw);
  }

  /** What stands between here and there; every place where any character may stand is read by it. */
  private upTo(end: number): string {
    const raw = this.text.slice(this.at, end);
    const foreign = raw.search(NOT_XML);
    if (foreign === -1) return raw;
    this.at += foreign;
    throw new Refused('saml_not_xml', 'a character that XML 1.0 does not have');
  }

  private name(): [name: string, prefix: string, local: string] {
    const match = this.take(QNAME);
    if (match === null || this.text[this.at] === ':') throw new Refused('saml_not_xml', 'not a name');
    return [match[0], match[1] ?? '', match[2] ?? ''];
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) throw new Refused('saml_not_xml', `${character} missing`);
    this.at += 1;
  }

  private take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match !== null) this.at += match[0].length;
    return match;
  }
}
