import type { Connection } from '../configuration/documents/connections.ts';
import type { Actor, Claims, Principal } from '../identity/principal.ts';
import { decideScopes, readsDuration } from '../issuance/decide-scopes.ts';
import type { JsonValue } from '../json.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import { type CompiledConnection, evaluateRequire } from '../policy/connection.ts';
import type { Check } from '../policy/decision.ts';
import type { DecisionInput } from '../policy/lookup.ts';
import type { CompiledScope } from '../policy/scope.ts';
import type { Configuration } from '../ports/configuration.ts';
import type { Reason } from '../refusals/registry.ts';
import { toEpochSeconds } from '../time.ts';

/** `allowed`, or why the decision refuses. */
export type Verdict = 'allowed' | Reason;

/** Why a recorded decision cannot be taken again. `keys`: what a rule reads and the record does not keep. */
export interface NotReplayed {
  readonly why: 'several-in-one' | 'broker-token' | 'may-act' | 'approval' | 'erased' | 'not-recorded';
  readonly keys: readonly string[];
}

/** A recorded decision, and the same one under another configuration. */
export type Replay =
  | { readonly replayed: false; readonly because: NotReplayed }
  | { readonly replayed: true; readonly before: Verdict; readonly after: Verdict; readonly rule: number | null };

/** What a decision by rules refuses with; any other refusal came after it. */
const BY_RULES: ReadonlySet<Reason | null> = new Set<Reason>([
  'not_allowed',
  'condition_error',
  'groups_overage',
  'claim_withheld',
]);

/**
 * Decides what a record is of again, under `next`, by the code that decided it: rules, the connections' `require` where
 * it is another one, and whether an intent is demanded. `was` is the version that decided it: it says which claims
 * were kept, so that one that is not there was not in the proof. A claim that was not kept counts as withheld, and
 * where the outcome hangs on it, it is not replayed. Limits, single use and what others answer are not replayed.
 */
export async function replayDecision(
  record: IssuanceRecord,
  was: Configuration,
  next: Configuration,
  signal: AbortSignal,
): Promise<Replay> {
  const obstacle = obstacleOf(record);
  if (obstacle !== null) return not(obstacle);
  const names = record.scope.split(' ').filter((name) => name !== '');
  const known = await scopesOf(was, names, signal);
  const input = recordedInput(record, known ?? [], await recordedNames(record, was, signal));
  const before = verdictOf(record);
  const unmet = await unmetRequire(record, input, was, next, signal);
  if (unmet !== null)
    return typeof unmet === 'string' ? { replayed: true, before, after: unmet, rule: null } : not(unmet);
  const [first, ...others] = (await scopesOf(next, names, signal)) ?? [];
  if (first === undefined) return { replayed: true, before, after: 'not_allowed', rule: null };
  if (readsDuration([first, ...others]) && record.decision.duration === undefined) {
    return not({ why: 'not-recorded', keys: ['request.duration'] });
  }
  const { evidence, ...decided } = decideScopes([first, ...others], input);
  const after: Verdict = decided.ok ? withIntent(record, [first, ...others]) : decided.refusal.reason;
  if (after === 'claim_withheld' && before !== 'claim_withheld') {
    return not({ why: 'not-recorded', keys: withheldAmong(evidence.checks) });
  }
  return { replayed: true, before, after, rule: evidence.rule };
}

const not = (because: NotReplayed): Replay => ({ replayed: false, because });

function obstacleOf(record: IssuanceRecord): NotReplayed | null {
  const { overflow, proof, actor, reason, decision, approval, outcome, erased = [] } = record;
  if (overflow === true) return { why: 'several-in-one', keys: [] };
  // An approver's word, or that nobody gave one: no request of whom it names.
  if (approval?.requester !== undefined) return { why: 'approval', keys: [] };
  // A claim that was erased was in the proof, which one that is merely not there was not.
  if (outcome === 'erased' || erased.some((role) => role === 'subject' || role === 'actor')) {
    return { why: 'erased', keys: [] };
  }
  if (proof.kind === 'broker' || actor?.proof.kind === 'broker') return { why: 'broker-token', keys: [] };
  if (reason === 'may_act_mismatch') return { why: 'may-act', keys: [] };
  // What was withheld stands in its check alone, and a long list of checks is cut.
  const isUnknown = reason === 'groups_overage' && withheldAmong(decision.checks).length === 0;
  return isUnknown ? { why: 'not-recorded', keys: [] } : null;
}

/** What was decided, whatever became of it afterwards. */
function verdictOf({ outcome, reason }: IssuanceRecord): Verdict {
  const isByRules = outcome === 'denied' && reason !== null && (BY_RULES.has(reason) || reason === 'intent_required');
  return isByRules ? reason : 'allowed';
}

