import { LineCounter, Parser } from 'yaml';
import { didYouMean } from '../../nearest.ts';
import { type Problem, problemOfFile } from '../problem.ts';
import { type ProblemCode, problemCodes, severityOf } from '../problem-codes.ts';

/** A comment that allows the warnings of one code on its line, or on the next one where it stands alone. */
interface Allowance {
  readonly code: ProblemCode;
  readonly line: number;
  readonly comment: { readonly line: number; readonly column: number };
}

const MARK = /#\s*token-broker:/;
const FORM = /^#\s*token-broker:\s*allow\s+([^\s:]+)\s*(?::\s*(.*\S)?)?\s*$/;

/**
 * Takes out of the problems of a file what a comment of it allows: `# token-broker: allow <code>: why`. A comment that
 * says no code or reason, or allows what is not there, is a warning itself. `isLooked` says of a code whether anybody
 * looked for such problems: where nobody did, nothing is unused.
 */
export function applyAllowances(
  file: string,
  text: string,
  problems: readonly Problem[],
  isLooked: (code: ProblemCode) => boolean,
): readonly Problem[] {
  if (!MARK.test(text)) return problems;
  const bad: Problem[] = [];
  const allowances = readAllowances(file, text, bad);
  const used = new Set<Allowance>();
  const left = problems.filter((problem) => {
    const matching = allowances.filter(({ code, line }) => code === problem.code && line === problem.line);
    for (const allowance of matching) used.add(allowance);
    return matching.length === 0;
  });
  const unused = allowances.flatMap((allowance) =>
    used.has(allowance) || !isLooked(allowance.code)
      ? []
      : [{ ...problemOfFile(file, `there is no ${allowance.code} here`, 'unused-allowance'), ...allowance.comment }],
  );
  return [...left, ...bad, ...unused];
}

function readAllowances(file: string, text: string, bad: Problem[]): readonly Allowance[] {
  const lines = text.split(/\r\n|\n|\r/);
  return commentsOf(text).flatMap(({ source, line, column }) => {
    if (!MARK.test(source)) return [];
    const say = (message: string, fix: string | null = null) => {
      bad.push({ ...problemOfFile(file, message, 'bad-allowance'), line, column, fix });
      return [];
    };
    const [, name = '', why] = FORM.exec(source) ?? [];
    if (name === '') return say('is no allowance');
    const code = problemCodes.find((known) => known === name);
    if (code === undefined) return say(`${name} is not a code`, didYouMean(name, problemCodes));
    if (severityOf(code) === 'error') return say(`${name} is an error, which cannot be allowed`);
    if (why === undefined) return say(`allows ${name} without a reason`);
    const isAlone = (lines[line - 1] ?? '').slice(0, column - 1).trim() === '';
    return [{ code, line: isAlone ? nextLine(lines, line) : line, comment: { line, column } }];
  });
}

/** The line that a comment on lines of its own speaks of: the next one that is no comment. */
function nextLine(lines: readonly string[], line: number): number {
  const below = lines.slice(line).findIndex((text) => !/^\s*(#|$)/.test(text));
  return below === -1 ? line : line + below + 1;
}

/** The comments of a YAML text, and nothing that only looks like one. */
function commentsOf(text: string): readonly { source: string; line: number; column: number }[] {
  const counter = new LineCounter();
  const comments: { source: string; line: number; column: number }[] = [];
  // By hand, because a text may nest deeper than calls can.
  const left: unknown[] = [...new Parser(counter.addNewLine).parse(text)].reverse();
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    if ('type' in value && value.type === 'comment' && 'source' in value && 'offset' in value) {
      const { line, col } = counter.linePos(Number(value.offset));
      comments.push({ source: String(value.source), line, column: col });
    }
    for (const item of Object.values(value)) left.push(item);
  }
  return comments;
}
