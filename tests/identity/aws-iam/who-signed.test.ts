/** What GetCallerIdentity, the envelope and the signature may look like, each by its own edge. */
import { describe, expect, it } from '@jest/globals';
import type { AwsIamConnection } from '../../../lib/configuration/documents.ts';
import { parseSignatureV4 } from '../../../lib/identity/aws-iam/authorization.ts';
import { callerNames } from '../../../lib/identity/aws-iam/caller-claims.ts';
import { type CallerIdentity, parseCallerIdentity } from '../../../lib/identity/aws-iam/caller-identity.ts';
import { parseEnvelope } from '../../../lib/identity/aws-iam/envelope.ts';
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
    [
      'names of 64 characters',
      { ...ROLE, Arn: `arn:aws:sts::111122223333:assumed-role/${'r'.repeat(64)}/session` },
      'aws',
    ],
  ])('may have %s', (_, members, partition) => {
    expect(parseCallerIdentity(answer(members))).toMatchObject({ partition });
  });

  it.each([
    ['an account of 13 digits', { ...ROLE, Account: '1111222233334' }],
    ['an account of 11 digits', { ...ROLE, Account: '11112222333' }],
    ['an account with letters before it', { ...ROLE, Account: 'x111122223333' }],
    ['another account than its ARN', { ...ROLE, Account: '444455556666' }],
    ['no account', { Arn: ROLE.Arn, UserId: ROLE.UserId, UserId2: 'x' }],
    ['a member twice', { Arn: ROLE.Arn, UserId: ROLE.UserId }],
    ['another session than its id', { ...ROLE, UserId: 'AROAEXAMPLEEXAMP1:other' }],
    ['an id without a session', { ...ROLE, UserId: 'AROAEXAMPLEEXAMP1' }],
    ['an id of 15 characters', { ...ROLE, UserId: 'AROAEXAMPLEEXAM:session' }],
    ['an id in small letters', { ...ROLE, UserId: 'aroaexampleexamp1:session' }],
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
    ['root', { ...USER, Arn: 'arn:aws:iam::111122223333:root', UserId: '111122223333' }],
    ['a federated user', { ...USER, Arn: 'arn:aws:sts::111122223333:federated-user/ann', UserId: '111122223333:ann' }],
    ['another partition’s form', { ...USER, Arn: 'arn:azure:iam::111122223333:user/ann' }],
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

const envelope = (document: unknown): string => Buffer.from(JSON.stringify(document)).toString('base64url');
const padded = (text: string): string => text.padEnd(Math.ceil(text.length / 4) * 4, '=');
const REQUEST = { url: 'https://sts.amazonaws.com/', body: 'a', headers: { 'X-Amz-Date': 'd' } };

describe('an envelope', () => {
  it.each([
    ['as it is', envelope(REQUEST)],
    ['with its padding', padded(envelope({ ...REQUEST, body: 'aa' }))],
    ['with a list of one value', envelope({ ...REQUEST, headers: { 'X-Amz-Date': ['d'] } })],
    ['without headers', envelope({ ...REQUEST, headers: {} })],
    [
      'with 24 of them',
      envelope({ ...REQUEST, headers: Object.fromEntries(Array.from({ length: 24 }, (_, n) => [`h${n}`, 'v'])) }),
    ],
    ['with a header of 64 characters', envelope({ ...REQUEST, headers: { ['h'.repeat(64)]: 'v' } })],
    ['with a value of one character', envelope({ ...REQUEST, headers: { h: '~' } })],
    ['with a blank in a value', envelope({ ...REQUEST, headers: { h: 'a b' } })],
  ])('is read %s', (_, text) => {
    expect(parseEnvelope(text)).toMatchObject({ ok: true, value: { url: REQUEST.url } });
  });

  it('has header names without case', () => {
    const read = parseEnvelope(envelope(REQUEST));
    expect(read.ok && [...read.value.headers]).toEqual([['x-amz-date', 'd']]);
  });

  it.each([
    ['nothing', ''],
    ['padding alone', '=='],
    ['too much padding', `${envelope(REQUEST)}===`],
    ['base64', Buffer.from('{"a":"??>"}').toString('base64')],
    ['stray bits', `${envelope(REQUEST).slice(0, -1)}/`],
    ['a list', envelope([REQUEST])],
    ['a member more', envelope({ ...REQUEST, method: 'POST' })],
    ['a member less', envelope({ url: REQUEST.url, body: 'a' })],
    ['another member', envelope({ url: REQUEST.url, body: 'a', header: {} })],
    ['an URL that is no text', envelope({ ...REQUEST, url: null })],
    ['a body that is no text', envelope({ ...REQUEST, body: {} })],
    ['headers in a list', envelope({ ...REQUEST, headers: [['a', 'b']] })],
    [
      '25 headers',
      envelope({ ...REQUEST, headers: Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`h${n}`, 'v'])) }),
    ],
    ['a header name of 65 characters', envelope({ ...REQUEST, headers: { ['h'.repeat(65)]: 'v' } })],
    ['a header without a name', envelope({ ...REQUEST, headers: { '': 'v' } })],
    ['a header name with an underscore', envelope({ ...REQUEST, headers: { a_b: 'v' } })],
    ['an empty value', envelope({ ...REQUEST, headers: { h: '' } })],
    ['a blank before a value', envelope({ ...REQUEST, headers: { h: ' a' } })],
    ['a blank behind a value', envelope({ ...REQUEST, headers: { h: 'a ' } })],
    ['a tab in a value', envelope({ ...REQUEST, headers: { h: 'a\tb' } })],
    ['two values', envelope({ ...REQUEST, headers: { h: ['a', 'b'] } })],
    ['no value', envelope({ ...REQUEST, headers: { h: [] } })],
    ['one name in two cases', envelope({ ...REQUEST, headers: { H: 'a', h: 'a' } })],
    ['more than 16,384 characters', envelope({ ...REQUEST, body: 'a'.repeat(16_000) })],
  ])('is none of %s', (_, text) => {
    expect(parseEnvelope(text)).toEqual({ ok: false, refusal: { reason: 'signed_request_malformed' } });
  });
});

