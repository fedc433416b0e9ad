/** What of a record is whose: taken out for an erasure, put back where it is unsealed. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../lib/json.ts';
import { toJson } from '../../lib/ledger/json.ts';
import {
  PERSON_ROLES,
  type PersonRole,
  personsOf,
  withErased,
  withoutPerson,
  withPerson,
} from '../../lib/ledger/persons.ts';
import { epochSeconds } from '../../lib/time.ts';
import { aRecord } from './a-record.ts';

const person = (subject: string) => ({
  connection: 'okta',
  client: null,
  subject,
  principal: `${subject}@acme.example`,
});
const actor = { ...person('agent'), proof: aRecord().proof, claims: { team: 'data' } };
const record = aRecord({
  ...person('alice'),
  actor,
  intent: 'roll it',
  asked: { parameters: { env: 'prod' } },
  approval: { id: 'apr_1', state: 'approved', reason: 'ok', approver: person('carol'), requester: person('erin') },
  credential: {
    ...{ expires: epochSeconds(1_795_255_200), accessKeyId: 'ASIA1', sourceIdentity: 'okta-alice' },
    ...{ policy: { Statement: [] }, boundTo: 'thumbprint' },
  },
  request: { id: 'r1', sourceIp: '203.0.113.7', userAgent: 'curl', roleSessionName: 'alice' },
  revoked: { revocation: 'rev_1', time: '2026-11-21T09:30:00Z', by: 'okta:dave', reason: 'lost' },
});
const whole = toJson(record);
const alone = toJson({ ...record, actor: null });
const changed = (json: JsonObject, more: Readonly<Record<string, JsonObject>>): JsonObject => ({
  ...json,
  ...Object.fromEntries(Object.entries(more).map(([name, members]) => [name, { ...Object(json[name]), ...members }])),
});
const without = (json: JsonObject, ...names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(json).filter(([name]) => !names.includes(name)));

const NO_PROOF = { tokenId: null, sha256: null };
const { accessKeyId, expires } = Object(whole['credential']);
/** What is left of the record once it is of nobody in that role, who is called `p1` then. */
const LEFT: Readonly<Record<PersonRole, JsonObject>> = {
  subject: {
    ...changed(without(whole, 'asked'), { proof: NO_PROOF }),
    ...{ principal: 'p1', subject: 'p1', intent: null, claims: {}, credential: { accessKeyId, expires } },
  },
  actor: {
    ...whole,
    actor: {
      ...Object(whole['actor']),
      principal: 'p1',
      subject: 'p1',
      claims: {},
      proof: { ...Object(whole['proof']), ...NO_PROOF },
    },
    request: { id: 'r1', sourceIp: '', userAgent: null },
  },
  approver: changed(whole, { approval: { approver: { ...person('p1'), principal: 'p1' }, reason: null } }),
  requester: changed(whole, { approval: { requester: { ...person('p1'), principal: 'p1' } } }),
  revoker: changed(whole, { revoked: { by: 'okta:p1', reason: '' } }),
};

describe.each(PERSON_ROLES)('what is of the %s', (role) => {
  it('is taken out, and nothing else', () => {
    expect(withoutPerson(whole, role, 'p1').record).toStrictEqual(LEFT[role]);
  });

  it('is put back as it was', () => {
    const { record: left, theirs } = withoutPerson(whole, role, 'p1');
    expect(withPerson(left, theirs)).toEqual(whole);
    expect(Object.values(theirs)).not.toContain(undefined);
  });

  it('is not there in a record that has none', () => {
    const bare = { id: 'iss_1' };
    expect(withoutPerson(bare, role, 'p1')).toStrictEqual({ record: bare, theirs: {} });
  });
});

describe('whoever sent the request', () => {
  it.each<[string, JsonObject, PersonRole]>([
    ['is the actor, where a person acted', whole, 'actor'],
    ['is the subject, where nobody acted', alone, 'subject'],
    ['is the subject, where a client acted', changed(whole, { actor: { connection: null, client: 'bot' } }), 'subject'],
  ])('%s', (_, json, sender) => {
    const touched = PERSON_ROLES.filter(
      (role) => Object(withoutPerson(json, role, 'p1').record['request']).sourceIp === '',
    );
    expect(touched).toEqual([sender]);
    expect(withoutPerson(json, sender, 'p1').record['request']).toStrictEqual({
      id: 'r1',
      sourceIp: '',
      userAgent: null,
    });
  });
});

it('nothing is put below what is not there any more', () => {
  const bare = without(whole, 'actor', 'credential');
  expect(withPerson(bare, { 'actor.subject': 'x', 'credential.policy': {}, intent: 'y' })).toStrictEqual({
    ...bare,
    intent: 'y',
  });
});

describe('the persons of a record', () => {
  const PERSONS = [
    { role: 'subject', identity: 'okta:alice' },
    { role: 'actor', identity: 'okta:agent' },
    { role: 'approver', identity: 'okta:carol' },
    { role: 'requester', identity: 'okta:erin' },
    { role: 'revoker', identity: 'okta:dave' },
  ];
  it.each<[string, JsonObject, readonly string[]]>([
    ['all that it names', whole, ['subject', 'actor', 'approver', 'requester', 'revoker']],
    ['those who are left', { ...whole, erased: ['actor', 'revoker'] }, ['subject', 'approver', 'requester']],
    [
      'no subject, where it stands for many',
      { ...whole, overflow: true },
      ['actor', 'approver', 'requester', 'revoker'],
    ],
    [
      'no client',
      { ...changed(whole, { actor: { connection: null } }), connection: null },
      ['approver', 'requester', 'revoker'],
    ],
    ['no client that revoked', changed(alone, { revoked: { by: 'client:ops' } }), ['subject', 'approver', 'requester']],
    ['nobody by chance', { ...without(alone, 'approval'), revoked: { by: 5 } }, ['subject']],
    [
      'a person whose name ends so',
      changed(without(alone, 'approval'), { revoked: { by: 'x:client:' } }),
      ['subject', 'revoker'],
    ],
  ])('are %s', (_, json, roles) => {
    const found = personsOf(json);
    expect(found.map(({ role }) => role)).toEqual(roles);
    for (const each of found.filter(({ identity }) => identity !== 'x:client:')) expect(PERSONS).toContainEqual(each);
  });
});

describe('an erasure', () => {
  const erase = (...roles: readonly PersonRole[]) => roles.map((role) => ({ role, pseudonym: 'p1' }));

  it('of nobody leaves the record as it is', () => expect(withErased(whole, [])).toBe(whole));

  it.each<[PersonRole, JsonObject]>([
    ['subject', { ...LEFT.subject, principal: 'erased' }],
    ['actor', changed(LEFT.actor, { actor: { principal: 'erased' } })],
    ['approver', changed(LEFT.approver, { approval: { approver: { ...person('p1'), principal: 'erased' } } })],
    ['requester', changed(LEFT.requester, { approval: { requester: { ...person('p1'), principal: 'erased' } } })],
    ['revoker', LEFT.revoker],
  ])('of the %s shows that somebody was there, and who is gone', (role, left) => {
    expect(withErased(whole, erase(role))).toStrictEqual({ ...left, erased: [role] });
  });

  it('is told beside those before, each once', () => {
    const before = { ...whole, erased: ['actor'] };
    expect(withErased(before, erase('approver', 'actor'))['erased']).toEqual(['actor', 'approver']);
  });

  it('of one who is not in it adds no label', () => {
    expect(withErased(alone, erase('actor'))).toStrictEqual({ ...alone, erased: ['actor'] });
  });
});
