import { actorTag } from '../credential/session-tags.ts';
import { identityOf } from '../identity/principal.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import { type EpochSeconds, epochSeconds, seconds, toEpochSeconds, toRfc3339 } from '../time.ts';
import { findOlder, type OlderIssuances } from './find-older.ts';
import { findLive, type LiveIssuances } from './find-sessions.ts';
import type { RevokePorts } from './ports.ts';
import { markOf, marksOfNamed, type Revocation } from './revocation.ts';
import {
  KEPT_BEYOND,
  keptDenials,
  LONGEST_SESSION,
  type Precision,
  pruned,
  revocationPolicy,
  type SessionDenial,
} from './session-denials.ts';

/**
 * A function that read the list just before may issue for so long after a revocation (contract section 7: 10 s), and
 * indexes of the ledger lag: what it issued is looked for again then.
 */
export const SETTLED_AFTER = seconds(15);

/** Records that are marked side by side: thousands of live sessions are within the time of a few answers. */
const MARKED_AT_ONCE = 20;

/** What became of the live sessions of one account. */
export interface SettledAccount {
  readonly account: string;
  readonly policy: 'written' | 'absent';
  readonly precision: Precision;
  /** Scopes denied as a whole, because there were too many issuances. */
  readonly widened: readonly string[];
  readonly roles: readonly { readonly role: string; readonly carries: boolean }[];
}

export interface Settled {
  readonly accounts: readonly SettledAccount[];
  readonly live: LiveIssuances;
  /** null: it was lifted, and nothing is looked for. */
  readonly older: OlderIssuances | null;
}

/**
 * Denies the live sessions of a revocation, or no longer where it was lifted, and says so in their records. Each step
 * can be made again: whoever is interrupted leaves the revocation in force and `pending`, and the next one ends it.
 */
export async function settle(ports: RevokePorts, revocation: Revocation, signal: AbortSignal): Promise<Settled> {
  const now = toEpochSeconds(ports.clock.now());
  const lifted = revocation.lifted !== null;
  const live = lifted ? NOTHING : await findLive(ports.queries, revocation, now, signal);
  const found = [...new Set(live.sessions.map(({ account }) => account))];
  const accounts = [...new Set([...revocation.accounts, ...found])].sort();
  await remember(ports, revocation, accounts, signal);
  const settled: SettledAccount[] = [];
  for (const account of accounts) {
    const sessions = live.sessions.filter((session) => session.account === account);
    const denials = sessions.map(({ record }) => denialOf(revocation, record, record.credential?.expires ?? now));
    settled.push(await settleAccount(ports, revocation, account, { denials, sessions, now }, signal));
  }
  // Who lifts it meanwhile may have taken denials out before these were put in.
  const latest = (await ports.list.read(signal)).find(({ id }) => id === revocation.id);
  if (!lifted && latest !== undefined && latest.lifted !== null) return settle(ports, latest, signal);
  const older = lifted ? null : await findOlder(ports, revocation, now, signal);
  if (!lifted) await markRecords(ports, revocation, [...recordsOf(live), ...(older?.records ?? [])], signal);
  const over = lifted || now >= revocation.time / 1000 + SETTLED_AFTER;
  if (over) await finish(ports, revocation, signal);
  return { accounts: settled, live, older };
}

const recordsOf = ({ sessions, others }: LiveIssuances): readonly IssuanceRecord[] => [
  ...sessions.map(({ record }) => record),
  ...others,
];

const NOTHING: LiveIssuances = { sessions: [], others: [] };

/** The tag that says it in the fewest characters, where the session carries it; others name their issuances. */
function denialOf({ id, kind, name, time }: Revocation, record: IssuanceRecord, expires: EpochSeconds): SessionDenial {
  const { scope } = record;
  if (!isTaggedWith({ kind, name }, record) || (kind !== 'actor' && kind !== 'scope')) {
    return { revocation: id, tag: 'issuance', value: record.id, scope, before: null, ends: expires };
  }
  const before = epochSeconds(Math.ceil(time / 1000) + SETTLED_AFTER);
  const ends = epochSeconds(before + LONGEST_SESSION + KEPT_BEYOND);
  return {
    revocation: id,
    tag: kind,
    value: kind === 'scope' ? name : actorTag(actorNamed(name)),
    scope,
    before,
    ends,
  };
}