describe('an Authorization header of Signature Version 4', () => {
  const SIGNED = 'ab'.repeat(32);
  const header = (more: Partial<Record<'key' | 'day' | 'region' | 'names' | 'signature' | 'comma', string>> = {}) => {
    const {
      key = 'ASIAEXAMPLEEXAMP',
      day = '20261121',
      region = 'eu-west-1',
      names = 'host;x-amz-date',
      signature = SIGNED,
      comma = ', ',
    } = more;
    return `AWS4-HMAC-SHA256 Credential=${key}/${day}/${region}/sts/aws4_request${comma}SignedHeaders=${names}${comma}Signature=${signature}`;
  };
  const DATE = '20261121T090000Z';

  it.each([{}, { comma: ',' }, { key: 'A'.repeat(128) }, { region: 'us' }, { names: 'host' }])(
    'is read: %j',
    (more) => {
      expect(parseSignatureV4(header(more), DATE)).toEqual({
        accessKeyId: more.key ?? 'ASIAEXAMPLEEXAMP',
        region: more.region ?? 'eu-west-1',
        signedHeaders: (more.names ?? 'host;x-amz-date').split(';'),
        signature: SIGNED,
        signedAt: 1_795_251_600,
      });
    },
  );

  it.each([
    { key: 'ASIAEXAMPLEEXAM' },
    { key: 'A'.repeat(129) },
    { key: 'asiaexampleexamp' },
    { day: '20261122' },
    { day: '2026112' },
    { region: 'x' },
    { region: 'r'.repeat(33) },
    { names: 'host;host' },
    { names: 'host;' },
    { names: '' },
    { names: 'Host' },
    { signature: SIGNED.toUpperCase() },
    { signature: SIGNED.slice(1) },
    { signature: `${SIGNED}0` },
    { comma: ',  ' },
  ])('is none: %j', (more) => {
    expect(parseSignatureV4(header(more), DATE)).toBeNull();
  });

  it.each(['20261121T090000', '20261121T240000Z', '20261131T090000Z', '20261121 090000Z', '2026-11-21T09:00:00Z', ''])(
    'is none at the date %j',
    (date) => {
      expect(parseSignatureV4(header({ day: date.slice(0, 8) }), date)).toBeNull();
    },
  );
});
