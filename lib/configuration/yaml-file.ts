import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
} from 'yaml';
import type { FieldPath } from './problem.ts';

/** Larger files are not read: their document could not be an item of DynamoDB (400 KB) anyway. */
export const MAX_FILE_BYTES = 1_000_000;

/**
 * Resolved aliases a document may have in all (counted as the YAML library does, nested ones multiplied): stops alias
 * bombs.
 */
const MAX_ALIASES = 100;

/** Nesting that a document may have; deeper ones are a mistake or an attack on whoever walks them. */
const MAX_DEPTH = 60;

/** Where something is written: 1 for the first line, and for the first character of a line. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlFault extends Position {
  /** The field that is wrong; empty where the text as a whole is. */
  readonly path: FieldPath;
  readonly message: string;
}

/** A YAML file with one document, as plain values, that knows the line of each of its fields. */
export interface YamlFile {
  /** Undefined where the text is not YAML at all; then `faults` says why. */
  readonly value: unknown;
  readonly faults: readonly YamlFault[];
  /** Where the field at `path` is, or the nearest field above it that exists; through an alias, where its anchor is. */
  positionOf(path: FieldPath): Position;
}

/**
 * Reads YAML 1.2 with the core schema: no merge keys, no tags of other languages, string keys only, no duplicate keys,
 * one document. A number that would not be written back as it stands (`012`, `0x1F`, `1e3`) is a fault: account ids and
 * the like belong in quotes. Faults are all that were found.
 */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false, // UnfitNodes looks for them: the library would not say which field it is
    prettyErrors: false,
    lineCounter: lines,
  });
  const document = 'empty' in documents ? undefined : documents[0];
  if (document === undefined || document.contents === null) {
    return {
      value: undefined,
      faults: [{ ...START, path: [], message: 'the file is empty' }],
      positionOf: () => START,
    };
  }
  const at: PositionAt = (offset) => {
    const { line, col } = lines.linePos(offset ?? 0);
    return line === 0 ? START : { line, column: col };
  };
  const faults = firstOfLine(
    [...document.errors, ...document.warnings].map((problem) => ({
      ...at(problem.pos[0]),
      path: [],
      message: firstLine(problem.message),
    })),
  );
  const second = 'empty' in documents ? undefined : documents[1];
  if (second !== undefined) faults.push({ ...at(second.range[0]), path: [], message: 'a file holds one document' });
  const { found: unfit } = new UnfitNodes(document, at);
  faults.push(...unfit.map(({ fault }) => fault));
  const positionOf = (path: FieldPath) => at(offsetOf(document, path));
  const hasValues = document.errors.length === 0 && unfit.every(({ leaves }) => leaves === 'values');
  return hasValues ? toValue(document, faults, positionOf) : { value: undefined, faults, positionOf };
}

/** What was found with the values beside it: their own problems are told as well. */
function toValue(
  document: Document.Parsed,
  faults: readonly YamlFault[],
  positionOf: YamlFile['positionOf'],
): YamlFile {
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), faults, positionOf };
  } catch {
    // Every alias has its anchor here, so it is the library's limit on how often they are used.
    const message = `its aliases stand for more than ${MAX_ALIASES} values`;
    return { value: undefined, faults: [...faults, { ...START, path: [], message }], positionOf };
  }
}

/** What the library says of a line after the first fault there mostly follows from that. */
const firstOfLine = (faults: readonly YamlFault[]): YamlFault[] =>
  faults.filter(({ line }, index) => faults.findIndex((other) => other.line === line) === index);

const START: Position = { line: 1, column: 1 };

type PositionAt = (offset: number | undefined) => Position;

const CORE_TAG = /^(!|tag:yaml\.org,2002:(str|int|float|bool|null|map|seq))$/;

/** A fault of a node, and whether it leaves plain values to go on with. */
interface UnfitNode {
  readonly fault: YamlFault;
  readonly leaves: 'values' | 'nothing';
}

const firstLine = (message: string): string => (message.split('\n')[0] ?? message).replace(/:$/, '');

/** What YAML allows and a configuration does not, in the order of the text. */
class UnfitNodes {
  readonly found: UnfitNode[] = [];
  private readonly path: (string | number)[] = [];
  private readonly document: Document.Parsed;
  private readonly at: PositionAt;
  private isTooDeep = false;

  constructor(document: Document.Parsed, at: PositionAt) {
    this.document = document;
    this.at = at;
    this.look(document.contents, 1);
  }

  /** `depth` counts maps, their pairs and lists. */
  private look(node: unknown, depth: number): void {
    if (!isNode(node) || this.isTooDeep) return;
    if (depth > MAX_DEPTH * 2) {
      this.isTooDeep = true;
      this.say(node, `nested deeper than ${MAX_DEPTH} levels`, 'nothing');
      return;
    }
    this.judge(node);
    if (isMap(node)) {
      const names = new Set<unknown>();
      for (const pair of node.items) this.lookAtPair(pair, names, depth + 1);
    } else if (isSeq(node)) {
      node.items.forEach((item, index) => {
        this.path.push(index);
        this.look(item, depth + 1);
        this.path.pop();
      });
    }
  }

  private judge(node: Node): void {
    if (isAlias(node) && node.resolve(this.document) === undefined) {
      this.say(node, `the alias *${node.source} has no anchor before it`, 'nothing');
    }
    if ('tag' in node && node.tag !== undefined && !CORE_TAG.test(node.tag)) {
      this.say(node, `the tag ${node.tag} is not accepted`);
    }
    if (isScalar(node) && typeof node.value === 'number' && String(node.value) !== node.source) {
      this.say(node, `the number ${node.source} would be read as ${node.value}: put it in quotes`);
    }
  }

  private lookAtPair(pair: Pair, names: Set<unknown>, depth: number): void {
    const { key, value } = pair;
    asText(key);
    const name = isScalar(key) && typeof key.value === 'string' ? key.value : null;
    if (name !== null) this.path.push(name);
    if (name === null) this.say(key, 'a key must be a string: put it in quotes', 'nothing');
    else if (name === '__proto__') this.say(key, 'the key __proto__ is not accepted');
    else if (name === '<<') this.say(key, 'merge keys (<<) are not part of YAML 1.2: write the fields out');
    else if (names.has(name)) this.say(key, 'stands here twice');
    names.add(name);
    this.look(key, depth + 1);
    this.look(value, depth + 1);
    if (name !== null) this.path.pop();
  }

  private say(node: unknown, message: string, leaves: UnfitNode['leaves'] = 'values'): void {
    const offset = isNode(node) ? node.range?.[0] : undefined;
    this.found.push({ fault: { ...this.at(offset), path: [...this.path], message }, leaves });
  }
}

/** The condition operator `Null` is written as it is; YAML 1.2's core schema would read it as null. */
function asText(key: unknown): void {
  if (isScalar(key) && key.value === null && key.source === 'Null') key.value = key.source;
}

/** The offset of the key (or list entry) at `path`, or of the nearest one above it. */
function offsetOf(document: Document.Parsed, path: FieldPath): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined = document.contents?.range?.[0];
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === part);
      if (pair === undefined) break;
      offset = isScalar(pair.key) ? pair.key.range?.[0] : offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      const entry = node.items[part] as Node | undefined;
      if (entry === undefined) break;
      offset = entry.range?.[0] ?? offset;
      node = entry;
    } else break;
  }
  return offset;
}
