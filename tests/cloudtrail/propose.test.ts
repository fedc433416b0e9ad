import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readGranted, unusedActions } from '../../lib/cloudtrail/granted.ts';
import { proposePolicy } from '../../lib/cloudtrail/propose.ts';
import { type Usage, UsageCount } from '../../lib/cloudtrail/usage.ts';
import type { JsonObject } from '../../lib/json.ts';
import { readPolicyDocument } from '../../lib/policy/iam/document.ts';
import { evaluateAccess, readAccessRequest } from '../../lib/policy/iam/evaluate.ts';
import { anEventOf, SESSION } from './an-event.ts';

type Call = readonly [call: string, ...resources: string[]];

function usageOf(calls: readonly Call[]): Usage {
  const count = new UsageCount(new Set([SESSION]));
  for (const [call, ...resources] of calls) count.offer(anEventOf(call, resources));
  return count.usage();
}

const statement = (Action: string | string[], Resource: string | string[], more: JsonObject = {}): JsonObject => ({
  ...{ Effect: 'Allow', Action, Resource },
  ...more,
});
const policyOf = (...Statement: JsonObject[]): JsonObject => ({ Version: '2012-10-17', Statement });

function granted(policy: JsonObject | null) {
  const read = readGranted(policy);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

function proposed(policy: JsonObject | null, calls: readonly Call[], logged: readonly string[] = ['all']) {
  const terms = { logged: new Set(logged), problemOf: () => null };
  const proposal = proposePolicy(granted(policy), usageOf(calls), terms);
  return proposal.ok ? proposal.policy['Statement'] : proposal.why;
}

const key = (id: string) => `arn:aws:kms:eu-central-1:111122223333:key/${id}`;
const reports = 'arn:aws:s3:::reports';

describe('a proposal', () => {
  it('keeps the actions that were used, and what they were used on', () => {
    expect(proposed(policyOf(statement('kms:*', '*')), [['kms:Decrypt', key('a')]])).toEqual([
      statement('kms:Decrypt', key('a')),
    ]);
  });

  it('names the bucket for objects, but nothing beyond what is granted', () => {
    const calls: Call[] = [['s3:GetObject', `${reports}/2026/a`, reports]];
    expect(proposed(policyOf(statement(['s3:GetObject', 's3:PutObject'], '*')), calls)).toEqual([
      statement('s3:GetObject', `${reports}/*`),
    ]);
    expect(proposed(policyOf(statement(['s3:GetObject', 's3:PutObject'], `${reports}/2026/*`)), calls)).toEqual([
      statement('s3:GetObject', `${reports}/2026/*`),
    ]);
  });

  it('drops what nothing was done with: patterns of resources, whole statements', () => {
    const policy = policyOf(
      statement('kms:Decrypt', [key('a'), key('b')]),
      statement('ecs:UpdateService', '*'),
      statement('sqs:GetQueueUrl', '*'),
    );
    const calls: Call[] = [['kms:Decrypt', key('a')], ['ecs:UpdateService']];
    expect(proposed(policy, calls)).toEqual([statement('kms:Decrypt', key('a')), statement('ecs:UpdateService', '*')]);
  });

  it('keeps conditions, templates and each Deny as they are', () => {
    const Condition = { StringEquals: { 'aws:RequestTag/team': '${claims.team}' } };
    const deny = { Effect: 'Deny', Action: 'ecs:StopTask', Resource: '*' };
    const policy = policyOf(
      statement(['s3:GetObject', 's3:PutObject'], `${reports}/\${claims.team}/*`, { Condition }),
      deny,
    );
    expect(proposed(policy, [['s3:GetObject', `${reports}/web/a`]])).toEqual([
      statement('s3:GetObject', `${reports}/\${claims.team}/*`, { Condition }),
      deny,
    ]);
  });

  it('keeps actions whose calls may not be logged, and those that no call has the name of', () => {
    const policy = policyOf(statement(['s3:GetObject', 'ecs:UpdateService', 'ecs:RunTask', 'iam:PassRole'], '*'));
    expect(proposed(policy, [['ecs:UpdateService']], [])).toEqual([
      statement(['s3:GetObject', 'ecs:UpdateService', 'iam:PassRole'], '*'),
    ]);
  });

  it('does not narrow the resources of calls that may not all be logged', () => {
    const policy = policyOf(statement(['s3:GetObject', 's3:GetBucketPolicy'], '*'));
    expect(proposed(policy, [['s3:GetObject', `${reports}/a`]], [])).toEqual([statement('s3:GetObject', '*')]);
  });

  it('keeps all of a service of which there is a call whose action is not known', () => {
    const policy = policyOf(statement(['ecs:*', 'sqs:GetQueueUrl'], '*'));
    expect(proposed(policy, [['ecs:MadeUp'], ['ecs:UpdateService']])).toEqual([statement('ecs:*', '*')]);
  });

  it('of a scope without a policy is one', () => {
    expect(proposed(null, [['ecs:UpdateService'], ['kms:Decrypt', key('a')]])).toEqual([
      statement('kms:Decrypt', key('a')),
      statement(
        ['ecs:UpdateService', 'iam:PassRole', 'sts:SetContext', 'sts:SetSourceIdentity', 'sts:TagSession'],
        '*',
      ),
    ]);
  });

  it.each([
    ['nothing was used', policyOf(statement('ecs:UpdateService', '*')), [] as Call[], /is it needed/],
    [
      'all was used',
      policyOf(statement('ecs:UpdateService', '*')),
      [['ecs:UpdateService']] as Call[],
      /nothing can be/,
    ],
  ])('is none where %s', (_, policy, calls, why) => {
    expect(proposed(policy, calls)).toMatch(why);
  });

  it('keeps resources as they are where only so it is short enough, and is none where it never is', () => {
    const policy = policyOf(statement(['kms:Decrypt', 'kms:Encrypt'], '*'));
    const usage = usageOf([['kms:Decrypt', key('a')]]);
    const terms = (most: number) => ({
      logged: new Set(['all']),
      problemOf: (each: JsonObject) => (JSON.stringify(each).length > most ? 'too long' : null),
    });
    const short = proposePolicy(granted(policy), usage, terms(120));
    expect(short.ok && short.policy['Statement']).toEqual([statement('kms:Decrypt', '*')]);
    expect(proposePolicy(granted(policy), usage, terms(20))).toEqual({ ok: false, why: 'too long' });
  });

  it('tells unused from unknown, and what is used without being granted', () => {
    const usage = usageOf([['ecs:UpdateService'], ['sqs:GetQueueUrl']]);
    const policy = policyOf(statement(['ecs:UpdateService', 'ecs:RunTask', 'iam:PassRole', 's3:GetObject'], '*'));
    expect(unusedActions(granted(policy), usage, new Set())).toEqual({
      unused: ['ecs:RunTask'],
      unknown: [
        { action: 'iam:PassRole', why: 'no-call-of-its-name' },
        { action: 's3:GetObject', why: 'data-event' },
      ],
      ungranted: ['sqs:GetQueueUrl'],
    });
  });
});

const ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 'kms:Decrypt', 'kms:Encrypt', 'ecs:UpdateService'];
const ARNS: Readonly<Record<string, readonly string[]>> = {
  s3: [`${reports}/a`, `${reports}/2026/b`, 'arn:aws:s3:::archive/a*b', reports, 'arn:aws:s3:::archive'],
  kms: [key('a'), key('b')],
  ecs: ['arn:aws:ecs:eu-central-1:111122223333:service/web'],
};
const PATTERNS = [
  '*',
  `${reports}/*`,
  `${reports}/2026/*`,
  'arn:aws:s3:::*',
  'arn:aws:s3:::r*',
  key('a'),
  key('*'),
  reports,
];
const some = (values: readonly string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const statements = fc.record({
  Effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
  Action: some([...ACTIONS, 's3:*', 'kms:*crypt', 's3:Get*']),
  Resource: some(PATTERNS),
});
const calls = fc.array(
  fc
    .constantFrom(...ACTIONS)
    .chain((action) => fc.tuple(fc.constant(action), fc.constantFrom(...(ARNS[action.split(':')[0] ?? ''] ?? [])))),
  { minLength: 1, maxLength: 6 },
);

function allows(policy: JsonObject, action: string, arn: string): boolean {
  const reading = readPolicyDocument(policy);
  if (!reading.ok) throw new Error(reading.problem);
  const request = readAccessRequest(action, arn.replace(/[*?$]/g, '${$&}'), {});
  return evaluateAccess({ identity: null, session: [reading.document] }, request).extent === 'all';
}

it('a proposal allows nothing that was not granted, and every call that was used and granted', () => {
  let proposals = 0;
  fc.assert(
    fc.property(fc.array(statements, { minLength: 1, maxLength: 4 }), calls, (list, used) => {
      const policy = policyOf(...list);
      const terms = { logged: new Set(['all']), problemOf: () => null };
      const proposal = proposePolicy(granted(policy), usageOf(used), terms);
      if (!proposal.ok) return expect(proposal.why).not.toMatch(/would not/);
      proposals += 1;
      for (const action of ACTIONS) {
        for (const arn of Object.values(ARNS).flat()) {
          if (allows(proposal.policy, action, arn))
            expect([action, arn, allows(policy, action, arn)]).toEqual([action, arn, true]);
        }
      }
      for (const [action, arn] of used) {
        if (allows(policy, action, arn))
          expect([action, arn, allows(proposal.policy, action, arn)]).toEqual([action, arn, true]);
      }
    }),
    { numRuns: 40, seed: 7 },
  );
  expect(proposals).toBeGreaterThan(10);
});
