import { identityOf } from '../identity/principal.ts';
import { boundedIdentity } from '../ledger/bounds.ts';
import { actorsOfRecord } from '../ledger/parties.ts';
import type { LedgerQueries } from '../ports/ledger.ts';
import type { ApprovalRequest, Approvals } from './approvals.ts';
import { lengthText, wordsOf } from './words.ts';

/** What the same subject through the same actors was granted last under the same scope. */
export interface PreviousGrant {
  readonly issuance: string;
  readonly granted: number;
  readonly intent: string | null;
  /** What this request would have that the last one had not, and the other way round; null: not known any more. */
  readonly differs: { readonly more: readonly string[]; readonly less: readonly string[] } | null;
}

export interface PreviousPorts {
  readonly approvals: Pick<Approvals, 'find'>;
  readonly queries: Pick<LedgerQueries, 'list'>;
}

/** How many records are looked at: whoever has many scopes and actors is told that nothing is known. */
const MOST_RECORDS = 50;

/** null: the ledger's newest records know of no grant before. Compared in the words that approvers read. */
export async function previousGrant(
  { approvals, queries }: PreviousPorts,
  request: ApprovalRequest,
  signal: AbortSignal,
): Promise<PreviousGrant | null> {
  const { subject, actors, scopes } = request;
  const scope = scopes[0] ?? '';
  const filter = { principal: subject.principal, scope, outcome: 'issued' } as const;
  const page = await queries.list(filter, MOST_RECORDS, null, signal);
  if (!page.ok) return null;
  const through = new Set(actors.map((actor) => boundedIdentity(identityOf(actor))));
  const last = page.value.issuances.find(
    (record) =>
      record.scope === scopes.join(' ') &&
      record.connection === subject.connection &&
      record.subject === subject.subject &&
      through.symmetricDifference(new Set(actorsOfRecord(record))).size === 0,
  );
  if (last === undefined) return null;
  const before = last.approval === undefined ? null : await approvals.find(last.approval.id, signal);
  const told = { issuance: last.id, granted: last.time, intent: last.intent };
  return { ...told, differs: before === null ? null : difference(before, request) };
}

function difference(before: ApprovalRequest, now: ApprovalRequest) {
  const [old, wanted] = [linesOf(before), linesOf(now)];
  return { more: wanted.filter((line) => !old.includes(line)), less: old.filter((line) => !wanted.includes(line)) };
}

const linesOf = (request: ApprovalRequest): readonly string[] => [
  ...wordsOf(request),
  ...Object.entries(request.parameters).map(([name, value]) => `Parameter ${name} = ${value}.`),
  `Taken up ${request.uses === 1 ? 'once' : `${request.uses} times`} within ${lengthText(request.lasts)}.`,
];
