/**
 * The use case: authenticate → decide → look at revocations and at what has to come before → claim → take slots → count
 * → record `started` → mint → look at revocations again → record the outcome → answer. No credential leaves without its
 * record; whatever cannot be reached refuses.
 */

import type { Consented, ConsentRequest } from './approval/consent.ts';
import type { Granters, Minted } from './credential/grant.ts';
import type { Principal } from './identity/principal.ts';
import { type Authenticators, authenticate } from './issuance/authenticate.ts';
import { type Authorized, authorize, type PolicyRequest } from './issuance/authorize.ts';
import { draftRecord } from './issuance/draft-record.ts';
import { checkPrior } from './issuance/prior-issuance.ts';
import { releaseProofs, type SingleUse, singleUses } from './issuance/single-use.ts';
import { slotTaker } from './issuance/slot-taker.ts';
import { type Spending, spend } from './issuance/spend.ts';
import { checkNotTakenBack } from './issuance/taken-back.ts';
import { issuanceId } from './ledger/id.ts';
import type { IssuanceRecord } from './ledger/record.ts';
import { accept, type Outcome, type Refusal, refuse } from './outcome.ts';
import type { Configurations } from './ports/configuration.ts';
import type { Clock, Random } from './ports/host.ts';
import type { Ledger, LedgerQueries } from './ports/ledger.ts';
import type { Limits } from './ports/limits.ts';
import type { HeldSlots, LiveSlots } from './ports/live-slots.ts';
import type { Replays } from './ports/replays.ts';
import type { Revocations } from './ports/revocations.ts';
import type { Step } from './ports/steps.ts';
import { marksOfRequest } from './revocation/marks.ts';

export interface IssuePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly configurations: Configurations;
  readonly authenticators: Authenticators;
  readonly replays: Replays;
  readonly limits: Limits;
  readonly revocations: Pick<Revocations, 'standing' | 'revokedAmong'>;
  readonly ledger: Ledger;
  readonly granters: Granters;
  /** Of scopes that say how much may be alive at once; absent: they cannot be had here. */
  readonly live?: LiveSlots;
  /** Of scopes that want another issuance before; absent: they cannot be had here. */
  readonly queries?: Pick<LedgerQueries, 'list'>;
  /** Where a scope demands an approval; absent: what demands one cannot be had here. */
  readonly consent?: (asked: ConsentRequest, signal: AbortSignal) => Promise<Outcome<Consented>>;
  /** Where requests are traced: told of the steps that are no port's own. Absent: they are not. */
  readonly step?: Step;
}

const untraced: Step = (_, run) => run();

export interface IssuanceRequest extends PolicyRequest {
  /** It was refused before, where a person signed in: what is decided now is for the record, and nothing is granted. */
  readonly refused?: Refusal;
  readonly caller: {
    readonly id: string;
    readonly sourceIp: string;
    readonly userAgent: string | null;
    /** `/sts` only: recorded, never trusted. */
    readonly roleSessionName?: string;
    /** `/v1/credentials` only: what the caller says that the credentials are for, such as `console`. */
    readonly purpose?: string;
  };
}

/** What was handed out. `minted.secret` is for the answer only. */
export interface Issued {
  readonly record: IssuanceRecord;
  readonly principal: Principal;
  readonly minted: Minted;
}

/** How long a failed issuance may take, in all, to write down and give back once the request's own deadline is past. */
const LAST_WORDS_MS = 200;

/**
 * Issues what `request` asks for, or says why not. A refusal after authentication leaves a `denied` record (best
 * effort), a mint that failed a `failed` one. Throws `Fault` where a dependency of the broker's own fails; nothing has
 * left then.
 */
