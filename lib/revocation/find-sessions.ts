import type { IssuanceFilter } from '../ledger/filter.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import { Fault } from '../outcome.ts';
import type { LedgerQueries } from '../ports/ledger.ts';
import { type EpochSeconds, epochMilliseconds, epochSeconds, seconds } from '../time.ts';
import { marksOfRecord } from './marks.ts';
import { markOf, marksOfNamed, type Revocation } from './revocation.ts';
import { LONGEST_SESSION } from './session-denials.ts';

const PAGE = 1_000;
/** So much later than its record was begun a session may end than it was to last: its request is over then. */
const LONGEST_REQUEST = seconds(60);

/** What was issued before is over, unless it is none of the broker's own (`findOlder`). */
export const earliestLookedAt = (now: EpochSeconds): EpochSeconds =>
  epochSeconds(now - LONGEST_SESSION - LONGEST_REQUEST);

/** What was issued and has not ended, of everything that a revocation is of. */
export interface LiveIssuances {
  /** AWS sessions that carry the broker's tags, with the role and the account, `<partition>:<id>`, that each is in. */
  readonly sessions: readonly (LiveSession & { readonly record: IssuanceRecord })[];
  /** The rest: broker tokens (which end with the revocation), tokens of others and sessions without tags. */
  readonly others: readonly IssuanceRecord[];
}

export interface LiveSession {
  readonly role: string;
  readonly account: string;
}

/**
 * Reads the ledger for them, oldest first, so that what came of a broker token is found behind it. Throws
 * `Fault('ledger')`.
 */
export async function findLive(
  queries: Pick<LedgerQueries, 'get' | 'list'>,
  revocation: Revocation,
  now: EpochSeconds,
  signal: AbortSignal,
): Promise<LiveIssuances> {
  const revoked = new Set(marksOfNamed(revocation));
  const sessions: LiveIssuances['sessions'][number][] = [];
  const others: IssuanceRecord[] = [];
  for (const record of (await issuedSince(queries, revocation, now, signal)).reverse()) {
    if (!marksOfRecord(record).some((mark) => revoked.has(mark))) continue;
    // What comes of it falls with it.
    if (record.grant === 'broker-token') revoked.add(markOf('issuance', record.id));
    if (record.credential === null || record.credential.expires <= now) continue;
    const session = sessionOf(record);
    if (session === null) others.push(record);
    else sessions.push({ ...session, record });
  }
  return { sessions, others };
}

async function issuedSince(
  queries: Pick<LedgerQueries, 'get' | 'list'>,
  { kind, name }: Revocation,
  now: EpochSeconds,
  signal: AbortSignal,
): Promise<IssuanceRecord[]> {
  const first = kind === 'issuance' ? await queries.get(name, signal) : null;
  const earliest = epochMilliseconds(earliestLookedAt(now) * 1000);
  if (first === null) return issued(queries, { from: earliest }, signal);
  const from = epochMilliseconds(Math.min(first.time, earliest));
  const own = await issued(queries, { principal: first.principal, from }, signal);
  // Whomever a token names may act with it, for others; what came of it since says so, however old the token is.
  const others = first.grant === 'broker-token' ? await issued(queries, { from: earliest }, signal) : [];
  // Indexes lag by about a second: the one that is meant is never missed.
  const found = new Map([first, ...own, ...others].map((record) => [record.id, record]));
  return [...found.values()].sort((one, other) => other.time - one.time);
}

async function issued(
  queries: Pick<LedgerQueries, 'list'>,
  filter: Pick<IssuanceFilter, 'principal' | 'from'>,
  signal: AbortSignal,
): Promise<IssuanceRecord[]> {
  const found: IssuanceRecord[] = [];
  let cursor: string | null = null;
  do {
    const page = await queries.list({ ...filter, outcome: 'issued' }, PAGE, cursor, signal);
    if (!page.ok) throw new Fault('bug', 'a cursor of the ledger was refused');
    found.push(...page.value.issuances);
    cursor = page.value.next;
  } while (cursor !== null);
  return found;
}

/** Only sessions of AssumeRole carry the tags that a denial names. */
function sessionOf({ grant, credential }: IssuanceRecord): LiveSession | null {
  const role = credential?.roleArn;
  const parts = role === undefined ? null : /^arn:([a-z-]+):iam::([0-9]{12}):role\//.exec(role);
  if (grant !== 'aws-session' || role === undefined || parts === null) return null;
  return { role, account: `${parts[1]}:${parts[2]}` };
}
