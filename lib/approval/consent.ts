import type { ApprovalNeed } from '../issuance/approval-need.ts';
import type { Authenticated } from '../issuance/authenticate.ts';
import type { ApprovalRecord } from '../ledger/record.ts';
import { accept, Fault, type Outcome, refuse } from '../outcome.ts';
import type { Clock, Random } from '../ports/host.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Limits } from '../ports/limits.ts';
import { marksOfRecord } from '../revocation/marks.ts';
import type { StandingRevocations } from '../revocation/revocation.ts';
import { epochSeconds, seconds, toEpochSeconds, toRfc3339 } from '../time.ts';
import { approvalId } from './approval-id.ts';
import type { ApprovalRequest, ApprovalState, Approvals } from './approvals.ts';
import { digestOf } from './digest.ts';
import { partiesOf } from './parties.ts';
import { expiryRecord } from './record.ts';
import { standingOf } from './standing.ts';
import type { Tell } from './tell.ts';

export interface ConsentPorts {
  readonly issuer: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly approvals: Approvals;
  readonly limits: Pick<Limits, 'count'>;
  readonly ledger: Pick<Ledger, 'finished'>;
  readonly tell: Tell;
}

/** A request that is allowed, and waits for a person's word before anything is claimed, counted or minted. */
export interface ConsentRequest {
  readonly issuance: string;
  readonly need: ApprovalNeed;
  readonly who: Authenticated;
  readonly configVersion: number;
  readonly sourceIp: string;
  /** An approver who is revoked has approved nothing. */
  readonly revocations: StandingRevocations;
}

/** An approval that this issuance has taken up. One of the two must follow; neither throws. */
export interface Consented {
  /** For the record of the issuance. */
  readonly record: ApprovalRecord;
  /** Something was handed out. */
  used(signal: AbortSignal): Promise<void>;
  /** Nothing was: it may be taken up again. */
  giveBack(signal: AbortSignal): Promise<void>;
}

/** The shortest time between two requests of one caller (RFC 8628 section 3.5). */
const INTERVAL = seconds(5);
/** New requests for approval of one principal and scope: nobody is asked more often than that (ADR 48). */
const ASKED_AT_MOST = { count: 60, window: seconds(3600) };
/** Somebody else may take or ask in between, each time: more than a few times in a row is a fault. */
const MOST_TURNS = 5;

/**
 * Takes up the approval of this very request, or asks for it. Refuses with `authorization_pending` while it waits,
 * `access_denied` once a person said no, asks anew where the person who said yes is revoked, `limit_reached` for a
 * principal who asks for more and more. What `breakGlass` lets go on is taken down first, so that it is told of
 * whatever happens. Throws `Fault('approvals')`, and `Fault('ledger')` where the record of one that expired cannot be
 * written.
 */
export async function consent(
  ports: ConsentPorts,
  asked: ConsentRequest,
  signal: AbortSignal,
): Promise<Outcome<Consented>> {
  const request = requestOf(ports, asked);
  if (asked.need.goesOn) return breakGlass(ports, { ...request, kind: 'break-glass' }, signal);
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const state = await ports.approvals.read(request.digest, signal);
    const answer = await answerTo(ports, request, state, asked, signal);
    if (answer !== 'again') return answer;
  }
  throw new Fault('approvals', 'the approval changed each time that it was read');
}

function requestOf(ports: ConsentPorts, { need, who, configVersion, sourceIp }: ConsentRequest): ApprovalRequest {
  const time = ports.clock.now();
  const { scopes, grant, intent, duration, parameters, gives, within, uses, lasts } = need;
  const bound = {
    ...{ scopes, configVersion, grant, intent, duration, parameters, gives },
    ...partiesOf(who, need),
  };
  return {
    ...bound,
    ...{ uses, lasts, sourceIp, kind: 'asks' },
    id: approvalId(time, ports.random),
    digest: digestOf(bound),
    asked: time,
    ends: epochSeconds(toEpochSeconds(time) + within),
    proof: who.principal.proof,
  };
}

