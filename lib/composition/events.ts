import { type Item, readItem } from '../aws/dynamodb/ledger-item.ts';
import { eventBus } from '../aws/eventbridge/put-event.ts';
import { systemClock } from '../host/clock.ts';
import { jsonLog } from '../host/log.ts';
import { readSettings } from '../host/settings.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import type { PutEvents } from '../ports/events.ts';
import type { Log } from '../ports/log.ts';

/** The ports of the events function. */
export const eventsPorts = (): {
  readonly put: PutEvents;
  readItem(image: object): IssuanceRecord;
  readonly lines: Log;
} => ({
  put: eventBus(readSettings()),
  // An event has what DynamoDB's JSON has, binary as base64.
  readItem: (image) => readItem(image as Item),
  lines: jsonLog(systemClock),
});
