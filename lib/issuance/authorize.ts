import {
  type Granted,
  type Granters,
  type GrantInput,
  type Narrowing,
  narrowsNoSession,
  type PreparedGrant,
} from '../credential/grant.ts';
import { ceilingsOf } from '../identity/principal.ts';
import { accept, allOf, type Outcome, refuse } from '../outcome.ts';
import type { DecisionInput } from '../policy/decide.ts';
import type { GrantKind, GrantRoute } from '../policy/grants/grant-kind.ts';
import { type Grant, type GrantType, grantKinds } from '../policy/grants/kinds.ts';
import { resolveParameters, withParameters } from '../policy/parameters.ts';
import type { CompiledScope } from '../policy/scope.ts';
import type { Configuration } from '../ports/configuration.ts';
import type { Clock } from '../ports/host.ts';
import type { LimitCount } from '../ports/limits.ts';
import type { SlotSet } from '../ports/live-slots.ts';
import { type EpochSeconds, epochSeconds, type Seconds, seconds, toEpochSeconds } from '../time.ts';
import { type ApprovalNeed, approvalNeed } from './approval-need.ts';
import { type AskedTarget, checkTarget } from './asked-target.ts';
import type { Authenticated, PresentedProofs } from './authenticate.ts';
import { limitCounts, slotSets } from './budgets.ts';
import {
  type DecisionEvidence,
  decideScopes,
  type GrantedScopes,
  isScopeName,
  noEvidence,
  readsDuration,
} from './decide-scopes.ts';

/** What a caller asks for, beside who it is. Nothing in it can widen what the scope grants. */
export interface PolicyRequest extends ScopelessRequest {
  readonly proofs: PresentedProofs;
  /**
   * Names; more than one only where all grant broker tokens of one audience. None: those of the target that the caller
   * may have.
   */
  readonly scopes: readonly string[];
}

/** The same whatever scopes are named. */
export interface ScopelessRequest {
  readonly requestedDuration: Seconds | null;
  /** Up to 256 printable characters. */
  readonly intent: string | null;
  readonly narrowing: Narrowing | null;
  /** How it is asked for: which kinds of grant can be had there is theirs to say. */
  readonly route: GrantRoute;
  readonly target: AskedTarget;
  readonly caller: { readonly sourceIp: string };
}

export interface Authorized {
  readonly scopes: readonly [CompiledScope, ...CompiledScope[]];
  /** What was asked for, else the grant's default; null where somebody else decides. */
  readonly duration: Seconds | null;
  readonly limits: readonly LimitCount[];
  /** What may be alive at once, of each scope that says so. */
  readonly live: readonly SlotSet[];
  /** Where others mint, `started` is recorded before they are asked. */
  readonly mintedBy: GrantKind<never, never>['mintedBy'];
  readonly prepared: PreparedGrant;
  /** What somebody else has to approve first; null: nothing. */
  readonly approval: ApprovalNeed | null;
}

export type Authorization = Outcome<Authorized> & { readonly evidence: DecisionEvidence };

export interface AuthorizationPorts {
  readonly clock: Clock;
  readonly granters: Granters;
}

export interface AuthorizationContext extends ConfigurationContext {
  readonly id: string;
}

interface ConfigurationContext {
  readonly configuration: Configuration;
  readonly signal: AbortSignal;
}

/**
 * Decides every scope asked for, then prepares the one grant. A scope that is unknown, disabled or not allowed is
 * refused alike; what a principal is refused beyond that it hears only of scopes it is allowed.
 */
