/** What a plan says of what limits a session: what is let through that was not, in as few words as it takes. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../lib/json.ts';
import { compareSessions, type SessionLimits } from '../../../lib/policy/plan/session.ts';
import { linesOf } from './said.ts';

const OBJECTS = 'arn:aws:s3:::a/*';
const allow = (
  Action: string | readonly string[],
  Resource: string | readonly string[] = OBJECTS,
  Condition?: JsonObject,
) => ({ Effect: 'Allow', Action, Resource, ...(Condition === undefined ? {} : { Condition }) }) satisfies JsonObject;
const deny = (...of: Parameters<typeof allow>): JsonObject => ({ ...allow(...of), Effect: 'Deny' });
const policyOf = (...Statement: readonly JsonObject[]): JsonObject => ({ Version: '2012-10-17', Statement });
const inline = (...statements: readonly JsonObject[]): SessionLimits => ({
  policy: policyOf(...statements),
  policyArns: [],
});
const managed = (...policyArns: readonly string[]): SessionLimits => ({ policy: null, policyArns });
const said = (before: SessionLimits, after: SessionLimits): readonly string[] =>
  linesOf(compareSessions(before, after));
/** Between two policies; the words that every line has are left out. */
const shortly = (before: readonly JsonObject[], after: readonly JsonObject[]): readonly string[] =>
  said(inline(...before), inline(...after)).map((line) =>
    line.replace(/ \| (the session may (also|not any more) do|it cannot be told whether the session may do) /, ' '),
  );

const FREE = managed();
const NAME = 's3:GetObject';
/** What is neither `*` nor an ARN does not load here. */
const STRANGE = allow(NAME, 'bucket');

describe('a session without policies may do what its role may', () => {
  it.each<[string, SessionLimits, SessionLimits, readonly string[]]>([
    ['before and after', FREE, managed(), []],
    ['where it had one', inline(allow(NAME)), FREE, ['gains | the session may do all that its role may']],
    [
      'where it had both kinds, said once',
      { ...inline(allow(NAME)), policyArns: ['one'] },
      FREE,
      ['gains | the session may do all that its role may'],
    ],
    ['where it had a managed one', managed('one'), FREE, ['gains | the session may do all that its role may']],
    [
      'and with one what that allows',
      FREE,
      inline(allow([NAME, 's3:PutObject']), allow('s3:ListBucket', 'arn:aws:s3:::a')),
      [
        `loses | instead of all that its role may: the session may do ${NAME}, s3:PutObject on ${OBJECTS}; s3:ListBucket on arn:aws:s3:::a`,
      ],
    ],
    [
      'and with managed ones what those allow',
      FREE,
      managed('one', 'two'),
      ['loses | instead of all that its role may: the session may do what one allows; what two allows'],
    ],
    [
      'and with both kinds what either allows',
      FREE,
      { ...inline(allow(NAME)), policyArns: ['one'] },
      [`loses | instead of all that its role may: the session may do ${NAME} on ${OBJECTS}; what one allows`],
    ],
    [
      'and nothing with one that allows nothing',
      FREE,
      inline(deny('*', '*')),
      ['loses | instead of all that its role may: the session may do nothing'],
    ],
    [
      'and what one allows that is not understood here',
      FREE,
      inline(STRANGE),
      ['loses | instead of all that its role may: the session may do what its session policy allows'],
    ],
  ])('%s', (_, before, after, lines) => {
    expect(said(before, after)).toEqual(lines);
  });
});

describe('managed policies, which nobody here can read, are told by their names', () => {
  it.each<[string, SessionLimits, SessionLimits, readonly string[]]>([
    ['the same', managed('one'), managed('one'), []],
    ['one more', managed('one'), managed('one', 'two'), ['gains | the session may also do what two allows']],
    [
      'one less',
      managed('one', 'two'),
      managed('two'),
      ['loses | the session may not do any more what only one allows'],
    ],
    [
      'in the place of a policy',
      inline(allow(NAME)),
      managed('one'),
      [
        `loses | the session may not any more do ${NAME} on ${OBJECTS}`,
        'gains | the session may also do what one allows',
      ],
    ],
    [
      'with a policy beside them',
      managed('one'),
      { ...inline(allow(NAME)), policyArns: ['one'] },
      [`gains | the session may also do ${NAME} on ${OBJECTS}`],
    ],
  ])('%s', (_, before, after, lines) => {
    expect(said(before, after)).toEqual(lines);
  });
});

describe('a policy that is not understood here', () => {
  it('is told to be another one, before and after', () => {
    expect(said(inline(STRANGE), inline(allow(NAME)))).toEqual(['changes | the session policy is another one']);
    expect(said(inline(allow(NAME)), inline(STRANGE))).toEqual(['changes | the session policy is another one']);
    expect(said(inline(allow(NAME)), inline(allow(NAME, 'arn:aws:s3:::${}')))).toEqual([
      'changes | the session policy is another one',
    ]);
  });

  it('is not told where it is the same in another order', () => {
    const { Effect, ...rest } = STRANGE;
    expect(said(inline(STRANGE), inline({ ...rest, Effect }))).toEqual([]);
  });
});

