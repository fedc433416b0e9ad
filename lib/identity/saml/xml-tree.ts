export interface XmlAttribute {
  /** As written, with its prefix. */
  readonly name: string;
  /** Empty where it has none. */
  readonly prefix: string;
  readonly local: string;
  /** Empty for an attribute without prefix, as XML namespaces have it. */
  readonly namespace: string;
  /** As XML 1.0 section 3.3.3 has it: a tab or line end that is written as such is a blank. */
  readonly value: string;
  /** The value was written with such a tab or line end. */
  readonly folded: boolean;
}

export interface XmlElement {
  /** As written, with its prefix. */
  readonly name: string;
  /** Empty where it has none. */
  readonly prefix: string;
  readonly local: string;
  readonly namespace: string;
  /** Without namespace declarations. */
  readonly attributes: readonly XmlAttribute[];
  /** Prefixes declared here, each with its namespace; '' is the default namespace. */
  readonly declarations: ReadonlyMap<string, string>;
  /** Elements and the text between them, in document order. */
  readonly content: readonly (XmlElement | string)[];
  readonly children: readonly XmlElement[];
  /** All text directly inside, joined. */
  readonly text: string;
  readonly parent: XmlElement | null;
  /** Offset of its `<` in the text. */
  readonly start: number;
}

/**
 * Every prefix in scope inside an element, with its namespace; '' is the default namespace. Linear in the declarations
 * around it.
 */
export function prefixesInScope(element: XmlElement): ReadonlyMap<string, string> {
  const scope = new Map<string, string>();
  for (let at: XmlElement | null = element; at !== null; at = at.parent) {
    for (const [prefix, namespace] of at.declarations) {
      if (!scope.has(prefix)) scope.set(prefix, namespace);
    }
  }
  return scope;
}
