import type { ProblemCode } from '../configuration/problem-codes.ts';

/** Something that keeps a document from loading (`error`) or that its author should look at (`warning`). */
export interface DocumentProblem {
  /**
   * Members and list indexes from the top of the document that was compiled. A single value that may be a list has no
   * index.
   */
  readonly path: readonly (string | number)[];
  /** One sentence that says what is wrong and what to write instead. */
  readonly message: string;
  readonly severity: 'error' | 'warning';
  /** null: what its place says, a condition or a template that does not load. */
  readonly code: ProblemCode | null;
  /** What to write instead, where it is known. */
  readonly fix: string | null;
}

export const errorAt = (
  path: readonly (string | number)[],
  message: string,
  fix: string | null = null,
): DocumentProblem => ({
  path,
  message,
  severity: 'error',
  code: null,
  fix,
});

export const warningAt = (path: readonly (string | number)[], message: string, code: ProblemCode): DocumentProblem => ({
  path,
  message,
  severity: 'warning',
  code,
  fix: null,
});

/** The same problems, seen from further up. */
export const under = (
  path: readonly (string | number)[],
  problems: readonly DocumentProblem[],
): readonly DocumentProblem[] => problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] }));

export const hasErrors = (problems: readonly DocumentProblem[]): boolean =>
  problems.some(({ severity }) => severity === 'error');
