import type { Outcome } from '../../outcome.ts';
import { outcomeOf, Stop } from './stop.ts';
import { namespaceOf, ROOT_SCOPE, resolve, scopeOf, type WrittenAttribute } from './xml-namespaces.ts';
import { BLANKS, DECLARATION, expand, NOT_XML, QNAME } from './xml-text.ts';
import type { XmlElement } from './xml-tree.ts';

/** What a kind of document may have. Nothing else of XML's optional parts is ever read. */
export interface XmlRules {
  readonly maxDepth: number;
  readonly maxAttributes: number;
  /** In the whole document: every element costs each of the passes over it. */
  readonly maxElements: number;
  /** `refuse` in messages, where a comment can split a value; `skip` in metadata, which people edit. */
  readonly comments: 'refuse' | 'skip';
}

/**
 * Contract section 2: 100 levels, 256 attributes an element (namespace declarations count). A message of 100 KB whose elements all carry a value has less than 3000.
 */
export const MESSAGE_RULES: XmlRules = { maxDepth: 100, maxAttributes: 256, maxElements: 5000, comments: 'refuse' };
export const METADATA_RULES: XmlRules = { maxDepth: 100, maxAttributes: 256, maxElements: 50_000, comments: 'skip' };

type Building = { -readonly [K in keyof XmlElement]: XmlElement[K] } & {
  readonly qualified: string;
  children: Building[];
};

/**
 * Reads a well-formed XML 1.0 document with namespaces (XML 1.0 fifth edition, Namespaces in XML 1.0), in one pass and linear time, and refuses every
 * part of XML that a SAML message has no use for and that parsers disagree about: document types, entities beyond the five predefined,
 * processing instructions, CDATA sections, comments (by `rules`), undeclared prefixes, text around the root.
 * Refuses with saml_not_xml, saml_xml_forbidden or saml_too_large.
 */
export function readXml(text: string, rules: XmlRules): Outcome<XmlElement> {
  return outcomeOf(() => new XmlReader(text, rules).document());
}

class XmlReader {
  private readonly text: string;
  private readonly rules: XmlRules;
  private at = 0;
  private count = 0;

  constructor(text: string, rules: XmlRules) {
    this.text = text;
    this.rules = rules;
  }

  document(): XmlElement {
    if (NOT_XML.test(this.text)) throw new Stop('saml_not_xml', 'a character that XML 1.0 does not have');
    this.declaration();
    this.misc();
    const root = this.elements();
    this.misc();
    if (this.at !== this.text.length) throw new Stop('saml_not_xml', 'text behind the root element');
    return root;
  }

  private declaration(): void {
    if (!/^<\?xml[ \t\r\n?]/.test(this.text)) return;
    if (this.take(DECLARATION) === null) {
      throw new Stop('saml_not_xml', 'an XML declaration other than version 1.0 and UTF-8');
    }
  }

  /** Blanks, and comments where the rules skip them, around the root element. */
  private misc(): void {
    do this.take(BLANKS);
    while (this.skipMarkup());
  }

  /** The root element and all that is in it; a loop with a stack, so that depth costs no call stack. */
  private elements(): XmlElement {
    let open: Building = this.startTag(null, 1);
    const root = open;
    let depth = 1;
    let closed = this.selfClosed(open);
    while (!closed || open !== root) {
      if (closed) {
        open = this.parentOf(open);
        depth -= 1;
        closed = false;
      } else if (this.text.startsWith('</', this.at)) {
        this.endTag(open);
        closed = true;
      } else if (this.text.startsWith('<', this.at)) {
        if (this.skipMarkup()) continue;
        depth += 1;
        const child = this.startTag(open, depth);
        open.children.push(child);
        open = child;
        closed = this.selfClosed(child);
      } else {
        open.text += this.characters();
      }
    }
    return root;
  }

  private parentOf(element: Building): Building {
    if (element.parent === null) throw new Stop('saml_not_xml', 'unbalanced');
    return element.parent as Building;
  }

