import { type AnyNode, parse } from 'acorn';
import { fullAncestor } from 'acorn-walk';
import type { Source } from '../modules/source.ts';

/** How often each branch of the instrumented code was taken: filled by that code itself. */
export interface Hits {
  readonly counts: Uint32Array;
  /** Branches so far. */
  size: number;
  /** Words of the code, which a reader may be looking for. */
  readonly words: Set<string>;
}

const MOST_BRANCHES = 1 << 16;
const LONGEST_WORD = 100;
const NAME = '__fuzz';

declare global {
  var __fuzz: ((branch: number) => void) | undefined;
}

export function newHits(): Hits {
  const counts = new Uint32Array(MOST_BRANCHES);
  globalThis.__fuzz = (branch) => {
    counts[branch] = (counts[branch] ?? 0) + 1;
  };
  return { counts, size: 0, words: new Set() };
}

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** Of several at one place, the greater goes first. */
  readonly rank: number;
}

/**
 * The source with a count at the start of every branch: blocks, arms of conditions, right sides of `&&`, `||` and `??`.
 */
export function instrumented({ code }: Source, hits: Hits): string {
  const insertions: Insertion[] = [];
  const count = (): string => `${NAME}(${hits.size++ % MOST_BRANCHES})`;
  const before = (at: number, text: string, rank: number): void => void insertions.push({ at, text, rank });
  const expression = ({ start, end }: AnyNode, depth: number): void => {
    before(start, `(${count()}, `, depth);
    before(end, ')', -depth);
  };
  const statement = (node: AnyNode, depth: number): void => {
    if (node.type === 'BlockStatement') return;
    before(node.start, `{${count()};`, depth);
    before(node.end, '}', -depth);
  };
  const tree = parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true });
  fullAncestor(tree, (node, _state, ancestors) => {
    // An outer opening stands before an inner one at the same place, and closes after it.
    const depth = MOST_BRANCHES - ancestors.length;
    if (node.type === 'Literal' && typeof node.value === 'string') hits.words.add(node.value.slice(0, LONGEST_WORD));
    if (node.type === 'BlockStatement') before(node.start + 1, `${count()};`, 0);
    if (node.type === 'IfStatement') {
      statement(node.consequent, depth);
      if (node.alternate) statement(node.alternate, depth);
    }
    if (node.type === 'ForStatement' || node.type === 'ForOfStatement' || node.type === 'WhileStatement') {
      statement(node.body, depth);
    }
    if (node.type === 'ConditionalExpression') {
      expression(node.consequent, depth);
      expression(node.alternate, depth);
    }
    if (node.type === 'LogicalExpression') expression(node.right, depth);
    if (node.type === 'ArrowFunctionExpression' && node.body.type !== 'BlockStatement') expression(node.body, depth);
  });
  return inserted(code, insertions);
}

function inserted(code: string, insertions: readonly Insertion[]): string {
  const sorted = [...insertions].sort((a, b) => a.at - b.at || b.rank - a.rank);
  let text = '';
  let from = 0;
  for (const insertion of sorted) {
    text += code.slice(from, insertion.at) + insertion.text;
    from = insertion.at;
  }
  return text + code.slice(from);
}