async function answerTo(
  ports: ConsentPorts,
  request: ApprovalRequest,
  state: ApprovalState | null,
  { issuance, revocations }: ConsentRequest,
  signal: AbortSignal,
): Promise<Outcome<Consented> | 'again'> {
  const now = toEpochSeconds(ports.clock.now());
  switch (standingOf(state, now)) {
    case 'denied':
      return refuse('access_denied', { log: { found: 'denied by an approver' } });
    case 'pending':
    case 'busy':
      return state === null ? 'again' : waits(ports, state, 'before');
    case 'open':
      if (state === null) return 'again';
      return isTakenBack(state, revocations)
        ? ask(ports, request, state, signal)
        : take(ports, state, issuance, signal);
    case 'expired':
      if (state !== null) await expire(ports, state.id, signal);
      return ask(ports, request, state, signal);
    case 'none':
      return ask(ports, request, state, signal);
  }
}

/** By an approver who was revoked since: their word, or what it came of. */
const isTakenBack = ({ decision }: ApprovalState, revocations: StandingRevocations): boolean =>
  decision !== null && revocations.ended(marksOfRecord(decision.record), decision.decided) !== null;

function waits(
  { clock, issuer }: ConsentPorts,
  { id, ends }: Pick<ApprovalState, 'id' | 'ends'>,
  asked: 'now' | 'before',
) {
  const expiresIn = seconds(Math.max(1, Math.ceil(ends - clock.now() / 1000)));
  return refuse('authorization_pending', {
    pending: { id, uri: `${issuer}/approvals/${id}`, expiresIn, interval: INTERVAL, asked },
  });
}

async function ask(
  ports: ConsentPorts,
  request: ApprovalRequest,
  before: ApprovalState | null,
  signal: AbortSignal,
): Promise<Outcome<Consented> | 'again'> {
  const { connection, client, subject } = request.subject;
  const counter = `approvals:${JSON.stringify([request.scopes, connection, client, subject])}`;
  const counted = await ports.limits.count([{ counter, ...ASKED_AT_MOST }], ports.clock.now(), signal);
  if (!counted.within) return refuse('limit_reached', { retryAfter: counted.retryAfter });
  // Its end is yet to be told from the start: whoever comes by first tells it (`sweep.ts`).
  await ports.approvals.keep(request, ['asked', 'expired'], signal);
  if (!(await ports.approvals.ask(request, before, signal))) return 'again';
  await ports.tell(request, 'asked', null, signal);
  return waits(ports, request, 'now');
}

/** Its record comes before anything that hides it. */
async function expire(ports: ConsentPorts, id: string, signal: AbortSignal): Promise<void> {
  const request = await ports.approvals.find(id, signal);
  if (request === null) return;
  await ports.ledger.finished(expiryRecord(request), signal);
  await ports.tell(request, 'expired', null, signal);
}

async function take(
  { approvals, clock, tell }: ConsentPorts,
  state: ApprovalState,
  issuance: string,
  signal: AbortSignal,
): Promise<Outcome<Consented> | 'again'> {
  const { id, decision } = state;
  if (decision === null || !(await approvals.take(state, issuance, toEpochSeconds(clock.now()), signal)))
    return 'again';
  return accept({
    record: {
      ...{ id, state: 'used', approver: decision.approver, reason: decision.reason },
      decided: toRfc3339(toEpochSeconds(decision.decided)),
    },
    used: async (later) => {
      await quietly(async () => {
        await approvals.tell(id, 'used', later);
        await approvals.used(state, issuance, later);
        const request = await approvals.find(id, later);
        if (request !== null) await tell(request, 'used', state, later);
      });
    },
    giveBack: (later) => quietly(() => approvals.giveBack(state, issuance, later)),
  });
}

async function breakGlass(
  { approvals, tell }: ConsentPorts,
  request: ApprovalRequest,
  signal: AbortSignal,
): Promise<Outcome<Consented>> {
  await approvals.keep(request, ['break-glass'], signal);
  return accept({
    record: { id: request.id, state: 'break-glass' },
    used: (later) => quietly(() => tell(request, 'break-glass', null, later)),
    // It was asked for, and stays told: who breaks the glass in vain has broken it.
    giveBack: (later) => quietly(() => tell(request, 'break-glass', null, later)),
  });
}

/** What is handed out by then stays so; the approval counts as used. */
async function quietly(step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch {
    // Told later, from what is kept as yet to be told.
  }
}