  /** Passes a comment if the rules skip them. Refuses every other `<!` and `<?`. */
  private skipMarkup(): boolean {
    if (!this.text.startsWith('<!', this.at) && !this.text.startsWith('<?', this.at)) return false;
    if (this.rules.comments === 'skip' && this.text.startsWith('<!--', this.at)) {
      const end = this.text.indexOf('--', this.at + 4);
      if (end === -1 || this.text[end + 2] !== '>') throw new Stop('saml_not_xml', 'a comment that does not end');
      this.at = end + 3;
      return true;
    }
    const kind = ['<!--', '<![CDATA[', '<!DOCTYPE', '<?'].find((start) => this.text.startsWith(start, this.at));
    throw new Stop('saml_xml_forbidden', kind ?? '<!');
  }

  private startTag(parent: Building | null, depth: number): Building {
    if (depth > this.rules.maxDepth) throw new Stop('saml_too_large', `deeper than ${this.rules.maxDepth} levels`);
    this.count += 1;
    if (this.count > this.rules.maxElements)
      throw new Stop('saml_too_large', `more than ${this.rules.maxElements} elements`);
    const start = this.at;
    if (this.text[start] !== '<') throw new Stop('saml_not_xml', 'no element');
    this.at += 1;
    const [qualified, prefix, local] = this.name();
    const nameEnd = this.at;
    const written = this.attributes();
    const scope = scopeOf(parent?.scope ?? ROOT_SCOPE, written);
    const attributes = resolve(written, scope);
    const namespace = namespaceOf(prefix, scope);
    return {
      qualified,
      local,
      namespace,
      attributes,
      parent,
      start,
      nameEnd,
      scope,
      children: [],
      text: '',
      end: -1,
    };
  }

  private attributes(): WrittenAttribute[] {
    const found: WrittenAttribute[] = [];
    const seen = new Set<string>();
    while (this.take(BLANKS) !== null) {
      const next = this.text[this.at];
      if (next === '>' || next === '/') break;
      const [name, prefix, local] = this.name();
      if (seen.has(name)) throw new Stop('saml_not_xml', 'an attribute twice');
      seen.add(name);
      this.take(BLANKS);
      this.expect('=');
      this.take(BLANKS);
      found.push({ name, prefix, local, value: this.attributeValue() });
      if (found.length > this.rules.maxAttributes) {
        throw new Stop('saml_too_large', `more than ${this.rules.maxAttributes} attributes`);
      }
    }
    return found;
  }

  private attributeValue(): string {
    const quote = this.text[this.at];
    if (quote !== '"' && quote !== "'") throw new Stop('saml_not_xml', 'an attribute without quotes');
    const end = this.text.indexOf(quote, this.at + 1);
    if (end === -1) throw new Stop('saml_not_xml', 'an attribute that does not end');
    const raw = this.text.slice(this.at + 1, end);
    if (raw.includes('<')) throw new Stop('saml_not_xml', '< in an attribute');
    this.at = end + 1;
    return expand(raw);
  }

  private selfClosed(element: Building): boolean {
    const closed = this.text[this.at] === '/';
    if (closed) this.at += 1;
    this.expect('>');
    element.end = this.at;
    return closed;
  }

  private endTag(element: Building): void {
    this.at += 2;
    const [name] = this.name();
    if (name !== element.qualified) throw new Stop('saml_not_xml', 'an end tag of another name');
    this.take(BLANKS);
    this.expect('>');
    element.end = this.at;
  }

  private characters(): string {
    const next = this.text.indexOf('<', this.at);
    if (next === -1) throw new Stop('saml_not_xml', 'an element that does not end');
    const raw = this.text.slice(this.at, next);
    if (raw.includes(']]>')) throw new Stop('saml_not_xml', ']]> in text');
    this.at = next;
    return expand(raw);
  }

  private name(): [name: string, prefix: string, local: string] {
    const match = this.take(QNAME);
    if (match === null || this.text[this.at] === ':') throw new Stop('saml_not_xml', 'not a name');
    return [match[0], match[1] ?? '', match[2] ?? ''];
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) throw new Stop('saml_not_xml', `${character} missing`);
    this.at += 1;
  }

  private take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match !== null) this.at += match[0].length;
    return match;
  }
}