export async function issue(
  ports: IssuePorts,
  request: IssuanceRequest,
  signal: AbortSignal,
): Promise<Outcome<Issued>> {
  const { step = untraced } = ports;
  const [configuration, revocations] = await Promise.all([
    ports.configurations.current(signal),
    ports.revocations.standing(signal),
  ]);
  const { sourceIp } = request.caller;
  const context = { configuration, sourceIp, signal };
  const authentication = await step('authenticate', () => authenticate(ports.authenticators, request.proofs, context));
  if (!authentication.ok) return authentication;

  const time = ports.clock.now();
  const id = issuanceId(time, ports.random);
  const authorization = await step('decide', () =>
    authorize(ports, request, authentication.value, { id, configuration, signal }),
  );
  const decided = { id, time, configVersion: configuration.version, applied: configuration.applied };
  const draft = draftRecord(decided, request, authentication.value, authorization.evidence);
  if (request.refused !== undefined) return deny(ports, draft, request.refused);
  if (!authorization.ok) return deny(ports, draft, authorization.refusal);
  const revoked = revocations.inForce(marksOfRequest(authentication.value, authorization.evidence.scopes));
  if (revoked !== null) return deny(ports, draft, { reason: 'access_revoked', log: { found: revoked.id } });

  const who = authentication.value;
  const preceded = await checkPrior(ports, authorization.value, who, { revocations, time, signal });
  if (!preceded.ok) return deny(ports, draft, preceded.refusal);
  const asked = { issuance: id, who, configVersion: configuration.version, sourceIp, revocations };
  const consented = await consentTo(ports, authorization.value, asked, signal);
  if (!consented.ok) return waitOrDeny(ports, draft, consented.refusal);
  const uses = singleUses(id, who, authorization.value);
  const takeSlots = slotTaker(ports, id, authorization.value, revocations);
  const spent = await spendHeld(ports, { uses, takeSlots, consented: consented.value }, authorization.value, signal);
  const approved = withApproval(draft, consented.value);
  if (!spent.ok) return deny(ports, approved, spent.refusal);
  const held = { uses, slots: spent.value, consented: consented.value };

  const minted = await mint(ports, approved, held, authorization.value, signal);
  if (!minted.ok) return minted;
  await held.consented?.used(AbortSignal.timeout(LAST_WORDS_MS));
  return accept({ ...minted.value, principal: who.principal });
}

/** What this issuance has taken up, and gives back where nothing comes of it. */
interface Held {
  readonly uses: readonly SingleUse[];
  /** null: as much may be alive as there is. */
  readonly slots: HeldSlots | null;
  /** null: nobody had to approve. */
  readonly consented: Consented | null;
}

/** Best effort: what cannot be given back stays used. */
async function release({ replays }: IssuePorts, { uses, slots, consented }: Held, signal: AbortSignal): Promise<void> {
  await Promise.all([releaseProofs(replays, uses, signal), slots?.giveBack(signal), consented?.giveBack(signal)]);
}

/** What is refused or thrown here gives its claims back by itself. */
async function spendHeld(
  ports: IssuePorts,
  { uses, takeSlots, consented }: Pick<Held, 'uses' | 'consented'> & Pick<Spending, 'takeSlots'>,
  { limits }: Authorized,
  signal: AbortSignal,
) {
  const giveBack = () => consented?.giveBack(AbortSignal.timeout(LAST_WORDS_MS));
  try {
    const spent = await spend(ports, { uses, takeSlots, limits }, signal);
    if (!spent.ok) await giveBack();
    return spent;
  } catch (cause) {
    await giveBack();
    throw cause;
  }
}

async function consentTo(
  { consent }: IssuePorts,
  { approval: need }: Authorized,
  asked: Omit<ConsentRequest, 'need'>,
  signal: AbortSignal,
): Promise<Outcome<Consented | null>> {
  if (need === null) return accept(null);
  return consent?.({ ...asked, need }, signal) ?? refuse('grant_not_available_here');
}

const withApproval = (draft: IssuanceRecord, consented: Consented | null): IssuanceRecord =>
  consented === null ? draft : { ...draft, approval: consented.record };

/** Whoever asks again while it waits costs a read and no record: the first request has one. */
async function waitOrDeny(ports: IssuePorts, draft: IssuanceRecord, refusal: Refusal) {
  const { pending } = refusal;
  if (pending === undefined) return deny(ports, draft, refusal);
  if (pending.asked === 'before') return { ok: false, refusal: { ...refusal, recorded: 'denied' } } as const;
  return deny(ports, { ...draft, approval: { id: pending.id, state: 'pending' } }, refusal);
}

