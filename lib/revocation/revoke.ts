import { admitBearer, type PresentedBearer } from '../admit-bearer.ts';
import { LONGEST_BROKER_TOKEN } from '../broker-token-claims.ts';
import type { JsonObject } from '../json.ts';
import { issuanceId } from '../ledger/id.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { type EpochSeconds, epochSeconds, toEpochSeconds, toRfc3339 } from '../time.ts';
import type { RevokePorts } from './ports.ts';
import type { AskedRevocation } from './request.ts';
import type { Revocation, RevokedBy } from './revocation.ts';
import { KEPT_BEYOND, LONGEST_SESSION } from './session-denials.ts';
import { type Settled, settle } from './settle.ts';

/** The built-in scope whose tokens revoke (contract section 7). */
export const REVOKE_SCOPE = 'broker:revocations';

/** Who revokes, by the `sub` of a broker token. */
export interface Operator {
  readonly subject: string;
}

/** Admits the bearer of a broker token for this broker itself with the scope `broker:revocations`. */
export const admitRevoker = (
  ports: RevokePorts,
  token: PresentedBearer,
  signal: AbortSignal,
): Promise<Outcome<Operator>> => admitBearer(ports, token, REVOKE_SCOPE, signal);

/** Denying live sessions goes on in the background where it takes longer than an answer may. */
export const SETTLING_MS = 15_000;

/**
 * Revokes what is asked, or lifts it. It is in force with one write, before anything else; the live AWS sessions are
 * denied after it, and again until nothing can have been missed. The same request again is the same revocation. Refuses
 * with `issuance_unknown`, `revocation_final`, `revocation_unknown` and `revocations_full`.
 */
export async function revoke(
  ports: RevokePorts,
  operator: Operator,
  asked: AskedRevocation,
  signal: AbortSignal,
): Promise<Outcome<JsonObject>> {
  const by: RevokedBy = { by: operator.subject, reason: asked.reason, time: ports.clock.now() };
  const written = asked.undo ? await lift(ports, asked, by, signal) : await put(ports, asked, by, signal);
  if (!written.ok) return written;
  return accept(toJson(written.value, await settleInTime(ports, written.value, signal)));
}

/** All that stand, and those that were lifted while something of them may live, newest first. */
export async function listRevocations(ports: RevokePorts, signal: AbortSignal): Promise<JsonObject> {
  const all = await ports.list.read(signal);
  return { revocations: [...all].sort((one, other) => other.time - one.time).map((each) => toJson(each, null)) };
}

/** Ends what is `pending`; told of each that failed. */
export async function settlePending(
  ports: RevokePorts,
  signal: AbortSignal,
  failed: (id: string, cause: unknown) => void,
): Promise<number> {
  const pending = (await ports.list.read(signal)).filter(({ sessions }) => sessions === 'pending');
  for (const each of pending) {
    try {
      await settle(ports, each, signal);
    } catch (cause) {
      failed(each.id, cause);
    }
  }
  return pending.length;
}

async function put(
  ports: RevokePorts,
  { kind, name }: AskedRevocation,
  by: RevokedBy,
  signal: AbortSignal,
): Promise<Outcome<Revocation>> {
  const ends = kind === 'issuance' ? await endOfIssuance(ports, name, signal) : null;
  if (ends !== null && !ends.ok) return ends;
  const revocation: Revocation = {
    ...by,
    id: `rev_${issuanceId(by.time, ports.random).slice('iss_'.length)}`,
    ...{ kind, name, ends: ends?.value ?? null, lifted: null, sessions: 'pending', accounts: [] },
  };
  const isThis = (each: Revocation): boolean => each.kind === kind && each.name === name && each.lifted === null;
  const now = toEpochSeconds(by.time);
  const all = await ports.list.change((before) => {
    const left = before.filter((each) => !isForgotten(each, now));
    return left.some(isThis) ? before : [...left, revocation];
  }, signal);
  if (all === 'full') return refuse('revocations_full');
  return accept(all.find(isThis) ?? revocation);
}

/** What it was, lives and can be lifted no more. */
const isForgotten = ({ ends, sessions }: Revocation, now: EpochSeconds): boolean =>
  sessions === 'done' && ends !== null && ends + KEPT_BEYOND < now;

async function endOfIssuance(
  { queries, clock }: RevokePorts,
  id: string,
  signal: AbortSignal,
): Promise<Outcome<EpochSeconds>> {
  const record = await queries.get(id, signal);
  if (record === null || record.outcome !== 'issued' || record.credential === null) return refuse('issuance_unknown');
  // A session that came of a token may outlive it by an hour.
  const last = Math.max(record.credential.expires, toEpochSeconds(clock.now())) + LONGEST_SESSION;
  return accept(epochSeconds(last));
}

async function lift(
  ports: RevokePorts,
  { kind, name }: AskedRevocation,
  by: RevokedBy,
  signal: AbortSignal,
): Promise<Outcome<Revocation>> {
  const record = kind === 'issuance' ? await ports.queries.get(name, signal) : null;
  // What a token's end was, nothing brings back.
  if (record !== null && record.grant !== 'aws-session') return refuse('revocation_final');
  const isThis = (each: Revocation): boolean => each.kind === kind && each.name === name && each.lifted === null;
  // What was lifted so long ago has no token left to end.
  const ends = epochSeconds(toEpochSeconds(by.time) + LONGEST_BROKER_TOKEN);
  let id: string | null = null;
  const all = await ports.list.change((before) => {
    id = before.find(isThis)?.id ?? null;
    return id === null
      ? before
      : before.map((each) => (isThis(each) ? { ...each, lifted: by, ends, sessions: 'pending' } : each));
  }, signal);
  const found = all === 'full' ? undefined : all.find((each) => each.id === id);
  return found === undefined ? refuse('revocation_unknown') : accept(found);
}

/** null: it goes on in the background. The revocation itself is in force either way. */
async function settleInTime(ports: RevokePorts, revocation: Revocation, signal: AbortSignal): Promise<Settled | null> {
  try {
    return await settle(ports, revocation, AbortSignal.any([signal, AbortSignal.timeout(SETTLING_MS)]));
  } catch {
    return null;
  }
}

function toJson(revocation: Revocation, settled: Settled | null): JsonObject {
  const { id, kind, name, lifted, sessions } = revocation;
  return {
    id,
    [kind]: name,
    ...saidBy(revocation),
    lifted: lifted === null ? null : saidBy(lifted),
    sessions,
    ...(settled === null ? {} : settledJson(settled)),
  };
}

const saidBy = ({ by, reason, time }: RevokedBy): JsonObject => ({ by, reason, time: toRfc3339(toEpochSeconds(time)) });

function settledJson({ accounts, live, older }: Settled): JsonObject {
  const ended = live.others.filter(({ grant }) => grant !== 'broker-token');
  // Of one that was named itself both have found it.
  const untouched = new Map([...ended, ...(older?.records ?? [])].map((record) => [record.id, record]));
  return {
    found: live.sessions.length + live.others.length,
    denied: live.sessions.length,
    accounts: accounts.map(({ roles, widened, ...account }) => ({
      ...account,
      widened: [...widened],
      roles: roles.map((role) => ({ ...role })),
    })),
    // Another server's tokens and sessions of the caller's own proof end by themselves.
    notReached: [...untouched.values()].map(({ id, grant, credential }) => ({
      issuance: id,
      grant,
      expires: credential === null ? null : toRfc3339(credential.expires),
    })),
    ...(older === null ? {} : { lookedBack: { from: toRfc3339(older.from), complete: older.reading === 'whole' } }),
  };
}
