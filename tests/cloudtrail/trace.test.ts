import { describe, expect, it } from '@jest/globals';
import { readTrailEvent, type TrailEvent } from '../../lib/cloudtrail/event.ts';
import { Trace } from '../../lib/cloudtrail/trace.ts';

const SESSION = 'iss_01KAB7J0HA0000000000000001';
const KEY = 'ASIAEXAMPLE000000001';
let count = 0;

/** An event of the session as CloudTrail writes it. */
function anEvent(changes: Readonly<Record<string, unknown>> = {}): TrailEvent {
  count += 1;
  const event = readTrailEvent({
    eventVersion: '1.11',
    eventID: `event-${count}`,
    eventTime: `2026-11-21T09:00:${String(count % 60).padStart(2, '0')}Z`,
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    awsRegion: 'eu-central-1',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE:${SESSION}`,
      arn: `arn:aws:sts::111122223333:assumed-role/deploy-web/${SESSION}`,
      accessKeyId: KEY,
    },
    ...changes,
  });
  if (event === null) throw new Error('that is no event');
  return event;
}

function traced(events: readonly TrailEvent[]) {
  const trace = new Trace({ sessionName: SESSION, accessKeyId: KEY });
  let rounds = 0;
  do {
    rounds += 1;
    for (const event of events) trace.offer(event);
  } while (!trace.isComplete() && rounds < 10);
  return { rounds, events: trace.events().map(({ id, role }) => ({ id, role })) };
}

const nobody = { type: 'AWSService', invokedBy: 'ecs.amazonaws.com' };
const other = {
  ...nobody,
  accessKeyId: 'ASIAOTHER00000000001',
  principalId: 'AROA:other',
  arn: 'arn:aws:sts::1:x/other',
};

describe('an event belongs to a session', () => {
  it.each([
    ['by its access key', { userIdentity: { accessKeyId: KEY } }],
    ['by the session name in principalId', { userIdentity: { principalId: `AROAEXAMPLE:${SESSION}` } }],
    ['by the session name in the ARN', { userIdentity: { arn: `arn:aws:sts::1:assumed-role/r/${SESSION}` } }],
  ])('%s', (_, changes) => {
    const event = anEvent(changes);
    expect(traced([event]).events).toEqual([{ id: event.id, role: 'session' }]);
  });

  it.each([
    ['another access key', { userIdentity: other }],
    ['nobody at all', { userIdentity: nobody }],
    ['a session whose name ends alike', { userIdentity: { principalId: `AROA:x${SESSION}` } }],
    [
      'one who asks for a session of another name',
      {
        userIdentity: nobody,
        eventName: 'AssumeRole',
        eventSource: 'sts.amazonaws.com',
        requestParameters: { roleSessionName: 'other' },
      },
    ],
  ])('not of %s', (_, changes) => expect(traced([anEvent(changes)]).events).toEqual([]));

  it('as what made it, where STS was asked for a session of its name', () => {
    const event = anEvent({
      userIdentity: other,
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRole',
      requestParameters: { roleSessionName: SESSION },
      responseElements: { credentials: { accessKeyId: KEY } },
    });
    expect(traced([event]).events).toEqual([{ id: event.id, role: 'minted' }]);
  });

  it('as chained, however deep, in whatever order the files are', () => {
    const assume = (by: object, got: string) =>
      anEvent({
        ...by,
        eventSource: 'sts.amazonaws.com',
        eventName: 'AssumeRole',
        responseElements: { credentials: { accessKeyId: got } },
      });
    const first = assume({}, 'ASIACHAINED000000001');
    const second = assume({ userIdentity: { accessKeyId: 'ASIACHAINED000000001' } }, 'ASIACHAINED000000002');
    const deed = anEvent({ userIdentity: { accessKeyId: 'ASIACHAINED000000002' } });
    const { events, rounds } = traced([deed, second, first]);
    expect(events.map(({ role }) => role)).toEqual(['session', 'chained', 'chained']);
    expect(events.map(({ id }) => id)).toEqual([first.id, second.id, deed.id]);
    expect(rounds).toBe(3);
  });

  it('once, however often it was delivered', () => {
    const event = anEvent();
    expect(traced([event, event]).events.length).toBe(1);
  });
});

describe('what is no event', () => {
  const whole = {
    eventID: 'a',
    eventTime: '2026-11-21T09:00:00Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
  };
  it.each(Object.keys(whole))('has no %s', (name) => {
    expect(readTrailEvent(whole)).not.toBeNull();
    expect(readTrailEvent({ ...whole, [name]: undefined } as never)).toBeNull();
  });

  it.each([
    [null],
    [1],
    ['x'],
    [[]],
    [{ ...whole, userIdentity: 'x', resources: [1, { ARN: 2 }], requestParameters: null }],
  ])('does not break the reader: %j', (json) => expect(() => readTrailEvent(json)).not.toThrow());
});