async function mint(
  ports: IssuePorts,
  draft: IssuanceRecord,
  held: Held,
  what: Authorized,
  signal: AbortSignal,
): Promise<Outcome<Omit<Issued, 'principal'>>> {
  const minted = await start(ports, draft, { ...what, slots: held.slots }, signal);
  if (!minted.ok) {
    const lastWords = AbortSignal.timeout(LAST_WORDS_MS);
    const { reason } = minted.refusal;
    const recording = minted.stage === 'mint' ? fail(ports, { ...draft, reason }, minted.after, lastWords) : null;
    await Promise.all([recording, release(ports, held, lastWords)]);
    if (minted.cause !== undefined) throw minted.cause;
    const { refusal } = minted;
    return { ok: false, refusal: { ...refusal, recorded: 'failed', log: { ...refusal.log, issuance: draft.id } } };
  }
  const record: IssuanceRecord = { ...draft, outcome: 'issued', credential: minted.value.credential };
  try {
    await recordIssued(ports, record, { ...held, after: minted.after }, signal);
  } catch (cause) {
    const lastWords = AbortSignal.timeout(LAST_WORDS_MS);
    // The write may have landed and its answer got lost: only where the ledger takes `failed` is the proof free again.
    const failed = await fail(ports, { ...draft, reason: 'ledger_unavailable' }, minted.after, lastWords);
    if (failed === 'recorded') await release(ports, held, lastWords);
    throw cause;
  }
  return accept({ record, minted: minted.value });
}

/**
 * Writes the outcome, and beside it that the slots are free sooner than was thought, which is best effort. Throws as
 * the ledger does, once nothing is under way any more.
 */
async function recordIssued(
  { ledger }: IssuePorts,
  record: IssuanceRecord,
  { slots, after }: Pick<Held, 'slots'> & Pick<MintAttempt, 'after'>,
  signal: AbortSignal,
): Promise<void> {
  const recorded = ledger.finished(record, signal, after);
  const { credential } = record;
  if (slots === null || credential === null || credential.expires >= slots.until) return recorded;
  await Promise.allSettled([recorded, slots.keepUntil(credential.expires, signal)]);
  return recorded;
}

/**
 * `stage`: how far it came. `after`: what the outcome's record comes after. `cause`: what was thrown, for the caller to
 * throw on.
 */
type MintAttempt = Outcome<Minted> & {
  readonly stage: 'started' | 'mint';
  readonly after: 'started' | undefined;
  readonly cause?: unknown;
};

/**
 * Takes what is at hand, or records `started` and mints; what was revoked or switched off meanwhile is not handed out.
 * Slots that have to be kept for longer than was thought are kept before the outcome is recorded: a record that says
 * `issued` is not taken back. What throws has failed too, and is given back like what was refused.
 */
async function start(
  ports: IssuePorts,
  draft: IssuanceRecord,
  { mintedBy, prepared, scopes, slots }: Authorized & Pick<Held, 'slots'>,
  signal: AbortSignal,
): Promise<MintAttempt> {
  const { ledger, step = untraced } = ports;
  let stage: MintAttempt['stage'] = 'started';
  let after: MintAttempt['after'];
  try {
    const atHand = (await prepared.atHand?.(signal)) ?? null;
    if (atHand === null && mintedBy === 'others') {
      await ledger.started({ ...draft, credential: prepared.planned }, signal);
      after = 'started';
    }
    stage = 'mint';
    const minted = atHand ?? (await step('mint', () => prepared.mint(signal)));
    if (!minted.ok) return { ...minted, stage, after };
    const standing = await checkNotTakenBack(ports, draft, scopes, signal);
    if (!standing.ok) return { ...standing, stage, after };
    if (slots !== null) await keepLonger(slots, minted.value.credential, signal);
    return { ...minted, stage, after };
  } catch (cause) {
    return { ...refuse('internal_fault'), stage, after, cause };
  }
}

async function keepLonger(slots: HeldSlots, { expires }: Minted['credential'], signal: AbortSignal): Promise<void> {
  if (expires > slots.until) await slots.keepUntil(expires, signal);
}

/** Best effort: the `started` record is evidence enough where this cannot be written. */
async function fail(
  { ledger }: IssuePorts,
  draft: IssuanceRecord,
  after: MintAttempt['after'],
  signal: AbortSignal,
): Promise<'recorded' | 'unknown'> {
  try {
    await ledger.finished({ ...draft, outcome: 'failed' }, signal, after);
    return 'recorded';
  } catch {
    // Nothing left the broker, and the caller is refused either way.
    return 'unknown';
  }
}

async function deny(ports: IssuePorts, draft: IssuanceRecord, refusal: Refusal) {
  const { limit } = refusal;
  const decision = limit === undefined ? draft.decision : { ...draft.decision, limit };
  await ports.ledger.denied({ ...draft, decision, outcome: 'denied', reason: refusal.reason });
  return { ok: false, refusal: { ...refusal, recorded: 'denied' } } as const;
}
