import { describe, expect, it } from '@jest/globals';
import { type AssertionParts, attribute, attributes, IDP, nameId, response, signedAssertion } from './idp.ts';
import { verifyXml } from './verifying.ts';

const told = async (changes: Partial<AssertionParts>): Promise<string> => {
  const outcome = await verifyXml(response(signedAssertion(changes)), {});
  return outcome.ok ? 'accepted' : `${outcome.refusal.reason}: ${outcome.refusal.detail ?? ''}`;
};

describe('a genuine assertion is told', () => {
  it.each<[string, Partial<AssertionParts>, string]>([
    [
      'that it names nobody',
      { nameId: '' },
      'saml_subject: There is no NameID; it is the subject, also where principal is made of an attribute.',
    ],
    ['that it names nobody, in many words', { nameId: nameId('  ') }, 'saml_subject: The NameID is empty.'],
    [
      'that its name has blanks',
      { nameId: nameId('alice ') },
      'saml_subject: The NameID has blanks around it; it is not cut to fit.',
    ],
    [
      'that its name is too long',
      { nameId: nameId('a'.repeat(1_025)) },
      'saml_subject: The NameID has more than 1024 characters.',
    ],
    [
      'that its name is another one each time',
      { nameId: nameId('x', 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient') },
      'saml_transient_name: The NameID must not be transient.',
    ],
  ])('%s', async (_, changes, message) => {
    expect(await told(changes)).toBe(message);
  });

  it('nothing with a name of 1024 characters', async () => {
    expect(await told({ nameId: nameId('a'.repeat(1_024)) })).toBe('accepted');
  });
});

describe('claims of an assertion', () => {
  it('are one text, a list or nothing, and what is derived hides attributes', async () => {
    const all = attributes(
      attribute('one', 'a'),
      attribute('two', 'a', 'b'),
      attribute('none'),
      attribute('nameId', 'forged'),
      attribute('sessionIndex', 'forged'),
      attribute('authnInstant', 'forged'),
    );
    const outcome = await verifyXml(response(signedAssertion({ attributes: all, authn: '' })), {
      connection: { claims: { alias: 'two', absent: 'nothing', one: 'two' } },
    });
    expect(outcome.ok && Object.fromEntries(outcome.value.claims.values)).toEqual({
      one: ['a', 'b'],
      two: ['a', 'b'],
      alias: ['a', 'b'],
      nameId: 'alice@example.com',
      nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      issuer: IDP,
    });
  });
});
