import type { PriorIssuance } from '../configuration/documents/scopes.ts';
import type { Principal } from '../identity/principal.ts';
import { boundedText } from '../ledger/bounds.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import { Fault } from '../outcome.ts';
import type { LedgerQueries } from '../ports/ledger.ts';
import type { Revocations } from '../ports/revocations.ts';
import { marksOfRecord } from '../revocation/marks.ts';
import type { StandingRevocations } from '../revocation/revocation.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../time.ts';

const PAGE = 100;
/** Others may have the same label: of so many pages the subject's own issuances are looked for. */
const MOST_PAGES = 10;

export interface PriorIssuancePorts {
  readonly queries: Pick<LedgerQueries, 'list'>;
  readonly revocations: StandingRevocations;
  /** Those of up to 100 tokens that were revoked (RFC 7009). */
  readonly revokedAmong: Revocations['revokedAmong'];
}

/** Ids of tokens that one read looks up: of a page the newest, each with those that it came of. */
const MOST_IDS = 100;

/**
 * Whether that scope was issued to this very subject at most `within` before `now`, and not taken back since. Read from
 * the ledger's index, which may lag by about a second: what was issued just now may not be found yet, and what was not
 * issued is never found. A broker token counts while neither it nor one that it came of was revoked as a token. Throws
 * `Fault('ledger')` and `Fault('revocations')` where that cannot be known.
 */
export async function wasIssuedBefore(
  { queries, revocations, revokedAmong }: PriorIssuancePorts,
  { scope, within }: PriorIssuance,
  principal: Principal,
  now: EpochMilliseconds,
  signal: AbortSignal,
): Promise<boolean> {
  const from = epochMilliseconds(now - within * 1000);
  const filter = { principal: principal.name, scope, outcome: 'issued', from, to: now } as const;
  const counts = (record: IssuanceRecord): boolean =>
    isOf(principal, record) &&
    record.revoked === undefined &&
    revocations.ended(marksOfRecord(record), record.time) === null;
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const found = await queries.list(filter, PAGE, cursor, signal);
    if (!found.ok) throw new Fault('bug', `the ledger refused a search: ${found.refusal.reason}`);
    if (await isAnyGood(found.value.issuances.filter(counts), revokedAmong, signal)) return true;
    cursor = found.value.next;
    if (cursor === null) return false;
  }
  return false;
}

/** Whether one of these was no token, or a token that is not revoked. */
async function isAnyGood(
  records: readonly IssuanceRecord[],
  revokedAmong: PriorIssuancePorts['revokedAmong'],
  signal: AbortSignal,
): Promise<boolean> {
  if (records.some(({ grant }) => grant !== 'broker-token')) return true;
  const all = records.map(({ id, lineage }) => [id, ...(lineage?.issuances ?? [])]);
  const tokens = all.filter((_, at) => all.slice(0, at + 1).flat().length <= MOST_IDS);
  if (tokens.length === 0) return false;
  const revoked = await revokedAmong([...new Set(tokens.flat())], signal);
  return tokens.some((ids) => !ids.some((id) => revoked.includes(id)));
}

/** By identity, as records have it: a label may be another's too. */
function isOf({ source, subject }: Principal, record: IssuanceRecord): boolean {
  if (source.kind === 'connection') return record.connection === source.name && record.subject === boundedText(subject);
  return record.connection === null && record.client === source.name;
}