/** One that acted further back, or the scope of a token that it came of, stands in none of the session's tags. */
function isTaggedWith(named: Pick<Revocation, 'kind' | 'name'>, { actor, scope }: IssuanceRecord): boolean {
  const tagged = [markOf('scope', scope), ...(actor === null ? [] : [markOf('actor', identityOf(actor))])];
  return marksOfNamed(named).some((mark) => tagged.includes(mark));
}

function actorNamed(identity: string) {
  const colon = identity.indexOf(':');
  const [source, subject] = [identity.slice(0, colon), identity.slice(colon + 1)];
  return source === 'client'
    ? { connection: null, client: subject, subject }
    : { connection: source, client: null, subject };
}

interface OfAccount {
  readonly denials: readonly SessionDenial[];
  readonly sessions: LiveIssuances['sessions'];
  readonly now: EpochSeconds;
}

async function settleAccount(
  ports: RevokePorts,
  revocation: Revocation,
  account: string,
  { denials, sessions, now }: OfAccount,
  signal: AbortSignal,
): Promise<SettledAccount> {
  let stored = await ports.denials.change(account, (before) => changed(before, revocation, denials, now), signal);
  for (;;) {
    const { document, ...said } = revocationPolicy(stored.denials, now);
    const policy = await ports.policies.write(account, document, signal);
    // Somebody else may have denied more meanwhile and have been overwritten: whoever writes last looks again.
    const after = await ports.denials.read(account, signal);
    if (policy === 'absent' || after.version === stored.version) {
      const roles = [...new Set(sessions.map(({ role }) => role))];
      const carriers = policy === 'absent' ? [] : await ports.policies.carriers(account, roles, signal);
      return { account, policy, ...said, roles: roles.map((role) => ({ role, carries: carriers.includes(role) })) };
    }
    stored = after;
  }
}

/** Those of this revocation are added, or taken out where it was lifted; those that are over go. */
function changed(
  before: readonly SessionDenial[],
  { id, lifted }: Revocation,
  denials: readonly SessionDenial[],
  now: EpochSeconds,
): readonly SessionDenial[] {
  const others = pruned(before, now).filter(({ revocation }) => lifted === null || revocation !== id);
  const known = new Set(others.map(keyOf));
  const more = new Map(denials.filter((denial) => !known.has(keyOf(denial))).map((denial) => [keyOf(denial), denial]));
  if (others.length === before.length && more.size === 0) return before;
  return keptDenials([...others, ...more.values()], now);
}

const keyOf = ({ revocation, tag, value }: SessionDenial): string => JSON.stringify([revocation, tag, value]);

/** The accounts first: what is denied in one is found again when it is lifted. */
async function remember(
  ports: RevokePorts,
  { id, accounts: before }: Revocation,
  accounts: readonly string[],
  signal: AbortSignal,
) {
  if (accounts.length === before.length) return;
  await ports.list.change((all) => all.map((each) => (each.id === id ? { ...each, accounts } : each)), signal);
}

async function finish(ports: RevokePorts, { id, sessions, lifted }: Revocation, signal: AbortSignal): Promise<void> {
  if (sessions === 'done') return;
  const isThis = (each: Revocation): boolean => each.id === id && (each.lifted === null) === (lifted === null);
  await ports.list.change((all) => all.map((each) => (isThis(each) ? { ...each, sessions: 'done' } : each)), signal);
}

async function markRecords(
  ports: RevokePorts,
  { id, by, reason, time }: Revocation,
  records: readonly IssuanceRecord[],
  signal: AbortSignal,
) {
  const revoked = { revocation: id, time: toRfc3339(toEpochSeconds(time)), by, reason };
  const due = records.filter((each) => each.revoked === undefined);
  for (let first = 0; first < due.length; first += MARKED_AT_ONCE) {
    const marking = due
      .slice(first, first + MARKED_AT_ONCE)
      .map((record) => ports.records.mark(record, revoked, signal));
    // None is under way any more where one of them failed.
    await Promise.allSettled(marking);
    await Promise.all(marking);
  }
}
