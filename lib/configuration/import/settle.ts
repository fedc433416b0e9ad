import { Document } from 'yaml';
import type { Problem } from '../problem.ts';
import type { ProblemCode } from '../problem-codes.ts';
import { assemble, type DraftDocument } from './assemble.ts';
import type { DraftRule, Note, Say } from './draft.ts';

/** What is carried over as it was: the names and the raw sub of the original, where only its owner knows the ids. */
const AS_IT_WAS: ReadonlySet<ProblemCode> = new Set(['raw-sub', 'mutable-name', 'shared-role', 'role-path']);

/** Rounds of leaving out what does not hold; each leaves out a rule at least. */
type Check = (files: ReadonlyMap<string, string>) => readonly Problem[];

/**
 * The files of a folder that passes `validate --strict`, by `check`. A rule of which anything is said is left out, and
 * that is said; but names that the original tested stay, with a comment that allows them and says what to pin.
 */
export function settle(rules: readonly DraftRule[], say: Say, check: Check): ReadonlyMap<string, string> {
  let left = rules;
  for (;;) {
    const notes: Note[] = [];
    const { documents, beside } = assemble(left, (note) => notes.push(note));
    if (documents.length === 0) {
      notes.forEach(say);
      return new Map();
    }
    const texts = new Map([...documents.map((each) => [each.file, textOf(each)] as const), ...beside]);
    const problems = check(texts);
    const bad = problems.filter(({ code }) => !AS_IT_WAS.has(code));
    if (bad.length === 0) {
      notes.forEach(say);
      return new Map([...texts].map(([file, text]) => [file, withAllowances(text, problems, file)]));
    }
    const out = new Map(bad.flatMap((problem) => rulesOf(problem, documents).map((rule) => [rule, problem] as const)));
    for (const [rule, problem] of out) {
      const message = `${problem.field}: ${problem.message} [${problem.code}]`;
      say({ ...rule.place, kind: 'left-out', message });
    }
    left = left.filter((rule) => !isOut(rule, out));
    if (out.size === 0) return new Map();
  }
}

/** Without one of its denials a scope would be wider. */
const isOut = (rule: DraftRule, out: ReadonlyMap<DraftRule, Problem>): boolean =>
  out.has(rule) || [...out.keys()].some((other) => other.list === 'deny' && other.scope === rule.scope);

/** The rules that a problem is of: the one at its field, or all of its document. */
function rulesOf({ file, field }: Problem, documents: readonly DraftDocument[]): readonly DraftRule[] {
  const document = documents.find((each) => each.file === file) ?? besideOf(file, documents);
  if (document === undefined) return documents.flatMap(({ rules }) => rules);
  const [, list, index] = /^(allow|deny)\[(\d+)\]/.exec(field) ?? [];
  if (list === undefined) return document.rules;
  const rule = document.rules.filter((each) => each.list === list)[Number(index)];
  return rule === undefined ? document.rules : [rule];
}

/** Metadata lies beside its connection, by whose name it is called. */
const besideOf = (file: string, documents: readonly DraftDocument[]): DraftDocument | undefined =>
  documents.find((each) => each.file === file.replace(/-metadata\.xml$/, '.yaml'));

function textOf({ value, rules }: DraftDocument): string {
  const places = [...new Set(rules.map(({ place }) => `${place.file}:${place.line}`))];
  const text = new Document(value, { aliasDuplicateObjects: false }).toString({ lineWidth: 0 });
  return `# Imported from ${places.join(', ')}.\n${text}`;
}

const REASONS: Partial<Record<ProblemCode, string>> = {
  'raw-sub': 'carried over as it was; pin the ids when they are known',
  'mutable-name': 'carried over as it was; pin the id when it is known',
  'shared-role': 'carried over as it was; give each a role of its own',
  'role-path': "carried over as it was; the deployment's AssumableRoles has to admit it",
};

/** Each allowance on a line of its own, above the line that it is for. */
function withAllowances(text: string, problems: readonly Problem[], file: string): string {
  const own = problems.filter((problem) => problem.file === file);
  return text
    .split('\n')
    .flatMap((line, index) => {
      const codes = new Set(own.filter((problem) => problem.line === index + 1).map(({ code }) => code));
      const indent = /^[ ]*/.exec(line)?.[0] ?? '';
      return [...[...codes].map((code) => `${indent}# token-broker: allow ${code}: ${REASONS[code] ?? ''}`), line];
    })
    .join('\n');
}
