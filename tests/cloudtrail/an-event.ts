import { readTrailEvent, type TrailEvent } from '../../lib/cloudtrail/event.ts';

export const SESSION = 'iss_01KAB7J0HA0000000000000001';
let count = 0;

/** An event of the session as CloudTrail writes it: `call` is `service:Name`, with the ARNs that it names. */
export function anEventOf(
  call: string,
  resources: readonly string[] = [],
  changes: Readonly<Record<string, unknown>> = {},
): TrailEvent {
  count += 1;
  const [service = '', eventName = ''] = call.split(':');
  const event = readTrailEvent({
    eventVersion: '1.11',
    eventID: `${String(count).padStart(8, '0')}-5d3c-4e0f-9a39-0c8e1e1b7a11`,
    eventTime: '2026-11-21T09:00:05Z',
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'eu-central-1',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE:${SESSION}`,
      arn: `arn:aws:sts::111122223333:assumed-role/deploy-web/${SESSION}`,
    },
    resources: resources.map((ARN) => ({ ARN, accountId: '111122223333' })),
    ...changes,
  });
  if (event === null) throw new Error('that is no event');
  return event;
}
