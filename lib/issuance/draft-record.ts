import type { Narrowing } from '../credential/grant.ts';
import type { Actor, Principal } from '../identity/principal.ts';
import type { JsonValue } from '../json.ts';
import type { ActorRecord, DecisionSource, IssuanceRecord } from '../ledger/record.ts';
import type { AppliedVersion } from '../ports/configuration.ts';
import { type EpochMilliseconds, toEpochSeconds, toRfc3339 } from '../time.ts';
import type { Authenticated } from './authenticate.ts';
import type { DecisionEvidence } from './decide-scopes.ts';

/** What the caller of the use case adds to the record. */
export interface RecordedRequest {
  readonly intent: string | null;
  readonly narrowing: Narrowing | null;
  readonly caller: IssuanceRecord['request'];
}

export interface RecordedDecision {
  readonly id: string;
  readonly time: EpochMilliseconds;
  readonly configVersion: number;
  /** Who put that version in force; undefined: not known. */
  readonly applied: AppliedVersion | undefined;
}

/**
 * The record of an issuance as it stands at the decision: `started`, nothing handed out. It keeps the claims that
 * rules, templates and `record` name.
 */
export function draftRecord(
  decision: RecordedDecision,
  request: RecordedRequest,
  who: Authenticated,
  evidence: DecisionEvidence,
): IssuanceRecord {
  const { principal, actor, client } = who;
  const { source, subject, name, proof } = principal;
  return {
    id: decision.id,
    time: decision.time,
    outcome: 'started',
    reason: null,
    attempts: 1,
    scope: evidence.scopes.join(' '),
    grant: evidence.grant,
    principal: name,
    connection: source.kind === 'connection' ? source.name : null,
    client: source.kind === 'client' ? source.name : (client?.client ?? null),
    subject,
    actor: actor === null ? null : actorRecord(actor, evidence.actorClaims),
    intent: request.intent,
    ...lineageOf(who),
    ...askedOf(request.narrowing),
    proof,
    claims: keep(principal, [...evidence.subjectClaims, ...principal.record]),
    decision: {
      configVersion: decision.configVersion,
      rule: evidence.rule,
      checks: evidence.checks,
      ...evidence.reported,
      ...(evidence.duration === undefined ? {} : { duration: evidence.duration }),
      ...decisionSource(evidence.source, decision.applied),
    },
    credential: null,
    request: request.caller,
  };
}

/** Nothing is written where it came of nothing else. */
export function lineageOf({
  principal,
  actor,
  through = [],
}: Pick<Authenticated, 'principal' | 'actor' | 'through'>): Pick<IssuanceRecord, 'lineage'> {
  const before = [principal.lineage, actor?.lineage ?? null].filter((each) => each !== null);
  const clients = [...through, ...before.flatMap((each) => [...each.presenters, ...(each.through ?? [])])];
  const all = {
    clients,
    issuances: before.flatMap(({ tokenIds }) => tokenIds),
    scopes: before.flatMap(({ scopes }) => scopes),
  };
  const said = Object.entries(all).filter(([, names]) => names.length > 0);
  if (said.length === 0) return {};
  return { lineage: Object.fromEntries(said.map(([name, names]) => [name, [...new Set(names)]])) };
}

/** Nothing is written where nothing was asked for. */
function askedOf(narrowing: Narrowing | null): Pick<IssuanceRecord, 'asked'> {
  if (narrowing === null) return {};
  const { policy, policyArns, parameters } = narrowing;
  const asked = {
    ...(policy === null ? {} : { policy }),
    ...(policyArns.length === 0 ? {} : { policyArns }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
  };
  return Object.keys(asked).length === 0 ? {} : { asked };
}

/** Nothing is written where nothing is known. */
function decisionSource(
  place: DecisionEvidence['source'],
  applied: AppliedVersion | undefined,
): { readonly source?: DecisionSource } {
  if (place === null && applied === undefined) return {};
  const { author = null, appliedAt, reason = null, commit = null } = applied ?? {};
  return {
    source: {
      file: place?.file ?? null,
      line: place?.line ?? null,
      appliedBy: author,
      appliedAt: appliedAt === undefined ? null : toRfc3339(toEpochSeconds(appliedAt)),
      reason,
      commit,
    },
  };
}

/** Whoever acts, with the claims of these names. */
export function actorRecord(actor: Actor, names: readonly string[]): ActorRecord {
  const { connection, client, subject, name, proof, lineage } = actor;
  // Who acted before, on this side: as of the subject, part of who this is.
  const kept = lineage === null ? names : [...names, 'act'];
  return { connection, client, subject, principal: name, proof, claims: keep(actor, kept) };
}

/** Of a broker token the origin's claims as far as it carries them, and what it says of itself. */
function keep(
  { claims, lineage }: Pick<Principal, 'claims' | 'lineage'>,
  names: readonly string[],
): Readonly<Record<string, JsonValue>> {
  const kept: Record<string, JsonValue> = Object.create(null);
  for (const name of names) {
    // A claim that is null is there: conditions tell it from one that is not.
    const from = claims.values.has(name) ? claims : lineage?.token.claims;
    const value = from?.values.get(name);
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
