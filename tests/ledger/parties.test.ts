/** Whom a record names, and as what. */
import { describe, expect, it } from '@jest/globals';
import { boundedIdentity, boundedText } from '../../lib/ledger/bounds.ts';
import { identityOf, isIdentity, partiesOf, rolesOf } from '../../lib/ledger/parties.ts';
import { aRecord } from './a-record.ts';

const person = (subject: string) => ({ connection: 'okta', client: null, subject, principal: `label of ${subject}` });
const actor = { ...person('agent'), proof: aRecord().proof, claims: {} };
const revoked = { revocation: 'rev_1', time: '2026-11-21T09:30:00Z', by: 'okta:dave', reason: 'lost' };

describe('an identity', () => {
  it.each([
    ['a connection and a subject', { connection: 'okta', client: null, subject: 'a' }, 'okta:a'],
    ['that, though a client brought it', { connection: 'okta', client: 'portal', subject: 'a' }, 'okta:a'],
    ['a client', { connection: null, client: 'bot', subject: 'other' }, 'client:bot'],
    ['a client of before, by its subject', { connection: null, client: null, subject: 'bot' }, 'client:bot'],
  ])('is %s', (_, named, identity) => expect(identityOf(named)).toBe(identity));

  it.each([
    ['okta:alice', true],
    ['a:b', true],
    ['a1-b:c', true],
    ['okta:\n', true],
    [`${'a'.repeat(63)}:b`, true],
    [`${'a'.repeat(64)}:b`, false],
    ['okta:', false],
    [':alice', false],
    ['1a:b', false],
    ['Okta:b', false],
    [' okta:b', false],
    ['ok ta:b', false],
    ['alice', false],
  ])('is what looks like one: %j is %s', (text, expected) => expect(isIdentity(text)).toBe(expected));

  it('whose subject records cut is cut as they do', () => {
    const long = 's:'.repeat(1_000);
    expect(boundedIdentity(`okta:${long}`)).toBe(`okta:${boundedText(long)}`);
    expect(boundedIdentity('okta:short:one')).toBe('okta:short:one');
  });
});

describe('the parties of a record', () => {
  it('are all that it names, the subject first', () => {
    const approval = { id: 'apr_1', state: 'approved', approver: person('carol'), requester: person('erin') } as const;
    const record = aRecord({ ...person('alice'), client: 'portal', actor, approval, revoked });
    expect(partiesOf(record)).toEqual([
      { role: 'subject', identity: 'okta:alice' },
      { role: 'actor', identity: 'okta:agent' },
      { role: 'client', identity: 'client:portal' },
      { role: 'approver', identity: 'okta:carol' },
      { role: 'requester', identity: 'okta:erin' },
      { role: 'revoker', identity: 'okta:dave' },
    ]);
  });

  it.each([
    ['a principal alone', {}, [{ role: 'subject', identity: 'github:repo:acme/web:ref:refs/heads/main' }]],
    ['a client as itself, once', { connection: null, client: 'bot' }, [{ role: 'subject', identity: 'client:bot' }]],
    ['an approval that nobody decided', { approval: { id: 'apr_1', state: 'pending' } }, [expect.anything()]],
    ['nobody, beyond the ceiling of denials', { overflow: true }, []],
  ] as const)('are of %s', (_, more, expected) => {
    expect(partiesOf(aRecord(more))).toEqual(expected);
  });

  it('are asked by identity: what somebody is in a record, each once', () => {
    const record = aRecord({ ...person('alice'), actor: { ...actor, ...person('alice') }, revoked });
    expect(rolesOf('okta:alice', record)).toEqual(['subject', 'actor']);
    expect(rolesOf('okta:dave', record)).toEqual(['revoker']);
    expect(rolesOf('okta:mallory', record)).toEqual([]);
    const approver = { id: 'apr_1', state: 'approved', approver: person('c'), requester: person('c') } as const;
    expect(rolesOf('okta:c', aRecord({ approval: approver }))).toEqual(['approver', 'requester']);
    const long = 's'.repeat(2_000);
    expect(rolesOf(`okta:${long}`, aRecord(person(boundedText(long))))).toEqual(['subject']);
  });
});