/** Whoever was refused for something that is looked at before the intent was not asked for one. */
function withIntent({ outcome, reason, intent }: IssuanceRecord, scopes: readonly CompiledScope[]): Verdict {
  const wasAsked = outcome !== 'denied' || BY_RULES.has(reason) || reason === 'intent_required';
  const isMissing = intent === null && scopes.some(({ scope }) => scope.requires.intent);
  return wasAsked && isMissing ? 'intent_required' : 'allowed';
}

/** null: one of them is not there, which refuses all. */
async function scopesOf(configuration: Configuration, names: readonly string[], signal: AbortSignal) {
  const found = await Promise.all(names.map((name) => configuration.scope(name, signal)));
  const scopes = found.filter((scope) => scope !== null);
  return scopes.length === names.length ? scopes : null;
}

/** What the connection kept beside what rules and templates read. */
async function recordedNames(
  { connection }: IssuanceRecord,
  was: Configuration,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return connection === null ? [] : ((await was.connection(connection, signal))?.record ?? []);
}

function recordedInput(
  record: IssuanceRecord,
  scopes: readonly CompiledScope[],
  kept: readonly string[],
): DecisionInput {
  const { connection, client, subject, principal: name, proof, time, request } = record;
  const subjectNames = [...scopes.flatMap(({ claims }) => claims.subject), ...kept];
  const principal: Principal = {
    ...{ subject, name, proof, reuse: null, record: [], mayAct: undefined, lineage: null },
    source:
      connection === null ? { kind: 'client', name: client ?? subject } : { kind: 'connection', name: connection },
    claims: claimsOf(record, 'claims', subjectNames),
  };
  const actor = recordedActor(record, scopes);
  const unknown: Claims = { values: new Map(), unavailable: new Map(), otherwise: 'claim_withheld' };
  return {
    principal,
    actor,
    client: client === null ? null : { client, claims: unknown, proof, reuse: null },
    request: {
      sourceIp: request.sourceIp,
      time: toEpochSeconds(time),
      duration: record.decision.duration ?? null,
    },
  };
}

function recordedActor(record: IssuanceRecord, scopes: readonly CompiledScope[]): Actor | null {
  const { actor } = record;
  if (actor === null) return null;
  const { connection, client, subject, principal: name, proof } = actor;
  const claims = claimsOf(
    record,
    'actor.claims',
    scopes.flatMap((each) => each.claims.actor),
  );
  const via = client === null ? 'actor-token' : 'client';
  return { ...{ via, connection, client, subject, name, proof, claims }, reuse: null, lineage: null } as const;
}

/** A claim that was looked for and is not there was not in the proof: an empty list, which is absent to conditions. */
function claimsOf(record: IssuanceRecord, place: 'claims' | 'actor.claims', kept: readonly string[]): Claims {
  const cut = new Set(record.truncated ?? []);
  const found = place === 'claims' ? record.claims : (record.actor?.claims ?? {});
  const values = new Map<string, JsonValue>(kept.map((name) => [name, []]));
  const unavailable = new Map<string, Reason>();
  for (const [name, value] of Object.entries(found)) values.set(name, value);
  for (const { key, missed } of record.decision.checks) {
    const name = key.startsWith(`${place}.`) ? key.slice(place.length + 1) : null;
    if (name !== null && missed === 'withheld') unavailable.set(name, withheldBy(record));
  }
  for (const name of values.keys()) if (cut.has(`${place}.${name}`)) unavailable.set(name, 'claim_withheld');
  return { values, unavailable, otherwise: 'claim_withheld' };
}

const withheldBy = ({ reason }: IssuanceRecord): Reason => (reason === 'groups_overage' ? reason : 'claim_withheld');

const withheldAmong = (checks: readonly Check[]): readonly string[] => [
  ...new Set(checks.filter(({ missed }) => missed === 'withheld').map(({ key }) => key)),
];

/** A `require` that is the same held then. null: it holds. */
async function unmetRequire(
  record: IssuanceRecord,
  input: DecisionInput,
  was: Configuration,
  next: Configuration,
  signal: AbortSignal,
): Promise<Verdict | NotReplayed | null> {
  const { connection, actor } = record;
  const proofs = [
    { name: connection, claims: input.principal.claims },
    { name: actor?.connection ?? null, claims: input.actor?.claims ?? null },
  ];
  for (const { name, claims } of proofs) {
    if (name === null || claims === null) continue;
    const [old, now] = await Promise.all([was.connection(name, signal), next.connection(name, signal)]);
    if (now === null) return 'issuer_unknown';
    if (old !== null && isSameRequire(old, now)) continue;
    const evaluation = evaluateRequire(now, claims);
    if ('error' in evaluation && evaluation.error === 'claim_withheld') {
      return { why: 'not-recorded', keys: withheldAmong(evaluation.checks) };
    }
    if ('error' in evaluation || !evaluation.held) return 'requirement_not_met';
  }
  return null;
}

const isSameRequire = (one: CompiledConnection<Connection>, other: CompiledConnection<Connection>): boolean =>
  JSON.stringify(one.require) === JSON.stringify(other.require);
