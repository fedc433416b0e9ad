import { type SessionSize, sessionSize } from '../../../lib/credential/session-size.ts';
import { isJsonObject, type JsonValue } from '../../../lib/json.ts';
import type { ExplainedCheck, ExplainedRule } from '../../../lib/policy/explain.ts';
import { tagsShare } from '../../../lib/policy/packed-size.ts';
import { explanations } from '../../../lib/refusals/explained/registry.ts';
import type { ExplainedRequest } from '../../../lib/rehearsal/explain.ts';
import { toRfc3339 } from '../../../lib/time.ts';
import { plainText } from '../issuances/text.ts';

/** One explanation for a terminal: who, `require`, the decision, every rule, and what would have to differ. */
export function explanationText({ scope, rehearsal, require, whyNot }: ExplainedRequest): string {
  const { who, time, outcome, explanation } = rehearsal;
  const lines = [
    who === null ? `nobody, as of ${toRfc3339(time)}` : `${nameOf(who.principal)}, as of ${toRfc3339(time)}`,
  ];
  for (const { connection, checks } of require) {
    lines.push(`require of connection ${connection}: ${checks.every(({ held }) => held) ? 'met' : 'not met'}`);
    lines.push(...checks.map(checkText));
  }
  lines.push(decisionText(scope, outcome, explanation?.decision.rule ?? null));
  if (!outcome.ok) {
    const { cause, fix } = explanations[outcome.refusal.reason];
    lines.push(`  ${outcome.refusal.detail ?? cause}`, `  ${fix}`);
  }
  if (who !== null && explanation === null) lines.push('  there is no such scope in this configuration');
  for (const rule of explanation?.rules ?? []) lines.push(ruleText(rule), ...rule.checks.map(checkText));
  if (outcome.ok && outcome.value.kind === 'aws') lines.push(sizeText(sessionSize(outcome.value.request)));
  if (whyNot.length > 0) lines.push('what would have to differ:', ...whyNot.map((each) => `  ${each}`));
  return lines.map((line) => `${plainText(line)}\n`).join('');
}

function sizeText(size: SessionSize): string {
  const { policy, policyArns, tags } = size;
  const arns = policyArns === 0 ? '' : `, ARNs ${policyArns}`;
  return `session: policy ${policy} characters${arns}, tags ${tags}: about ${tagsShare(tags)} % of what STS packs, beside the policy`;
}

/** Every scope in a line: what comes of it, and how far off it is. */
export function scopesText(explained: readonly ExplainedRequest[]): string {
  const lines = explained.map(({ scope, rehearsal: { outcome }, whyNot }) => {
    const miss = whyNot.length === 0 ? '' : `: ${whyNot.join('; ')}`;
    return outcome.ok ? `${scope}: allowed` : `${scope}: refused, ${outcome.refusal.reason}${miss}`;
  });
  return lines.map((line) => `${plainText(line)}\n`).join('');
}

type Rehearsal = ExplainedRequest['rehearsal'];

const nameOf = ({ name, source, subject }: NonNullable<Rehearsal['who']>['principal']): string =>
  `${name} (${source.kind === 'client' ? 'client' : source.name}:${subject})`;

function decisionText(scope: string, outcome: Rehearsal['outcome'], rule: number | null): string {
  if (outcome.ok) return `scope ${scope}: allowed by allow[${rule}]`;
  return `scope ${scope}: refused, ${outcome.refusal.reason}${rule === null ? '' : ` (deny[${rule}])`}`;
}

function ruleText({ effect, rule, source, outcome }: ExplainedRule): string {
  const place = source === null ? '' : ` ${source.file}:${source.line}`;
  const came = typeof outcome === 'string' ? OUTCOMES[outcome] : `cannot be evaluated: ${outcome.error}`;
  return `  ${effect}[${rule}]${place}: ${came}`;
}

const OUTCOMES = { matched: 'matched', missed: 'missed', elsewhere: 'is about other callers' } as const;

function checkText({ operator, key, held, missed, expected, actual }: ExplainedCheck): string {
  const wanted = expected.length === 0 ? '' : `, expected ${expected.join(' or ')}`;
  const came = missed === 'withheld' ? 'withheld' : actual === undefined ? 'absent' : valueText(actual);
  return `    ${held ? 'ok  ' : 'miss'} ${operator} ${key}: ${came}${held ? '' : wanted}`;
}

const valueText = (value: JsonValue): string =>
  Array.isArray(value) || isJsonObject(value) ? JSON.stringify(value) : String(value);
