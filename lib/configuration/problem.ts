import { PROBLEM_CODES, type ProblemCode, severityOf } from './problem-codes.ts';

/** Where in a document: member names and list positions from its root. */
export type FieldPath = readonly (string | number)[];

/** `error`: the configuration does not load. `warning`: it loads, and somebody should look. */
export type Severity = 'error' | 'warning';

/**
 * One thing wrong in a file of a configuration folder, for people. Never holds a secret: secrets are not in these
 * files.
 */
export interface Problem {
  readonly code: ProblemCode;
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
  /** What to write instead, where more is known than the code's own remedy: `did you mean ref?`. */
  readonly fix: string | null;
}

/** Reports one problem of a document at `path`, a `bad-value` unless said otherwise; its code has its severity. */
export type Report = (path: FieldPath, message: string, code?: ProblemCode, fix?: string | null) => void;

/** A path as people write it: `allow[0].when.StringEquals.claims.ref`. */
export function formatField(path: FieldPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

/** A problem of a file or folder as a whole. */
export const problemOfFile = (file: string, message: string, code: ProblemCode): Problem => ({
  code,
  severity: severityOf(code),
  file,
  line: 1,
  column: 1,
  field: '',
  message,
  fix: null,
});

/**
 * `file:line:column: severity: field: message (fix) [code]`, the form that editors and CI annotations read; of an error
 * the severity is left out.
 */
export function formatProblem(problem: Problem): string {
  const { file, line, column, code, message, fix } = problem;
  const field = problem.field === '' ? '' : `${problem.field}: `;
  const severity = problem.severity === 'warning' ? 'warning: ' : '';
  return `${file}:${line}:${column}: ${severity}${field}${message}${fix === null ? '' : ` (${fix})`} [${code}]`;
}

/** A problem as programs read it: every one has a `fix`. */
export const problemJson = ({ code, severity, file, line, column, field, message, fix }: Problem) => ({
  code,
  severity,
  file,
  line,
  column,
  field,
  message,
  fix: fix ?? PROBLEM_CODES[code].remedy,
});

/** A report whose paths begin below `prefix`. */
export const reportBelow =
  (report: Report, prefix: FieldPath): Report =>
  (path, message, code, fix) =>
    report([...prefix, ...path], message, code, fix);
