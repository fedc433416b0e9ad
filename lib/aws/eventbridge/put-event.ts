import { isJsonObject, type JsonObject } from '../../json.ts';
import { Fault } from '../../outcome.ts';
import type { PutEvents } from '../../ports/events.ts';
import { jsonRpc } from '../wire/json-rpc.ts';
import type { ServiceOptions } from '../wire/service.ts';

/** Puts one event on the default bus. Throws `Fault('approvals')` where EventBridge did not take it. */
export type PutEvent = (detailType: string, detail: JsonObject, signal: AbortSignal) => Promise<void>;

interface BusOptions {
  readonly region: string;
}
type Given = Pick<ServiceOptions, 'endpoint' | 'credentials'>;

const SOURCE = 'token-broker';

/** Amazon EventBridge's default bus, at the Region's endpoint or at the one that AWS_ENDPOINT_URL_EVENTBRIDGE names. */
export function eventBus({ region }: BusOptions, given: Given = {}): PutEvents {
  const rpc = jsonRpc({ ...given, service: 'events', region, target: 'AWSEvents', version: '1.1' });
  return async (events, signal) => {
    const entries = events.map(({ detailType, detail }) => ({
      Source: SOURCE,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
    }));
    const { FailedEntryCount: failed, Entries: answers } = await rpc('PutEvents', { Entries: entries }, signal);
    if (failed === 0) return events.map(() => true);
    // One entry of a request that was answered may have failed by itself (EventBridge API reference, PutEvents).
    const told = Array.isArray(answers) ? answers : [];
    return events.map((_, at) => typeof (isJsonObject(told[at]) ? told[at]['EventId'] : undefined) === 'string');
  };
}

/** One event at a time. */
export function eventBridge(options: BusOptions, given: Given = {}): PutEvent {
  const put = eventBus(options, given);
  return async (detailType, detail, signal) => {
    let taken: boolean | undefined;
    try {
      [taken] = await put([{ detailType, detail }], signal);
    } catch (cause) {
      throw new Fault('approvals', 'EventBridge was not told', { cause });
    }
    if (taken !== true) throw new Fault('approvals', 'EventBridge did not take an event');
  };
}
