import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { eventsPorts } from '../lib/composition/events.ts';
import { type LedgerChange, publishChanges } from '../lib/events/publish.ts';
import type { IssuanceRecord } from '../lib/ledger/record.ts';
import type { PutEvents } from '../lib/ports/events.ts';
import type { Log } from '../lib/ports/log.ts';

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

export interface EventsPorts {
  readonly put: PutEvents;
  /** The record of an item of the ledger's table. Throws for one that is none, or damaged. */
  readItem(image: Image): IssuanceRecord;
  readonly lines: Log;
}

/** Lambda ends the function after 30 s. */
const BUDGET_MS = 25_000;

/**
 * Tells EventBridge of what the stream of the ledger's table brings. What it does not take is named to Lambda, which
 * brings it again from there, and with it everything after it.
 */
export const eventsHandler =
  (ports: EventsPorts) =>
  async ({ Records: records }: Pick<DynamoDBStreamEvent, 'Records'>): Promise<DynamoDBBatchResponse> => {
    const changes = records.flatMap((record) => changeOf(ports, record));
    const { told, againFrom, cause } = await publishChanges(ports.put, changes, AbortSignal.timeout(BUDGET_MS));
    const members = { records: records.length, added: told };
    if (againFrom === null) {
      ports.lines.info('events_told', members);
      return { batchItemFailures: [] };
    }
    ports.lines.error('events_untold', members, cause);
    return { batchItemFailures: [{ itemIdentifier: againFrom }] };
  };

/** One that cannot be read must not keep the others out: it is said, here and by the archive, whose alarm counts it. */
function changeOf(ports: EventsPorts, { eventName, dynamodb }: DynamoDBRecord): readonly LedgerChange[] {
  const image = dynamodb?.NewImage;
  if (image?.['record'] === undefined) return [];
  const at = { place: dynamodb?.SequenceNumber ?? '', change: eventName === 'INSERT' ? 'written' : 'changed' } as const;
  try {
    return [{ ...at, record: ports.readItem(image) }];
  } catch (cause) {
    ports.lines.error('record_unreadable', {}, cause);
    return [];
  }
}

export const handler = eventsHandler(eventsPorts());
