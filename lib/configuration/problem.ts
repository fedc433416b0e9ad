/** Where in a document: member names and list positions from its root. */
export type FieldPath = readonly (string | number)[];

/** `error`: the configuration does not load. `warning`: it loads, and somebody should look. */
export type Severity = 'error' | 'warning';

/**
 * One thing wrong in a file of a configuration folder, for people. Never holds a secret: secrets are not in these
 * files.
 */
export interface Problem {
  readonly severity: Severity;
  /**
   * Relative to the configuration folder, with forward slashes; the folder's own path where the folder as a whole is
   * meant.
   */
  readonly file: string;
  /** 1 for the first line; 1 also where the file as a whole is meant. */
  readonly line: number;
  /** 1 for the first character of the line; 1 also where the file as a whole is meant. */
  readonly column: number;
  /** `allow[0].when.StringEquals.claims.ref`; empty where the file as a whole is meant. */
  readonly field: string;
  readonly message: string;
}

/** Reports one problem of a document at `path`; an error unless said otherwise. */
export type Report = (path: FieldPath, message: string, severity?: Severity) => void;

/** A path as people write it: `allow[0].when.StringEquals.claims.ref`. */
export function formatField(path: FieldPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

/** `file:line: field: message`, the form that editors and CI annotations read. */
export function formatProblem(problem: Problem): string {
  const field = problem.field === '' ? '' : `${problem.field}: `;
  const severity = problem.severity === 'warning' ? 'warning: ' : '';
  return `${problem.file}:${problem.line}: ${severity}${field}${problem.message}`;
}

/** A report whose paths begin below `prefix`. */
export const reportBelow =
  (report: Report, prefix: FieldPath): Report =>
  (path, message, severity) =>
    report([...prefix, ...path], message, severity);
