/** What GetCallerIdentity may say, and who that is. */
import { describe, expect, it } from '@jest/globals';
import type { AwsIamConnection } from '../../../lib/configuration/documents/connections.ts';
import { callerNames } from '../../../lib/identity/aws-iam/caller-claims.ts';
import { type CallerIdentity, parseCallerIdentity } from '../../../lib/identity/aws-iam/caller-identity.ts';
import { seconds } from '../../../lib/time.ts';

const answer = (members: Readonly<Record<string, string>>, before = ''): string =>
  `${before}<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${Object.entries(
    members,
  )
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join(
      '',
    )}</GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
const ROLE = {
  Arn: 'arn:aws:sts::111122223333:assumed-role/web/session',
  UserId: 'AROAEXAMPLEEXAMP1:session',
  Account: '111122223333',
};
const USER = { Arn: 'arn:aws:iam::111122223333:user/path/to/ann', UserId: 'AIDAEXAMPLEEXAMP', Account: '111122223333' };

const sessionOf = (role: string, session: string) => ({
  ...ROLE,
  Arn: `arn:aws:sts::111122223333:assumed-role/${role}/${session}`,
  UserId: `AROAEXAMPLEEXAMP1:${session}`,
});
const userOf = (name: string) => ({ ...USER, Arn: `arn:aws:iam::111122223333:user/${name}` });

describe('the answer of GetCallerIdentity', () => {
  it.each<[string, string, CallerIdentity['caller']]>([
    [
      'a role',
      answer(ROLE),
      { kind: 'assumed-role', roleName: 'web', roleId: 'AROAEXAMPLEEXAMP1', sessionName: 'session' },
    ],
    [
      'a role, in another order and with blanks',
      answer({ Account: ROLE.Account, UserId: ROLE.UserId, Arn: ROLE.Arn }).replaceAll('><', '>\n \t<'),
      { kind: 'assumed-role', roleName: 'web', roleId: 'AROAEXAMPLEEXAMP1', sessionName: 'session' },
    ],
    [
      'a role, after an XML declaration',
      answer(ROLE, '\n<?xml version="1.0" encoding="utf-8"?>\n'),
      { kind: 'assumed-role', roleName: 'web', roleId: 'AROAEXAMPLEEXAMP1', sessionName: 'session' },
    ],
    ['a user under a path', answer(USER), { kind: 'user', userName: 'ann', userId: 'AIDAEXAMPLEEXAMP' }],
    [
      'a user without one',
      answer({ ...USER, Arn: 'arn:aws:iam::111122223333:user/ann' }),
      { kind: 'user', userName: 'ann', userId: 'AIDAEXAMPLEEXAMP' },
    ],
  ])('names %s', (_, xml, caller) => {
    expect(parseCallerIdentity(xml)).toMatchObject({ account: '111122223333', partition: 'aws', caller });
  });

  it.each([
    ['another partition', { ...ROLE, Arn: ROLE.Arn.replace('arn:aws:', 'arn:aws-us-gov:') }, 'aws-us-gov'],
    ['a unique id of 128 characters', { ...USER, UserId: 'A'.repeat(128) }, 'aws'],
    ['names of 64 characters', sessionOf('r'.repeat(64), 's'.repeat(64)), 'aws'],
    ['the shortest names', sessionOf('r', 'se'), 'aws'],
    ['names of every letter that IAM takes', sessionOf('a+b=c,d.e@f-g_h', 'a+b=c,d.e@f-g_h'), 'aws'],
    ['a user of every letter that IAM takes', userOf('a+b=c,d.e@f-g_h'), 'aws'],
    ['a user whose name has 64 characters', userOf('u'.repeat(64)), 'aws'],
    ['a user whose name has one', userOf('u'), 'aws'],
    ['a user under a path of one character', userOf('p/u'), 'aws'],
    ['a user under the longest path', userOf(`${'p'.repeat(510)}/u`), 'aws'],
  ])('may have %s', (_, members, partition) => {
    expect(parseCallerIdentity(answer(members))).toMatchObject({ partition });
  });

  it.each([
    ['an account of 13 digits', { ...ROLE, Account: '1111222233334' }],
    ['an account of 11 digits', { ...ROLE, Account: '11112222333' }],
    ['an account with letters before it', { ...ROLE, Account: 'x111122223333' }],
    ['another account than its ARN', { ...ROLE, Account: '444455556666' }],
    ['no account', { Arn: ROLE.Arn, UserId: ROLE.UserId, UserId2: 'x' }],
    ['two members', { Arn: ROLE.Arn, UserId: ROLE.UserId }],
    ['another session than its id', { ...ROLE, UserId: 'AROAEXAMPLEEXAMP1:other' }],
    ['an id without a session', { ...ROLE, UserId: 'AROAEXAMPLEEXAMP1' }],
    ['an id of 15 characters', { ...ROLE, UserId: 'AROAEXAMPLEEXAM:session' }],
    ['an id in small letters', { ...ROLE, UserId: 'aroaexampleexamp1:session' }],
    ['a session of 65 characters', sessionOf('web', 's'.repeat(65))],
    ['a name of three parts', { ...ROLE, Arn: `${ROLE.Arn}/more`, UserId: ROLE.UserId }],
    ['a user whose name has 65 characters', userOf('u'.repeat(65))],
    ['a user under a path that is too long', userOf(`${'p'.repeat(511)}/u`)],
    ['a session of one character', { ...ROLE, Arn: ROLE.Arn.replace('/session', '/s'), UserId: 'AROAEXAMPLEEXAMP1:s' }],
    ['a role of 65 characters', { ...ROLE, Arn: `arn:aws:sts::111122223333:assumed-role/${'r'.repeat(65)}/session` }],
    ['a role of IAM', { ...ROLE, Arn: ROLE.Arn.replace(':sts:', ':iam:') }],
    ['a user of STS', { ...USER, Arn: USER.Arn.replace(':iam:', ':sts:') }],
    ['a user id that is too short', { ...USER, UserId: 'AIDAEXAMPLEEXAM' }],
    ['a user id that is too long', { ...USER, UserId: 'A'.repeat(129) }],
    ['a user without a name', { ...USER, Arn: 'arn:aws:iam::111122223333:user/path/' }],
  ])('is none with %s', (_, members) => {
    expect([parseCallerIdentity(answer(members)), members]).toEqual([null, members]);
  });

  it.each([
    ['Arn', 'Account', 'UserId'],
    ['UserId', 'Arn', 'Account'],
    ['Account', 'Arn', 'UserId'],
  ] as const)('is none where %s is missing and another is there twice', (missing, twice, other) => {
    const members = `<${twice}>${ROLE[twice]}</${twice}><${other}>${ROLE[other]}</${other}>`;
    const xml = answer(ROLE).replace(/<Arn>.*<\/Account>/, `${members}<${twice}>${ROLE[twice]}</${twice}>`);
    expect([missing, parseCallerIdentity(xml)]).toEqual([missing, null]);
  });

  it('is none where an element closes by another name', () => {
    expect(parseCallerIdentity(answer(USER).replace('</UserId>', '</Account>'))).toBeNull();
  });

  it.each([
    ['root', { ...USER, Arn: 'arn:aws:iam::111122223333:root', UserId: '111122223333' }],
    ['a federated user', { ...USER, Arn: 'arn:aws:sts::111122223333:federated-user/ann', UserId: '111122223333:ann' }],
    ['another partition’s form', { ...USER, Arn: 'arn:azure:iam::111122223333:user/ann' }],
    ['a user of no name', { ...USER, Arn: 'arn:aws:iam::111122223333:user/' }],
    ['something before its ARN', { ...USER, Arn: `x${USER.Arn}` }],
    ['a partition with an empty part', { ...USER, Arn: USER.Arn.replace('arn:aws:', 'arn:aws-:') }],
    ['an account that is none in its ARN', { ...USER, Arn: 'arn:aws:iam::11112222333:user/ann' }],
  ])('is of somebody that is not taken: %s', (_, members) => {
    expect(parseCallerIdentity(answer(members))).toBe('unsupported');
  });
});

const connection: AwsIamConnection = {
  connection: 'tasks',
  type: 'aws-iam',
  accounts: ['111122223333'],
  serverId: 'broker.example.com',
  ecsRoles: ['web'],
  require: [],
  principal: '${claims.arn}',
  record: [],
  reuse: 'once',
  clockTolerance: seconds(60),
};

const namesOf = (members: Readonly<Record<string, string>>, roles = ['web']) => {
  const caller = parseCallerIdentity(answer(members));
  if (caller === null || caller === 'unsupported') throw new TypeError('nobody');
  const { subject, claims } = callerNames(caller, { ...connection, ecsRoles: roles });
  return { subject, claims: Object.fromEntries(claims.values) };
};

const task = (sessionName: string) => ({
  ...ROLE,
  Arn: `arn:aws:sts::111122223333:assumed-role/web/${sessionName}`,
  UserId: `AROAEXAMPLEEXAMP1:${sessionName}`,
});
const SUBJECT = 'arn:aws:sts::111122223333:assumed-role/web';

describe('who signed', () => {
  it('is a user by its ARN', () => {
    expect(namesOf(USER)).toEqual({
      subject: USER.Arn,
      claims: {
        account: '111122223333',
        partition: 'aws',
        arn: USER.Arn,
        userName: 'ann',
        userId: 'AIDAEXAMPLEEXAMP',
      },
    });
  });

  it('is a role, whatever its session is called', () => {
    expect(namesOf(ROLE)).toEqual({
      subject: SUBJECT,
      claims: {
        account: '111122223333',
        partition: 'aws',
        arn: ROLE.Arn,
        roleName: 'web',
        roleId: 'AROAEXAMPLEEXAMP1',
        sessionName: 'session',
      },
    });
  });

  it.each(['0123456789abcdef0123456789abcdef', '01234567-89ab-cdef-0123-456789abcdef'])(
    'is a task of its own where only ECS assumes the role: %s',
    (id) => {
      expect(namesOf(task(id))).toMatchObject({ subject: `${SUBJECT}/${id}`, claims: { taskId: id } });
      expect(namesOf(task(id), ['other'])).toMatchObject({ subject: SUBJECT });
      expect(namesOf(task(id), [])['claims']).not.toHaveProperty('taskId');
    },
  );

  it.each([
    '0123456789abcdef0123456789abcde',
    '0123456789abcdef0123456789abcdef0',
    '0123456789ABCDEF0123456789ABCDEF',
    '01234567-89ab-cdef-0123-456789abcdef-',
    'x01234567-89ab-cdef-0123-456789abcdef',
    '01234567-89ab-cdef-0123-456789abcdef0',
    '0123456789ab-cdef-0123-456789abcdef',
  ])('is no task by the session name %s', (name) => {
    expect(namesOf(task(name))).toMatchObject({ subject: SUBJECT });
    expect(namesOf(task(name)).claims).not.toHaveProperty('taskId');
  });
});
