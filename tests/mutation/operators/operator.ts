import type { AnyNode } from 'acorn';

/** Half-open range of offsets in the code, and what stands there instead. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Around {
  readonly parent: AnyNode | undefined;
  readonly code: string;
}

export interface Operator {
  readonly name: string;
  /** What the operator makes of a node; nothing where it is not of its kind. */
  readonly replace: (node: AnyNode, around: Around) => readonly Replacement[];
}

export const instead = (node: { readonly start: number; readonly end: number }, ...texts: readonly string[]) =>
  texts.map((text) => ({ start: node.start, end: node.end, text }));

/** The token `operator` between two operands, each time replaced by one of `texts`. */
export function token(
  code: string,
  between: { readonly left: { readonly end: number }; readonly right: { readonly start: number } },
  operator: string,
  texts: readonly string[],
): readonly Replacement[] {
  const start = code.indexOf(operator, between.left.end);
  if (start === -1 || start >= between.right.start) return [];
  return instead({ start, end: start + operator.length }, ...texts);
}