export async function authorize(
  ports: AuthorizationPorts,
  request: PolicyRequest,
  who: Authenticated,
  context: AuthorizationContext,
): Promise<Authorization> {
  const now = ports.clock.now();
  const byTarget = request.scopes.length === 0;
  const asked = byTarget ? await namesOfTarget(request.target, context) : request.scopes;
  const known = await readScopes(asked, context);
  if (known === null) {
    return { ...refuse(byTarget ? 'target_mismatch' : 'not_allowed'), evidence: noEvidence(request.scopes) };
  }
  const found = byTarget ? allowedOf(request, who, known, toEpochSeconds(now)) : known;
  if (found === null) return { ...refuse('target_mismatch'), evidence: noEvidence(asked) };
  const input = decisionInput(request, who, found, toEpochSeconds(now));
  const { evidence, ...decided } = decideScopes(found, input);
  if (!decided.ok) return { ...decided, evidence };
  const checked = allOf(checkRequest(request, found), checkCeilings(who, found, request));
  if (!checked.ok) return { ...checked, evidence };
  const granted = withAskedParameters(found, decided.value, request.narrowing);
  if (!granted.ok) return { ...granted, evidence };
  const { type } = found[0].grant;
  const prepared = prepare(ports.granters, type, granted.value, {
    issuance: context.id,
    principal: who.principal,
    actor: who.actor,
    client: who.client,
    ...(who.through === undefined ? {} : { through: who.through }),
    requestedDuration: request.requestedDuration,
    now,
    narrowing: request.narrowing,
    proof: who.proof,
    key: who.key?.thumbprint ?? null,
    endsBy: endOfLineage(who),
  });
  if (!prepared.ok) return { ...prepared, evidence };
  const limits = found.flatMap((scope) => limitCounts(scope, who));
  const live = found.flatMap((scope) => slotSets(scope, who));
  const { duration } = input.request;
  const { mintedBy } = grantKinds[type];
  const approval = approvalNeed({ scopes: found, granted: granted.value, prepared: prepared.value }, input, request);
  return {
    ...accept({ scopes: found, duration, limits, live, mintedBy, prepared: prepared.value, approval }),
    evidence,
  };
}

/**
 * Those that grant broker tokens for what was named first; whether they are for the rest too is looked at with each.
 */
async function namesOfTarget({ names }: AskedTarget, context: ConfigurationContext): Promise<readonly string[]> {
  const [target] = names;
  return target === undefined ? [] : context.configuration.audience(target, context.signal);
}

/** The scopes that a request by its target gets, whoever `who` is; null: none, or there is no such target. */
export async function scopesOfTarget(
  request: ScopelessRequest,
  who: Authenticated,
  context: ConfigurationContext,
  time: EpochSeconds,
): Promise<readonly CompiledScope[] | null> {
  const known = await readScopes(await namesOfTarget(request.target, context), context);
  return known === null ? null : allowedOf(request, who, known, time);
}

/**
 * Scopes that were named, where their rules let `who` in: for the default duration, or for a shorter one that may yet
 * be asked for. Whatever else they want is looked at when they are asked for. A scope that is unknown, disabled or not
 * allowed is refused alike.
 */
export async function scopesOfRules(
  request: ScopelessRequest & Pick<PolicyRequest, 'scopes'>,
  who: Authenticated,
  context: ConfigurationContext,
  time: EpochSeconds,
): Promise<Outcome<GrantedScopes>> {
  const known = await readScopes(request.scopes, context);
  if (known === null) return refuse('not_allowed');
  const decided = decideScopes(known, decisionInput(request, who, known, time));
  if (decided.ok || !readsDuration(known)) return decided;
  return decideScopes(known, decisionInput({ ...request, requestedDuration: seconds(1) }, who, known, time));
}

/** Of scopes that were not named, those that the caller gets as it asks: whatever more they want has to be named. */
function allowedOf(
  request: ScopelessRequest,
  who: Authenticated,
  scopes: readonly CompiledScope[],
  time: EpochSeconds,
): readonly [CompiledScope, ...CompiledScope[]] | null {
  const [first, ...others] = scopes.filter((scope) => {
    const { approval, after } = scope.scope.requires;
    if (approval !== undefined || after !== undefined || !checkRequest(request, [scope]).ok) return false;
    if (!checkCeilings(who, [scope], request).ok) return false;
    return decideScopes([scope], decisionInput(request, who, [scope], time)).ok;
  });
  return first === undefined ? null : [first, ...others];
}

async function readScopes(
  names: readonly string[],
  { configuration, signal }: ConfigurationContext,
): Promise<readonly [CompiledScope, ...CompiledScope[]] | null> {
  if (!names.every((name) => isScopeName(name))) return null;
  const scopes = await Promise.all(names.map((name) => configuration.scope(name, signal)));
  const found = scopes.filter((scope) => scope !== null);
  const [first, ...others] = found;
  return first === undefined || found.length !== names.length ? null : [first, ...others];
}

