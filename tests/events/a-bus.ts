import { randomUUID } from 'node:crypto';
import { env } from 'node:process';
import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { eventBus } from '../../lib/aws/eventbridge/put-event.ts';
import { jsonRpc } from '../../lib/aws/wire/json-rpc.ts';
import type { PutEvents } from '../../lib/ports/events.ts';
import { startEventBridge } from '../../local/endpoints/eventbridge.ts';

export interface TakenEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The default bus of an EventBridge, and what came to it under a key. */
export interface Bus {
  readonly put: PutEvents;
  taken(key: string): Promise<readonly TakenEvent[]>;
  stop(): Promise<void>;
}

const REGION = 'us-east-1';
const SIGNAL = new AbortController().signal;
const credentials = async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' });
const putTo = (url: string): PutEvents => eventBus({ region: REGION }, { endpoint: new URL(url), credentials });

/** In memory, or the one that AWS_ENDPOINT_URL_EVENTBRIDGE names where TEST_AWS_ENDPOINTS says so. */
export const startBus = (): Promise<Bus> => {
  const outside = env['TEST_AWS_ENDPOINTS'] === 'outside' ? env['AWS_ENDPOINT_URL_EVENTBRIDGE'] : undefined;
  return outside === undefined ? embedded() : followed(outside);
};

async function embedded(): Promise<Bus> {
  const endpoint = await startEventBridge(0);
  return {
    put: putTo(endpoint.url),
    stop: endpoint.stop,
    taken: async (key) => {
      const { events } = Object(await (await fetch(endpoint.url)).json());
      const all: readonly Record<string, string>[] = events;
      return all
        .map(({ Source = '', DetailType = '', Detail = '' }) => ({
          source: Source,
          detailType: DetailType,
          detail: JSON.parse(Detail),
        }))
        .filter(({ detail }) => detail.key === key);
    },
  };
}

/** By a rule of the pattern that docs/events.md names, to a log group. */
async function followed(url: string): Promise<Bus> {
  const at = { region: REGION, endpoint: new URL(url), credentials, version: '1.1' } as const;
  const events = jsonRpc({ ...at, service: 'events', target: 'AWSEvents' });
  const logs = new CloudWatchLogsClient({ region: REGION, endpoint: url, credentials });
  const name = `/aws/events/${randomUUID()}`;
  await logs.send(new CreateLogGroupCommand({ logGroupName: name }));
  const EventPattern = JSON.stringify({ source: ['token-broker'], 'detail-type': [{ prefix: 'Issuance ' }] });
  await events('PutRule', { Name: 'outcomes', EventPattern, State: 'ENABLED' }, SIGNAL);
  const Arn = `arn:aws:logs:${REGION}:123456789012:log-group:${name}`;
  await events('PutTargets', { Rule: 'outcomes', Targets: [{ Id: 'log', Arn }] }, SIGNAL);
  return {
    put: putTo(url),
    stop: async () => logs.destroy(),
    taken: async (key) => {
      const { events: lines = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: name }));
      const all = lines.map(({ message = '' }) => JSON.parse(message));
      return all
        .map((event) => ({ source: event.source, detailType: event['detail-type'], detail: event.detail }))
        .filter(({ detail }) => detail.key === key);
    },
  };
}
