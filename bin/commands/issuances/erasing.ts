import { dayFiles } from '../../../lib/archive/day-files.ts';
import type { Objects } from '../../../lib/archive/objects.ts';
import {
  beginErasure,
  destroyKeys,
  type Erasure,
  endErasure,
  eraseApproval,
  eraseRecord,
} from '../../../lib/aws/dynamodb/erasures.ts';
import { keptApprovals } from '../../../lib/aws/dynamodb/kept-approvals.ts';
import { dynamoLedgerQueries, type LedgerTable } from '../../../lib/aws/dynamodb/ledger-queries.ts';
import { dynamoLedger } from '../../../lib/aws/dynamodb/ledger-table.ts';
import { systemClock } from '../../../lib/host/clock.ts';
import { systemRandom } from '../../../lib/host/random.ts';
import { issuanceId } from '../../../lib/ledger/id.ts';
import { toJson } from '../../../lib/ledger/json.ts';
import { identityOf } from '../../../lib/ledger/parties.ts';
import { personsOf } from '../../../lib/ledger/persons.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import { toEpochSeconds } from '../../../lib/time.ts';

/** The stream brings what it has for a day; the digest of a name stays longer than that. */
const STREAM_SECONDS = 2 * 86_400;

export interface Erasing {
  readonly ledger: LedgerTable;
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** Who erases: an ARN. */
  readonly by: string;
  readonly reason: string;
  /** Told how many records were looked at. */
  readonly past: (records: number) => void;
  /** null: the archive is not to be looked at. */
  readonly withArchive: (use: (objects: Objects) => Promise<number>) => Promise<number | null>;
}

/** What was done. */
export interface Done {
  readonly pseudonym: string | null;
  readonly records: number;
  readonly approvals: number;
  /** Requests for approval that still wait, or were just decided: they are left until they have ended. */
  readonly waiting: number;
  /** Entries of the archive that name the person in plain, which nobody can take back; null: not looked for. */
  readonly plainEntries: number | null;
}

/**
 * Erases somebody, or (`dryRun`) only counts. Each step may be the last one: the same call again ends what was begun.
 */
export async function erase(erasing: Erasing, identity: string): Promise<Done> {
  const { ledger, signal, dryRun, withArchive } = erasing;
  const options = { ...ledger, clock: systemClock, random: systemRandom };
  const erasure = dryRun ? null : await beginErasure(options, identity, signal);
  if (erasure !== null) {
    await dynamoLedger(ledger).finished(erasureRecord(erasure, erasing), signal);
    await destroyKeys(ledger, erasure, signal);
  }
  const { records, kept } = await eraseRecords(erasing, identity, erasure);
  const { approvals, waiting, lasts } = await eraseApprovals(erasing, identity, erasure);
  if (erasure !== null) {
    const expires = Math.max(kept, lasts, toEpochSeconds(systemClock.now()) + STREAM_SECONDS);
    await endErasure(ledger, erasure, expires, signal);
  }
  const plainEntries = await withArchive((objects) => plainEntriesOf(objects, identity, signal));
  return { pseudonym: erasure?.pseudonym ?? null, records, approvals, waiting, plainEntries };
}

/** Written before anything is destroyed: no erasure without its record. */
function erasureRecord({ pseudonym, until: time }: Erasure, { by, reason }: Erasing): IssuanceRecord {
  return {
    ...{ id: issuanceId(time, systemRandom), time, outcome: 'erased', reason: null, attempts: 1 },
    ...{ scope: '', grant: null, principal: by, connection: null, client: null, subject: by, actor: null },
    intent: reason,
    proof: { kind: 'aws-iam', issuer: null, tokenId: null, sha256: null, expires: null },
    claims: {},
    decision: { configVersion: 0, rule: null, checks: [] },
    credential: null,
    request: { id: '', sourceIp: '', userAgent: null },
    erasure: { pseudonym },
  };
}

const isNamed = (identity: string, record: IssuanceRecord): boolean =>
  personsOf(toJson(record)).some((person) => person.identity === identity);

async function eraseRecords({ ledger, past, signal }: Erasing, identity: string, erasure: Erasure | null) {
  let records = 0;
  let kept = 0;
  const way = { order: 'oldest-first', behind: null } as const;
  for await (const step of dynamoLedgerQueries(ledger).walk({}, way, signal)) {
    for (const record of step.records.filter((each) => isNamed(identity, each))) {
      if (erasure !== null && record.time > erasure.until) continue;
      records += 1;
      if (erasure !== null) kept = Math.max(kept, await eraseRecord(ledger, record, erasure, signal));
    }
    past(step.examined);
  }
  return { records, kept };
}

async function eraseApprovals({ ledger, signal }: Erasing, identity: string, erasure: Erasure | null) {
  const now = toEpochSeconds(systemClock.now());
  let approvals = 0;
  let waiting = 0;
  let lasts = 0;
  for await (const page of keptApprovals(ledger, signal)) {
    for (const approval of page) {
      const { request } = approval;
      if (![request.subject, ...request.actors].some((party) => identityOf(party) === identity)) continue;
      // Whoever decides on it has to see whom it is about, and it may be taken up for so long after.
      if (request.ends + request.lasts > now) waiting += 1;
      else {
        approvals += 1;
        lasts = Math.max(lasts, request.ends);
        if (erasure !== null && !(await eraseApproval(ledger, approval, erasure, signal))) waiting += 1;
      }
    }
  }
  return { approvals, waiting, lasts };
}

/** Entries of before the archive was sealed. */
async function plainEntriesOf(objects: Objects, identity: string, signal: AbortSignal): Promise<number> {
  const files = await dayFiles(objects, {}, signal);
  let count = 0;
  for (const day of files.days) {
    for await (const entries of files.entriesOf(day)) {
      count += entries.filter((entry) => personsOf(entry).some((person) => person.identity === identity)).length;
    }
  }
  return count;
}