/** The templates of each grant see the parameters of its scope. */
function withAskedParameters(
  scopes: readonly CompiledScope[],
  [first, ...others]: GrantedScopes,
  narrowing: Narrowing | null,
): Outcome<GrantedScopes> {
  const resolve = (granted: Granted<GrantType>): Outcome<Granted<GrantType>> => {
    const { parameters = {} } = scopes.find(({ scope }) => scope.scope === granted.scope)?.scope ?? {};
    const resolved = resolveParameters(parameters, narrowing?.parameters ?? {}, granted.lookup);
    return resolved.ok ? accept({ ...granted, lookup: withParameters(resolved.value, granted.lookup) }) : resolved;
  };
  const one = resolve(first);
  if (!one.ok) return one;
  const more: Granted<GrantType>[] = [];
  for (const other of others) {
    const resolved = resolve(other);
    if (!resolved.ok) return resolved;
    more.push(resolved.value);
  }
  return accept([one.value, ...more]);
}

/** What is decided on, of a request for these scopes at `time`. */
export function decisionInput(
  request: Pick<PolicyRequest, 'requestedDuration' | 'caller'>,
  { principal, client, actor }: Authenticated,
  scopes: readonly [CompiledScope, ...CompiledScope[]],
  time: EpochSeconds,
): DecisionInput {
  const duration = request.requestedDuration ?? defaultDuration(scopes);
  return { principal, client, actor, request: { sourceIp: request.caller.sourceIp, time, duration } };
}

/** The shortest default of the grants; null where somebody else decides how long. */
function defaultDuration(scopes: readonly CompiledScope[]): Seconds | null {
  const durations = scopes.map(({ grant }) => durationOf(grant.type, grant.document)).filter((each) => each !== null);
  return durations.length === 0 ? null : seconds(Math.min(...durations));
}

const durationOf = <T extends GrantType>(type: T, grant: Grant<T>): Seconds | null => grantKinds[type].duration(grant);

const goTogether = <T extends GrantType>(type: T, one: Grant<T>, other: Grant<T>): boolean =>
  grantKinds[type].together(one, other);

/** All of one kind, which its facts let go together. */
function prepare<T extends GrantType>(
  granters: Granters,
  type: T,
  [first, ...others]: readonly [Granted<T>, ...Granted<T>[]],
  input: GrantInput,
): Outcome<PreparedGrant> {
  const granter = granters[type];
  if (granter === undefined) return refuse('grant_not_available_here');
  if (others.length === 0) return granter.prepare(first, input);
  return granter.prepareTogether?.([first, ...others], input) ?? refuse('scopes_incompatible');
}

/** What an allowed principal may still be refused before anything is prepared. */
function checkRequest(request: ScopelessRequest, scopes: readonly [CompiledScope, ...CompiledScope[]]): Outcome<null> {
  const [first, ...others] = scopes;
  const { type, document } = first.grant;
  const together = others.every(({ grant }) => grant.type === type && goTogether(type, document, grant.document));
  if (!together) return refuse('scopes_incompatible');
  if (!grantKinds[type].routes.includes(request.route)) return refuse('grant_not_available_here');
  if (grantKinds[type].narrowedBy === 'nothing' && !narrowsNoSession(request.narrowing)) {
    return refuse('narrowing_refused');
  }
  for (const { grant } of scopes) {
    const target = checkTarget(grant, request.target);
    if (!target.ok) return target;
  }
  if (request.intent === null && scopes.some(({ scope }) => scope.requires.intent)) return refuse('intent_required');
  return accept(null);
}

/** What a proof says it is for: no more comes of it, nor of what came of it. */
function checkCeilings(
  who: Authenticated,
  scopes: readonly CompiledScope[],
  { target }: ScopelessRequest,
): Outcome<null> {
  for (const { scopes: names, resources } of ceilingsOf(who)) {
    if (names !== null && scopes.some(({ scope }) => !names.includes(scope.scope))) return refuse('not_allowed');
    const isMeant = ({ grant }: CompiledScope): boolean =>
      resources?.some((resource) => checkTarget(grant, { ...target, names: [resource] }).ok) ?? true;
    if (!scopes.every(isMeant)) return refuse('target_mismatch');
  }
  return accept(null);
}

/** What a broker token gets ends no later than it does; an actor's token counts too. */
function endOfLineage({ principal, actor }: Authenticated): EpochSeconds | null {
  const ends = [principal.lineage?.expires, actor?.lineage?.expires].filter((end) => end !== undefined);
  return ends.length === 0 ? null : epochSeconds(Math.min(...ends));
}
