import { type Actor, issuerOf, type Principal } from '../identity/principal.ts';
import { actorRecord, lineageOf } from '../issuance/draft-record.ts';
import type { JsonValue } from '../json.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { subjectClaim } from '../policy/condition-keys.ts';
import { decideByRules } from '../policy/decide.ts';
import type { DecisionInput } from '../policy/lookup.ts';
import { PERSON_CLAIMS } from '../policy/person-claims.ts';
import type { CompiledScope } from '../policy/scope.ts';
import type { Configuration } from '../ports/configuration.ts';
import type { EpochSeconds } from '../time.ts';
import type { ApprovalRequest } from './approvals.ts';
import { foldedName, partyOf, personDigests, providersName } from './parties.ts';
import type { ApproverEvidence } from './record.ts';

/** Somebody who signed in, or the bearer of a token for `broker:approvals`. */
export interface Approver {
  readonly principal: Principal;
  /** Who acts for them; null: nobody does. */
  readonly actor: Actor | null;
  readonly caller: IssuanceRecord['request'];
}

/** What an approver may do with a request: see it, and decide on it unless it is their own. */
export interface Admitted {
  readonly evidence: ApproverEvidence;
  /** They ask for it themselves, act in it, or are its client. */
  readonly isParty: boolean;
}

/**
 * Whether the rules of `from` admit this person to this request, under the configuration in force, which must be the
 * one that it was asked under. Every scope of the request that demands an approval has to admit. Refuses with
 * `approval_unknown` and `approver_not_allowed`.
 */
export async function admit(
  request: ApprovalRequest,
  approver: Approver,
  { configuration, now }: { readonly configuration: Configuration; readonly now: EpochSeconds },
  signal: AbortSignal,
): Promise<Outcome<Admitted>> {
  if (configuration.version !== request.configVersion) return refuse('approval_unknown');
  const scopes = await Promise.all(request.scopes.map((name) => configuration.scope(name, signal)));
  const demanding = scopes.filter((scope) => scope !== null).filter(({ approval }) => approval !== undefined);
  if (demanding.length === 0) return refuse('approval_unknown');
  const { principal, actor, caller } = approver;
  const input: DecisionInput = {
    ...{ principal, actor, client: null },
    request: { sourceIp: caller.sourceIp, time: now, duration: null },
  };
  const decisions = demanding.map(({ approval }) => decideByRules(approval?.from ?? [], input));
  const [first] = decisions;
  if (first === undefined || !first.allowed || decisions.some(({ allowed }) => !allowed)) {
    return refuse('approver_not_allowed');
  }
  return accept({
    isParty: isParty(request, approver, demanding),
    evidence: {
      ...{ approver: partyOf(principal), proof: principal.proof, caller, rule: first.rule, checks: first.checks },
      chain: { actor: actor === null ? null : actorRecord(actor, []), ...lineageOf(approver) },
      claims: { ...namedClaims(principal, demanding), ...actClaimOf(principal) },
    },
  });
}

/**
 * The same person at the same connection, who may have typed the name in other letters; anybody who acts in both; the
 * same client; or, by the name at the same identity provider or by claims that name a person everywhere, the same
 * person at another connection. Where such a claim is withheld nobody can say that it is another.
 */
function isParty(request: ApprovalRequest, { principal, actor }: Approver, scopes: readonly CompiledScope[]): boolean {
  const { connection, client, subject } = partyOf(principal);
  const acting = [...(actor === null ? [] : [actor]), ...(principal.lineage?.actors ?? [])];
  const own = [{ connection, client, subject }, ...acting];
  const parties = [request.subject, ...request.actors];
  const isSame = own.some((one) =>
    parties.some(
      (party) =>
        party.connection === one.connection &&
        party.client === one.client &&
        foldedName(party.subject) === foldedName(one.subject),
    ),
  );
  const clients = [...own.map((one) => one.client), ...(principal.lineage?.presenters ?? [])];
  const isClient = clients.some((name) => name !== null && request.clients.includes(name));
  const named = scopes.flatMap(({ scope }) => scope.requires.approval?.personClaims ?? []);
  const claims = scopes.flatMap(({ scope }) => scope.requires.approval?.personClaims ?? PERSON_CLAIMS);
  const digests = [
    ...personDigests(principal.claims, claims),
    ...providersName(partyOf(principal), issuerOf(principal)),
  ];
  const isPerson = digests.some((digest) => request.persons.includes(digest));
  const isHidden = request.withheld.some((at) => at !== connection);
  const hides = named.some((name) => !principal.claims.values.has(name));
  return (
    isSame || isClient || isPerson || isHidden || (hides && parties.some((party) => party.connection !== connection))
  );
}

/** Who acted before, as the token of the approver has it. */
function actClaimOf({ lineage }: Principal): Readonly<Record<string, JsonValue>> {
  const act = lineage?.token.claims.values.get('act');
  return act === undefined ? {} : { act };
}

function namedClaims({ claims }: Principal, scopes: readonly CompiledScope[]): Readonly<Record<string, JsonValue>> {
  const keys = scopes.flatMap(({ approval }) => approval?.from.flatMap(({ conditions }) => conditions) ?? []);
  const names = new Set(keys.flatMap((compiled) => compiled.keys).flatMap((key) => subjectClaim(key) ?? []));
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = claims.values.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
