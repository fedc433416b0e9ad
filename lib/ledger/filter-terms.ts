/** What filters compare that is more than one text with one other: intents, rules, actors, approvals. */
import { boundedIdentity, keptTexts } from './bounds.ts';
import { actorsOfRecord } from './parties.ts';
import type { ApprovalRecord, IssuanceRecord } from './record.ts';

/** A rule by its place in the configuration folder (null: any line of the file), or by its number in a scope. */
export type RuleTerm =
  | { readonly file: string; readonly line: number | null }
  | { readonly scope: string; readonly index: number };

/** The words of a text, each once, in order, in one case and form: letters and digits, whatever stands between them. */
export const wordsOf = (text: string): readonly string[] =>
  [
    ...new Set(
      text
        .normalize('NFKC')
        .toLowerCase()
        .match(/[\p{L}\p{M}\p{N}]+/gu),
    ),
  ].sort();

/** Whether all the words are among those of the intent. */
export function hasWords(words: readonly string[], intent: string | null): boolean {
  if (intent === null) return false;
  const among = new Set(wordsOf(intent));
  return words.every((word) => among.has(word));
}

/** Reads `scopes/deploy.yaml:12`, `scopes/deploy.yaml`, or the number of a rule of `scope`; null for anything else. */
export function readRule(text: string, scope: string | undefined): RuleTerm | null {
  if (/^(?:0|[1-9][0-9]{0,5})$/.test(text)) return scope === undefined ? null : { scope, index: Number(text) };
  const [, file, line] = /^(.+?\.ya?ml)(?::([1-9][0-9]{0,8}))?$/.exec(text) ?? [];
  return file === undefined ? null : { file, line: line === undefined ? null : Number(line) };
}

/** Whether that rule decided. The number is the one that the version in force had, and so is the line. */
export function isOfRule(term: RuleTerm, { decision, scope }: IssuanceRecord): boolean {
  if ('index' in term) return decision.rule === term.index && scope === term.scope;
  return decision.source?.file === term.file && (term.line === null || decision.source.line === term.line);
}

/**
 * Whether that is who acted: the label of who acts, or the identity, `<connection>:<subject>` or `client:<name>`, of
 * whoever acts or acted before.
 */
export function isActor(term: string, record: Parameters<typeof actorsOfRecord>[0]): boolean {
  const names = new Set([term, boundedIdentity(term)]);
  const isLabel = record.actor !== null && keptTexts(term).includes(record.actor.principal);
  return isLabel || actorsOfRecord(record).some((identity) => names.has(identity));
}

export const APPROVAL_STATES: readonly ApprovalRecord['state'][] = [
  'pending',
  'approved',
  'denied',
  'expired',
  'used',
  'break-glass',
];

/** An approval's id, or a state. */
export const isApprovalTerm = (text: string): boolean =>
  text.startsWith('apr_') || APPROVAL_STATES.some((state) => state === text);

export const isOfApproval = (term: string, approval: ApprovalRecord | undefined): boolean =>
  approval !== undefined && (approval.id === term || approval.state === term);