describe('what is let through that was not is a gain, and the way back a loss', () => {
  const plain = { Bool: { 'aws:SecureTransport': 'false' } };
  const tls = { Bool: { 'aws:SecureTransport': 'true' } };
  const vpc = (...values: readonly string[]): JsonObject => ({ StringEquals: { 'aws:SourceVpc': values } });
  it.each<[string, readonly JsonObject[], readonly JsonObject[], readonly string[]]>([
    ['an action', [], [allow(NAME)], [`${NAME} on ${OBJECTS}`]],
    ['of a pattern and what it covers, the pattern', [], [allow([NAME, 's3:*'])], [`s3:* on ${OBJECTS}`]],
    [
      'of a resource and what covers it, the wider',
      [],
      [allow(NAME, ['arn:aws:s3:::a/x', OBJECTS])],
      [`${NAME} on ${OBJECTS}`],
    ],
    ['of two that are alike, the first', [], [allow(['s3:getobject', NAME])], [`s3:getobject on ${OBJECTS}`]],
    ['of two patterns that are alike, the first', [], [allow(['s3:Get*', 'S3:get*'])], [`s3:Get* on ${OBJECTS}`]],
    [
      'on two resources, each',
      [],
      [allow(NAME, ['arn:aws:s3:::a/x', 'arn:aws:s3:::b/x'])],
      [`${NAME} on arn:aws:s3:::a/x`, `${NAME} on arn:aws:s3:::b/x`],
    ],
    ['anything', [], [allow('*', '*')], ['anything on *']],
    ['anything, written otherwise', [], [allow('*:*')], [`anything on ${OBJECTS}`]],
    ['all but somewhere', [], [{ Effect: 'Allow', Action: NAME, NotResource: OBJECTS }], [`${NAME} on *, in part`]],
    ['a pattern in part, beside a Deny', [], [allow('s3:*'), deny('s3:Delete*')], [`s3:* on ${OBJECTS}, in part`]],
    ['the rest of a pattern', [allow(NAME)], [allow('s3:*')], [`s3:* on ${OBJECTS}`]],
    [
      'what is let through of a pattern by itself',
      [allow('s3:*'), deny(NAME)],
      [allow('s3:*')],
      [`${NAME} on ${OBJECTS}`],
    ],
    [
      'what is let through of a pattern, each by itself',
      [allow('s3:*'), deny([NAME, 's3:PutObject'])],
      [allow('s3:*')],
      [`${NAME}, s3:PutObject on ${OBJECTS}`],
    ],
    [
      'of a pattern and a Deny that reaches beyond it, what is let through of it by itself',
      [allow('s3:Get*'), deny(NAME, ['arn:aws:s3:::a/y', 'arn:aws:s3:::b/y'])],
      [allow('s3:Get*'), deny(NAME, 'arn:aws:s3:::b/y')],
      [`${NAME} on arn:aws:s3:::a/y`],
    ],
    [
      'and of one beside a Deny under a condition',
      [allow('s3:*'), deny('s3:*', OBJECTS, plain), deny(NAME)],
      [allow('s3:*'), deny('s3:*', OBJECTS, plain)],
      [`${NAME} on ${OBJECTS}, unless aws:SecureTransport is false`],
    ],
    [
      'what is named, not all that it is a part of',
      [deny('s3:*', OBJECTS, plain)],
      [deny('s3:*', OBJECTS, plain), allow(NAME, 'arn:aws:s3:::a/x')],
      [`${NAME} on arn:aws:s3:::a/x, unless aws:SecureTransport is false`],
    ],
    [
      'of a Deny of two, what is let through',
      [allow('s3:*'), deny([NAME, 's3:PutObject'])],
      [allow('s3:*'), deny('s3:PutObject')],
      [`${NAME} on ${OBJECTS}`],
    ],
    ['under a condition', [], [allow(NAME, OBJECTS, tls)], [`${NAME} on ${OBJECTS} where aws:SecureTransport is true`]],
    [
      'under a condition of another type',
      [],
      [allow(NAME, OBJECTS, { Bool: { 'aws:SecureTransport': [true] } })],
      [`${NAME} on ${OBJECTS} where aws:SecureTransport is true`],
    ],
    [
      'under two conditions',
      [],
      [allow(NAME, OBJECTS, { ...tls, ...vpc('v') })],
      [`${NAME} on ${OBJECTS} where aws:SecureTransport is true and aws:SourceVpc is v`],
    ],
    [
      'under each value of one',
      [],
      [allow(NAME, OBJECTS, vpc('v', 'w'))],
      [`${NAME} on ${OBJECTS} where aws:SourceVpc is v`, `${NAME} on ${OBJECTS} where aws:SourceVpc is w`],
    ],
    [
      'under none but that of before',
      [allow(NAME, OBJECTS, vpc('v', 'w'))],
      [allow(NAME)],
      [`${NAME} on ${OBJECTS}, unless aws:SourceVpc is v or aws:SourceVpc is w`],
    ],
    [
      'of one under a condition and without, the latter',
      [],
      [allow(NAME, OBJECTS, tls), allow('s3:*')],
      [`s3:* on ${OBJECTS}`],
    ],
    [
      'with a condition in another order, once',
      [],
      [allow(NAME, OBJECTS, { ...tls, ...vpc('v') }), allow(NAME, OBJECTS, { ...vpc('v'), ...tls })],
      [`${NAME} on ${OBJECTS} where aws:SecureTransport is true and aws:SourceVpc is v`],
    ],
    [
      'with a variable that its condition names too, once',
      [],
      [allow(NAME, 'arn:aws:s3:::a/${aws:username}', { StringEquals: { 'aws:username': '${aws:username}' } })],
      [`${NAME} on arn:aws:s3:::a/<aws.username>`],
    ],
    [
      'with a variable that has a default',
      [],
      [allow(NAME, "arn:aws:s3:::a/${aws:username, 'x'}/*", { StringEquals: { 's3:prefix': "${aws:username, 'x'}" } })],
      [`${NAME} on arn:aws:s3:::a/<aws.username>/* where s3:prefix is <aws.username>`],
    ],
    [
      'with a template',
      [],
      [allow(NAME, 'arn:aws:s3:::a/${path:claims.project_path}')],
      [`${NAME} on arn:aws:s3:::a/<path.claims.project_path>`],
    ],
  ])('%s', (_, before, after, lines) => {
    const other = allow('sqs:SendMessage', 'arn:aws:sqs:eu-west-1:111122223333:jobs');
    expect(shortly([other, ...before], [other, ...after])).toEqual(lines.map((line) => `gains ${line}`));
    expect(shortly([other, ...after], [other, ...before])).toEqual(lines.map((line) => `loses ${line}`));
  });
});

