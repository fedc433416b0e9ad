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
}

export const errorAt = (path: readonly (string | number)[], message: string): DocumentProblem => ({
  path,
  message,
  severity: 'error',
});

export const warningAt = (path: readonly (string | number)[], message: string): DocumentProblem => ({
  path,
  message,
  severity: 'warning',
});

/** The same problems, seen from further up. */
export const under = (
  path: readonly (string | number)[],
  problems: readonly DocumentProblem[],
): readonly DocumentProblem[] => problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] }));

export const hasErrors = (problems: readonly DocumentProblem[]): boolean =>
  problems.some(({ severity }) => severity === 'error');
