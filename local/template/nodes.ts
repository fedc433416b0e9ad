import { readFileSync } from 'node:fs';
import {
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  Pair,
  parseDocument,
  type Scalar,
  YAMLMap,
  YAMLSeq,
} from 'yaml';

/**
 * Values for the places of a shape: text or a number, a node to copy in, or null: the place, and the line that it
 * is all of, is left out.
 */
export type Values = Readonly<Record<string, string | number | boolean | Node | null>>;

const PLACE = /<([A-Za-z][A-Za-z-]*)>/g;
const ONE_PLACE = /^<([A-Za-z][A-Za-z-]*)>$/;

/** Parses a fragment. CloudFormation's short tags (`!Ref`) stay as written. Throws what is wrong with its YAML. */
export function readMap(path: string): YAMLMap {
  const document = parseDocument(readFileSync(path, 'utf8'), { logLevel: 'silent', customTags: [] });
  const [problem] = document.errors;
  if (problem !== undefined) throw new Error(`${path}: ${problem.message}`);
  if (!isMap(document.contents)) throw new Error(`${path}: is not a map`);
  const contents = document.contents as YAMLMap;
  const comment = contents.commentBefore ?? document.commentBefore;
  // Of a file's first comment the last paragraph is about its first key; what stands before that is about the file.
  contents.commentBefore = comment?.split('\n\n').at(-1) ?? null;
  return contents;
}

/** Every key and its value, which has to be a node. */
export function entriesOf(map: YAMLMap): readonly (readonly [string, Node])[] {
  return map.items.map(({ key, value }) => [String(key), value as Node] as const);
}

/** A copy of the map at `key`. */
export function mapAt(map: YAMLMap, key: string): YAMLMap {
  const value = map.get(key, true);
  if (!isMap(value)) throw new Error(`template: ${key} is not a map`);
  return value.clone() as YAMLMap;
}

function fillingOf(place: string, values: Values): Values[string] {
  const value = values[place];
  if (value === undefined) throw new Error(`template: nothing fills <${place}>`);
  return value;
}

const filledText = (text: string, values: Values): string =>
  text.replace(PLACE, (_, place: string) => {
    const value = fillingOf(place, values);
    if (value === null || typeof value === 'object') throw new Error(`template: <${place}> stands within a text`);
    return String(value);
  });

/** The value for a scalar that is nothing but a place; undefined: it is not. */
function wholePlace(node: unknown, values: Values): Values[string] | undefined {
  const place = isScalar(node) && typeof node.value === 'string' ? ONE_PLACE.exec(node.value)?.[1] : undefined;
  return place === undefined ? undefined : fillingOf(place, values);
}

const copyOf = (node: Node): Node => node.clone() as Node;

function filledScalar(node: Scalar, values: Values): Node | null {
  const whole = wholePlace(node, values);
  if (whole === null) return null;
  if (whole !== undefined && typeof whole === 'object') return copyOf(whole);
  const copy = node.clone() as Scalar;
  if (whole !== undefined) copy.value = whole;
  else if (typeof copy.value === 'string') copy.value = filledText(copy.value, values);
  return copy;
}

/** A pair whose key is a place takes in every pair of the map that fills it, with comment and blank line before. */
function filledPair(pair: Pair, values: Values): Pair[] {
  const spliced = wholePlace(pair.key, values);
  if (spliced === undefined || typeof spliced !== 'object') {
    const value = pair.value === null ? null : filled(pair.value as Node, values);
    return value === null ? [] : [new Pair(filledScalar(pair.key as Scalar, values) as Scalar, value)];
  }
  if (spliced === null) return [];
  if (!isMap(spliced)) throw new Error(`template: ${String(pair.key)} is not filled by a map`);
  const copy = copyOf(spliced) as YAMLMap;
  const [first] = copy.items;
  if (first !== undefined) takeOver(pair.key as Scalar, copy, first.key as Scalar);
  return copy.items as Pair[];
}

/** The first spliced key follows what stood before the place: a comment, a blank line. */
function takeOver(place: Scalar, map: YAMLMap, first: Scalar): void {
  const comments = [place.commentBefore, first.commentBefore ?? map.commentBefore];
  const comment = comments.filter((one) => one !== null && one !== undefined).join('\n');
  if (comment !== '') first.commentBefore = comment;
  first.spaceBefore = place.spaceBefore ?? false;
}

function filledItem(item: Node, values: Values): Node[] {
  const spliced = wholePlace(item, values);
  // A list with a tag (`!If`) is one value.
  if (isSeq(spliced) && spliced.tag === undefined) return (copyOf(spliced) as YAMLSeq).items as Node[];
  const one = filled(item, values);
  return one === null ? [] : [one];
}

function filled(node: Node, values: Values): Node | null {
  if (isAlias(node)) throw new Error('template: aliases are not used here');
  if (isScalar(node)) return filledScalar(node, values);
  if (isMap(node)) {
    const copy = copyOf(node) as YAMLMap;
    copy.items = node.items.flatMap((pair) => filledPair(pair as Pair, values));
    return copy;
  }
  const copy = copyOf(node) as YAMLSeq;
  copy.items = (node as YAMLSeq).items.flatMap((item) => filledItem(item as Node, values));
  return copy;
}

/** The shapes of one file: each call gives a new copy, with every place filled. Throws where a place has no value. */
export interface Shapes {
  node(name: string, values?: Values): Node;
  /** A shape that is a map. */
  map(name: string, values?: Values): YAMLMap;
}

export function shapesOf(fragment: YAMLMap): Shapes {
  const node = (name: string, values: Values = {}): Node => {
    const shape = fragment.get(name, true) as Node | undefined;
    if (shape === undefined) throw new Error(`template: no shape is named ${name}`);
    const made = filled(shape, values);
    if (made === null) throw new Error(`template: the shape ${name} is left out whole`);
    return made;
  };
  return {
    node,
    map(name, values) {
      const made = node(name, values);
      if (!isMap(made)) throw new Error(`template: the shape ${name} is not a map`);
      return made as YAMLMap;
    },
  };
}

/** A copy of a whole fragment with every place filled. */
export function fillMap(fragment: YAMLMap, values: Values): YAMLMap {
  return filled(fragment, values) as YAMLMap;
}

/** Several maps as one, each pair with its comment. */
export function joinMaps(maps: readonly YAMLMap[]): YAMLMap {
  const joined = new YAMLMap();
  for (const map of maps) {
    const [first] = map.items;
    if (first !== undefined && isScalar(first.key)) {
      first.key.commentBefore = first.key.commentBefore ?? map.commentBefore ?? null;
    }
    for (const pair of map.items) {
      if (joined.has(pair.key)) throw new Error(`template: ${String(pair.key)} stands twice`);
      joined.items.push(pair);
    }
  }
  return joined;
}

export function listOf(nodes: readonly Node[]): YAMLSeq {
  const list = new YAMLSeq();
  list.items = [...nodes];
  return list;
}

/** Blank lines between resources, none inside. */
export function apart(map: YAMLMap): YAMLMap {
  for (const { key } of map.items) if (isScalar(key)) key.spaceBefore = true;
  return map;
}

/** The text of a whole file. Lines are never folded. */
export function textOf(contents: YAMLMap): string {
  const document = new Document();
  document.contents = contents;
  return document.toString({ lineWidth: 0 });
}
