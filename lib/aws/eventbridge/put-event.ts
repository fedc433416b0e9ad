import type { JsonObject } from '../../json.ts';
import { Fault } from '../../outcome.ts';
import { jsonRpc } from '../wire/json-rpc.ts';
import type { ServiceOptions } from '../wire/service.ts';

/** Puts one event on the default bus. Throws `Fault('approvals')` where EventBridge did not take it. */
export type PutEvent = (detailType: string, detail: JsonObject, signal: AbortSignal) => Promise<void>;

const SOURCE = 'token-broker';

/** Amazon EventBridge, at the Region's endpoint or at the one that AWS_ENDPOINT_URL_EVENTBRIDGE names. */
export function eventBridge(
  { region }: { readonly region: string },
  given: Pick<ServiceOptions, 'endpoint' | 'credentials'> = {},
): PutEvent {
  const rpc = jsonRpc({ ...given, service: 'events', region, target: 'AWSEvents', version: '1.1' });
  return async (detailType, detail, signal) => {
    const entry = { Source: SOURCE, DetailType: detailType, Detail: JSON.stringify(detail) };
    try {
      const answer = await rpc('PutEvents', { Entries: [entry] }, signal);
      // One entry of a request that was answered may have failed by itself (EventBridge API reference, PutEvents).
      if (answer['FailedEntryCount'] === 0) return;
    } catch (cause) {
      throw new Fault('approvals', 'EventBridge was not told', { cause });
    }
    throw new Fault('approvals', 'EventBridge did not take an event');
  };
}
