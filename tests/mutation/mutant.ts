import { type AnyNode, parse } from 'acorn';
import { fullAncestor } from 'acorn-walk';
import { type Source, sourceOf } from '../modules/source.ts';
import { CALLS } from './operators/calls.ts';
import { CONDITIONS } from './operators/conditions.ts';
import type { Operator, Replacement } from './operators/operator.ts';
import { VALUES } from './operators/values.ts';

/** One small change of one file. */
export interface Mutant extends Replacement {
  readonly path: string;
  /** Place in `mutantsOf(path)`. */
  readonly index: number;
  readonly operator: string;
  /** 1-based. */
  readonly line: number;
  /** The whole first line that it changes, without blanks around it. */
  readonly statement: string;
  /** What `text` replaces. */
  readonly original: string;
  /** No function is around it: it is evaluated once, when the module is loaded. */
  readonly atLoad: boolean;
}

const OPERATORS: readonly Operator[] = [...CONDITIONS, ...VALUES, ...CALLS];

const lists = new Map<string, readonly Mutant[]>();

/** All mutants of the file at `path` (from the root), in the order of their places; the same for the same text. */
export function mutantsOf(path: string): readonly Mutant[] {
  const known = lists.get(path);
  if (known !== undefined) return known;
  const found = mutate(sourceOf(path));
  lists.set(path, found);
  return found;
}

/** The file's code with the mutant in it. */
export function mutated({ path, start, end, text }: Mutant): string {
  const { code } = sourceOf(path);
  return code.slice(0, start) + text + code.slice(end);
}

export function mutate(source: Source): readonly Mutant[] {
  const { code, path } = source;
  const seen = new Set<string>();
  const found: Omit<Mutant, 'index'>[] = [];
  const visit = (node: AnyNode, ancestors: readonly AnyNode[]): void => {
    const parents = ancestors.slice(0, -1);
    for (const { name, replace } of OPERATORS) {
      for (const replacement of replace(node, { parent: parents.at(-1), code })) {
        const { start, end, text } = replacement;
        const key = `${start}:${end}:${text}`;
        if (seen.has(key) || code.slice(start, end) === text) continue;
        seen.add(key);
        found.push({ ...replacement, path, operator: name, ...place(source, start, end), atLoad: isAtLoad(parents) });
      }
    }
  };
  const tree = parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true });
  fullAncestor(tree, (node, _state, ancestors) => visit(node, ancestors));
  return found.sort((a, b) => a.start - b.start || a.end - b.end).map((mutant, index) => ({ ...mutant, index }));
}

function place({ text }: Source, start: number, end: number) {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = text.indexOf('\n', start);
  return {
    line: text.slice(0, start).split('\n').length,
    statement: text.slice(from, to === -1 ? text.length : to).trim(),
    original: text.slice(start, end),
  };
}

const isAtLoad = (parents: readonly AnyNode[]): boolean =>
  !parents.some(({ type }) => type.endsWith('FunctionExpression') || type === 'FunctionDeclaration');
