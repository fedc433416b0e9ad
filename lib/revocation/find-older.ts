import type { IssuanceRecord } from '../ledger/record.ts';
import { Fault } from '../outcome.ts';
import type { Grant } from '../policy/grants/kinds.ts';
import type { Configuration } from '../ports/configuration.ts';
import { type EpochSeconds, epochMilliseconds, epochSeconds, type Seconds, seconds } from '../time.ts';
import { earliestLookedAt } from './find-sessions.ts';
import { marksOfRecord } from './marks.ts';
import type { RevokePorts } from './ports.ts';
import { marksOfNamed, type Revocation } from './revocation.ts';
import { LONGEST_SESSION } from './session-denials.ts';

/**
 * What lives longer than a session of the broker's own, and was issued before the time in which those are looked for.
 * Nothing of it can be denied: it is told.
 */
export interface OlderIssuances {
  readonly records: readonly IssuanceRecord[];
  /** Nothing that was issued before is looked at. */
  readonly from: EpochSeconds;
  /** `cut`: there was more than could be read in time, or the configuration could not be read. */
  readonly reading: 'whole' | 'cut';
}

/** Another server says itself how long its tokens live; nobody looks back further. */
const LONGEST_LOOK = seconds(86_400);
const LOOKING_MS = 5_000;
const MOST_RECORDS = 20_000;
const PAGE = 1_000;
const SCOPES_AT_ONCE = 100;

/** How long what a grant hands out may live, where that is longer; null: no longer, or it ends with the revocation. */
export function longLifeOf(grant: Grant): Seconds | null {
  switch (grant.type) {
    case 'aws-session':
    case 'broker-token':
      return null;
    case 'aws-federated':
      return grant.maxDuration > LONGEST_SESSION ? grant.maxDuration : null;
    case 'oauth-token':
      // An installation token ends after an hour (docs.github.com, "Generating an installation access token").
      return grant.provider === 'github-app' ? null : LONGEST_LOOK;
  }
}

/**
 * Reads back as far as the grants of the configuration in force let something live, in the ledger's index of each such
 * scope. Best effort, for 5 s and 20,000 records at most: the revocation is in force whatever is found.
 */
export async function findOlder(
  ports: Pick<RevokePorts, 'queries' | 'configurations' | 'scopeNames' | 'log'>,
  revocation: Revocation,
  now: EpochSeconds,
  signal: AbortSignal,
): Promise<OlderIssuances> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(LOOKING_MS)]);
  const revoked = new Set(marksOfNamed(revocation));
  const to = epochMilliseconds(earliestLookedAt(now) * 1000 - 1);
  const records: IssuanceRecord[] = [];
  let from = earliestLookedAt(now);
  let read = 0;
  try {
    for (const [scope, life] of await longLived(ports, revocation, inTime)) {
      const earliest = epochSeconds(now - life);
      from = epochSeconds(Math.min(from, earliest));
      const filter = { scope, outcome: 'issued', from: epochMilliseconds(earliest * 1000), to } as const;
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await ports.queries.list(filter, PAGE, cursor ?? null, inTime);
        if (!page.ok) throw new Fault('bug', 'a cursor of the ledger was refused');
        read += page.value.issuances.length;
        records.push(...page.value.issuances.filter((record) => isLive(record, now) && isOf(record, revoked)));
        cursor = page.value.next;
        if (read >= MOST_RECORDS && cursor !== null) return { records, from, reading: 'cut' };
      }
    }
    return { records, from, reading: 'whole' };
  } catch (cause) {
    ports.log.error('revocation_older', { found: revocation.id }, cause);
    return { records, from, reading: 'cut' };
  }
}

const isLive = ({ credential }: IssuanceRecord, now: EpochSeconds): boolean =>
  credential !== null && credential.expires > now;
const isOf = (record: IssuanceRecord, revoked: ReadonlySet<string>): boolean =>
  marksOfRecord(record).some((mark) => revoked.has(mark));

/** The scopes whose grants may outlive a session, with how long that is. */
async function longLived(
  { configurations, scopeNames }: Pick<RevokePorts, 'configurations' | 'scopeNames'>,
  { kind, name }: Revocation,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Seconds>> {
  const configuration = await configurations.current(signal);
  const names = kind === 'scope' ? [name] : await scopeNames.all(signal);
  if (names === null) throw new Fault('configuration', 'an earlier release applied it and kept no list of its scopes');
  const found = new Map<string, Seconds>();
  for (let at = 0; at < names.length; at += SCOPES_AT_ONCE) {
    for (const [scope, life] of await livesOf(configuration, names.slice(at, at + SCOPES_AT_ONCE), signal)) {
      if (life !== null) found.set(scope, life);
    }
  }
  return found;
}

async function livesOf(configuration: Configuration, names: readonly string[], signal: AbortSignal) {
  const scopes = await Promise.all(names.map((name) => configuration.scope(name, signal)));
  return scopes.flatMap((found) => {
    const life = found === null ? null : longLifeOf(found.scope.grant);
    return found === null ? [] : [[found.scope.scope, life] as const];
  });
}