it('tells a pattern that was allowed but for what reaches beyond it', () => {
  const rest = { Effect: 'Allow', NotAction: 's3:*Object', Resource: OBJECTS };
  expect(shortly([rest], [allow('s3:Get*')])).toContain(`gains s3:Get* on ${OBJECTS}`);
});

describe('what asking does not show is said to be untold', () => {
  const ranges = (...values: readonly string[]): JsonObject => ({ IpAddress: { 'aws:SourceIp': values } });
  const other = allow('sqs:SendMessage', 'arn:aws:sqs:eu-west-1:111122223333:jobs');
  it('of a condition that no value can be named for', () => {
    const office = allow(NAME, OBJECTS, ranges('10.0.0.0/8'));
    const words = `Allow ${NAME} on ${OBJECTS} where {"IpAddress":{"aws:SourceIp":["10.0.0.0/8"]}}`;
    expect(shortly([other], [other, office])).toEqual([`changes more: ${words}`]);
    expect(shortly([other, office], [other])).toEqual([`changes less: ${words}`]);
  });

  it('though the same is told under another condition', () => {
    const home = allow(NAME, OBJECTS, { StringEquals: { 'aws:SourceVpc': 'v' } });
    const office = allow(NAME, OBJECTS, ranges('10.0.0.0/8'));
    expect(shortly([other], [other, home, office])).toEqual([
      `gains ${NAME} on ${OBJECTS} where aws:SourceVpc is v`,
      `changes more: Allow ${NAME} on ${OBJECTS} where {"IpAddress":{"aws:SourceIp":["10.0.0.0/8"]}}`,
    ]);
  });

  it('of a condition with more values than are asked about', () => {
    const values = Array.from({ length: 24 }, (_, at) => `v${at}`);
    const many = (own: readonly string[]) => allow(NAME, OBJECTS, { StringEquals: { 'aws:SourceVpc': own } });
    expect(shortly([other], [other, many(values.slice(0, 23))])).toHaveLength(23);
    expect(shortly([other], [other, many(values)])).toHaveLength(24);
    expect(shortly([other], [other, many(values)]).at(-1)).toMatch(/^changes more: Allow s3:GetObject/);
  });

  it('of all but something, where something is allowed already', () => {
    const rest = { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' };
    expect(shortly([other], [other, rest])).toEqual(['changes more: Allow all but iam:* on *']);
    expect(shortly([deny(NAME)], [deny(NAME), rest])).toEqual(['gains anything on *, in part']);
  });

  it('of a Deny that reaches beyond a pattern, which is told as a whole', () => {
    const [gets, beyond] = [allow('s3:Get*'), deny('s3:*Object', 'arn:aws:s3:::a/z')];
    expect(shortly([gets, deny(NAME, 'arn:aws:s3:::a/y'), beyond], [gets])).toEqual([
      `gains s3:Get* on ${OBJECTS}`,
      'changes more: Deny s3:*Object on arn:aws:s3:::a/z',
    ]);
  });

  it('but not of a condition whose absence is told', () => {
    const office = allow(NAME, OBJECTS, ranges('10.0.0.0/8'));
    expect(shortly([other], [other, office, allow(NAME)])).toEqual([`gains ${NAME} on ${OBJECTS}`]);
  });
});
