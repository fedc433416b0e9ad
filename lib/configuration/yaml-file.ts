import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
} from 'yaml';
import type { FieldPath } from './problem.ts';

/** Larger files are not read: their document could not be an item of DynamoDB (400 KB) anyway. */
export const MAX_FILE_BYTES = 1_000_000;

/** Resolved aliases a document may have in all (counted as the YAML library does, nested ones multiplied): stops alias bombs. */
const MAX_ALIASES = 100;

/** Nesting that a document may have; deeper ones are a mistake or an attack on whoever walks them. */
const MAX_DEPTH = 60;

export interface YamlFault {
  readonly line: number;
  /** The field that is wrong; empty where the text as a whole is. */
  readonly path: FieldPath;
  readonly message: string;
}

/** A YAML file with one document, as plain values, that knows the line of each of its fields. */
export interface YamlFile {
  /** Undefined where the text is not YAML at all; then `faults` says why. */
  readonly value: unknown;
  readonly faults: readonly YamlFault[];
  /** The line of the field at `path`, or of the nearest field above it that exists. */
  lineOf(path: FieldPath): number;
}

/**
 * Reads YAML 1.2 with the core schema: no merge keys, no tags of other languages, string keys only, no duplicate keys, one document. A number that
 * would not be written back as it stands (`012`, `0x1F`, `1e3`) is a fault: account ids and the like belong in quotes. Faults are all that were found.
 */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false, // unfitNodes looks for them: the library would not say which field it is
    prettyErrors: false,
    lineCounter: lines,
  });
  const document = 'empty' in documents ? undefined : documents[0];
  if (document === undefined || document.contents === null) {
    return { value: undefined, faults: [{ line: 1, path: [], message: 'the file is empty' }], lineOf: () => 1 };
  }
  const lineAt = (offset: number | undefined) => Math.max(1, offset === undefined ? 1 : lines.linePos(offset).line);
  const faults: YamlFault[] = [...document.errors, ...document.warnings].map((problem) => ({
    line: lineAt(problem.pos[0]),
    path: [],
    message: firstLine(problem.message),
  }));
  const second = 'empty' in documents ? undefined : documents[1];
  if (second !== undefined)
    faults.push({ line: lineAt(second.range[0]), path: [], message: 'a file holds one document' });
  faults.push(...unfitNodes(document, lineAt));
  const lineOf = (path: FieldPath) => lineAt(offsetOf(document, path));
  const isBroken = document.errors.length > 0 || faults.some(isUnusable);
  return isBroken ? { value: undefined, faults, lineOf } : toValue(document, faults, lineOf);
}

/** What was found with the values beside it: their own problems are told as well. */
function toValue(document: Document.Parsed, faults: readonly YamlFault[], lineOf: YamlFile['lineOf']): YamlFile {
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), faults, lineOf };
  } catch (error) {
    // The library's own limit on aliases, or an alias without its anchor.
    const message = error instanceof Error ? firstLine(error.message) : 'cannot be read';
    return { value: undefined, faults: [...faults, { line: 1, path: [], message }], lineOf };
  }
}

const CORE_TAG = /^(!|tag:yaml\.org,2002:(str|int|float|bool|null|map|seq))$/;
const KEY_NOT_TEXT = 'a key must be a string: put it in quotes';
const TOO_DEEP = `nested deeper than ${MAX_DEPTH} levels`;
/** What leaves no plain values to go on with. */
const isUnusable = ({ message }: YamlFault): boolean => message === TOO_DEEP || message === KEY_NOT_TEXT;

const firstLine = (message: string): string => (message.split('\n')[0] ?? message).replace(/:$/, '');

/** What YAML allows and a configuration does not. */
function unfitNodes(document: Document.Parsed, lineAt: (offset: number | undefined) => number): YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, {
    Node(_key, node, ancestors) {
      const say = (message: string) =>
        faults.push({ line: lineAt(node.range?.[0]), path: pathOf([...ancestors, node]), message });
      if (ancestors.length > MAX_DEPTH * 2) {
        say(TOO_DEEP);
        return visit.BREAK;
      }
      if ('tag' in node && node.tag !== undefined && !CORE_TAG.test(node.tag)) {
        say(`the tag ${node.tag} is not accepted`);
      }
      if (isScalar(node) && typeof node.value === 'number' && String(node.value) !== node.source) {
        say(`the number ${node.source} would be read as ${node.value}: put it in quotes`);
      }
      return undefined;
    },
    Pair(_key, pair, ancestors) {
      const key = pair.key;
      asText(key);
      const line = lineAt((key as Node | null)?.range?.[0]);
      const say = (message: string) => faults.push({ line, path: pathOf([...ancestors, pair]), message });
      if (!isScalar(key) || typeof key.value !== 'string') {
        say(KEY_NOT_TEXT);
      } else if (key.value === '__proto__') {
        say('the key __proto__ is not accepted');
      } else if (key.value === '<<') {
        say('merge keys (<<) are not part of YAML 1.2: write the fields out');
      } else if (isRepeated(pair, ancestors.at(-1))) {
        say('stands here twice');
      }
    },
  });
  return faults;
}

/** True where a field of the same name stands before `pair` in its map. */
function isRepeated(pair: Pair, map: unknown): boolean {
  if (!isMap(map)) return false;
  const first = map.items.find(({ key }) => isScalar(key) && isScalar(pair.key) && key.value === pair.key.value);
  return first !== undefined && first !== pair;
}

/** The field that the last of these nodes is or belongs to; each node holds the next one. */
function pathOf(nodes: readonly unknown[]): FieldPath {
  const path: (string | number)[] = [];
  for (const [index, node] of nodes.entries()) {
    if (isPair(node) && isScalar(node.key) && typeof node.key.value === 'string') path.push(node.key.value);
    const position = isSeq(node) ? node.items.indexOf(nodes[index + 1]) : -1;
    if (position >= 0) path.push(position);
  }
  return path;
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
