export interface XmlAttribute {
  /** As written, with its prefix. */
  readonly name: string;
  readonly local: string;
  /** Empty for an attribute without prefix, as XML namespaces have it. */
  readonly namespace: string;
  readonly value: string;
}

export interface XmlElement {
  readonly local: string;
  readonly namespace: string;
  /** Without namespace declarations. */
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** All text directly inside, joined. */
  readonly text: string;
  readonly parent: XmlElement | null;
  /** Offsets in the text: of `<`, behind the element's name, and behind `>` of the end tag. */
  readonly start: number;
  readonly nameEnd: number;
  readonly end: number;
  /** Prefixes in scope; '' is the default namespace. */
  readonly scope: ReadonlyMap<string, string>;
}
