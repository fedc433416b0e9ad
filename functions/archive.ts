import type { DynamoDBStreamEvent } from 'aws-lambda';
import { type ArchivePorts, archiveRecords, type SweepOptions, sweepLedger } from '../lib/archive/archive.ts';
import { archivePorts } from '../lib/composition/archive.ts';
import type { IssuanceRecord } from '../lib/ledger/record.ts';
import type { Log } from '../lib/ports/log.ts';

/** What the stream of the ledger's table brings; without records: the schedule, for a sweep. */
export type ArchiveEvent = Partial<Pick<DynamoDBStreamEvent, 'Records'>>;

type StreamRecord = DynamoDBStreamEvent['Records'][number];
type Image = NonNullable<NonNullable<StreamRecord['dynamodb']>['NewImage']>;

export interface ArchiveFunctionPorts extends ArchivePorts {
  /** The record of an item of the ledger's table. Throws for one that is none, or damaged. */
  readItem(image: Image): IssuanceRecord;
  readonly lines: Log;
}

/** Lambda ends the function after 60 s. */
const BUDGET_MS = 50_000;
/** A sweep begins nothing new after that long; the next one goes on. */
const SWEEP_MS = 30_000;

/**
 * Appends finished records to the log: those of the stream, and those that a sweep finds. A failure is thrown, so that
 * Lambda brings the same records again.
 */
export const archiveHandler =
  (ports: ArchiveFunctionPorts) =>
  async ({ Records: records }: ArchiveEvent): Promise<void> => {
    const signal = AbortSignal.timeout(BUDGET_MS);
    const began = ports.clock.now();
    try {
      const read = records?.flatMap((record) => recordOf(ports, record));
      const added =
        read === undefined
          ? await sweepLedger(ports, sweepOptions(ports, began), signal)
          : await archiveRecords(ports, read, signal);
      ports.lines.info('archived', { records: read?.length ?? 0, added });
    } catch (cause) {
      ports.lines.error('archive_failed', { records: records?.length ?? 0 }, cause);
      throw cause;
    }
  };

/** Ids of a line, at most: `issuances list --unfinished` has them all. */
const MOST_NAMED = 10;

const sweepOptions = ({ clock, lines }: ArchiveFunctionPorts, began: number): SweepOptions => ({
  mayGoOn: () => clock.now() - began < SWEEP_MS,
  unfinished: (records) => {
    const named = records.slice(0, MOST_NAMED).map(({ id }) => id);
    lines.error('unfinished', { records: records.length, found: named.join(' ') });
  },
});

/** One that cannot be read must not keep the others out for ever: it is said, and an alarm counts it. */
function recordOf(ports: ArchiveFunctionPorts, { dynamodb }: StreamRecord): readonly IssuanceRecord[] {
  const image = dynamodb?.NewImage;
  if (image?.['record'] === undefined) return [];
  try {
    return [ports.readItem(image)];
  } catch (cause) {
    ports.lines.error('record_unreadable', {}, cause);
    return [];
  }
}

export const handler = archiveHandler(archivePorts());
