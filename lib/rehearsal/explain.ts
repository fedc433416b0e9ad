import { sessionSize } from '../credential/session-size.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { type ExplainedCheck, type ExplainedRule, type Explanation, explainRequire } from '../policy/explain.ts';
import { tagsShare } from '../policy/packed-size.ts';
import { toRfc3339 } from '../time.ts';
import { claimsBefore, type RehearsalContext } from './proof.ts';
import { type Rehearsal, type RehearsedRequest, rehearse } from './rehearse.ts';
import { whatMustDiffer } from './why-not.ts';

/** Why a request is, or would be, allowed or refused; `toJson` says the same to the outside world. */
export interface ExplainedRequest {
  readonly scope: string;
  readonly rehearsal: Rehearsal;
  /** Of each connection that the proof may come by: the checks of its `require`. */
  readonly require: readonly { readonly connection: string; readonly checks: readonly ExplainedCheck[] }[];
  /** What would have to differ for it to be allowed, one sentence each; empty where it is, or nobody can say. */
  readonly whyNot: readonly string[];
}

/** Rehearses the request and says why it comes out as it does. Nothing is handed out, recorded or counted. */
export async function explainRequest(request: RehearsedRequest, context: RehearsalContext): Promise<ExplainedRequest> {
  const rehearsal = await rehearse(request, context);
  const before = request.subject === null ? [] : await claimsBefore(request.subject, context, rehearsal.time);
  const require = before.map(({ connection, claims }) => ({
    connection: connection.connection,
    checks: explainRequire(connection, claims),
  }));
  return { scope: request.scope, rehearsal, require, whyNot: whyNot(rehearsal, require) };
}

function whyNot({ outcome, explanation }: Rehearsal, require: ExplainedRequest['require']): readonly string[] {
  if (outcome.ok) return [];
  const { reason } = outcome.refusal;
  if (reason === 'requirement_not_met') return [...new Set(require.flatMap(({ checks }) => missing(checks)))];
  if (explanation === null || explanation.decision.allowed) return [];
  if (!explanation.enabled) return ['the scope must be enabled'];
  const denials = explanation.rules.filter(({ effect, outcome: came }) => effect === 'deny' && came === 'matched');
  if (denials.length > 0) return denials.map(denialText);
  return missing(explanation.nearest?.checks ?? []);
}

const missing = (checks: readonly ExplainedCheck[]): readonly string[] =>
  checks.filter(({ held }) => !held).map(whatMustDiffer);

const denialText = ({ rule, checks }: ExplainedRule): string =>
  checks.length === 0
    ? `deny[${rule}] must not match: it matches everybody`
    : `deny[${rule}] must not match: it does by ${checks.map(({ operator, key }) => `${operator} ${key}`).join(', ')}`;

/** The explanation as JSON: names, shapes and words are the contract's (section 9). */
export function toJson({ scope, rehearsal, require, whyNot: differ }: ExplainedRequest): JsonObject {
  const { time, outcome, who, explanation } = rehearsal;
  const refusal = outcome.ok ? null : outcome.refusal;
  return {
    scope,
    exists: who === null ? null : explanation !== null,
    time: toRfc3339(time),
    allowed: outcome.ok,
    reason: refusal?.reason ?? null,
    ...(refusal?.detail === undefined ? {} : { detail: refusal.detail }),
    principal: who === null ? null : nameOf(who.principal),
    actor: who?.actor === null || who === null ? null : { name: who.actor.name, subject: who.actor.subject },
    client: who?.client?.client ?? null,
    require: require.map(({ connection, checks }) => ({ connection, checks: checks.map(checkJson) })),
    rule: explanation?.decision.rule ?? null,
    rules: (explanation?.rules ?? []).map(ruleJson),
    nearest: nearestJson(explanation),
    ...(outcome.ok && outcome.value.kind === 'aws' ? { session: sizeJson(outcome.value.request) } : {}),
    whyNot: differ,
  };
}

/** How much STS is given to pack, in characters, and what the tags take of it alone (ADR 68). */
function sizeJson(request: Parameters<typeof sessionSize>[0]): JsonObject {
  const size = sessionSize(request);
  return { ...size, tagsShare: tagsShare(size.tags) };
}

const nameOf = ({ source, subject, name }: NonNullable<Rehearsal['who']>['principal']): JsonObject => ({
  name,
  connection: source.kind === 'connection' ? source.name : null,
  client: source.kind === 'client' ? source.name : null,
  subject,
});

const nearestJson = (explanation: Explanation | null): JsonValue =>
  explanation?.nearest === undefined || explanation.nearest === null ? null : ruleJson(explanation.nearest);

const ruleJson = ({ effect, rule, source, outcome, checks }: ExplainedRule): JsonObject => ({
  effect,
  rule,
  ...(source === null ? {} : { file: source.file, line: source.line }),
  ...(typeof outcome === 'string' ? { outcome } : { outcome: 'error', reason: outcome.error }),
  checks: checks.map(checkJson),
});

const checkJson = (check: ExplainedCheck): JsonObject => ({ ...check });
