import { describe, expect, it } from '@jest/globals';
import { IDP, response, signedAssertion, status, unsignedAssertion } from './idp.ts';
import { logged } from './verifying.ts';

const BAD_LENGTH = 'saml_schema: an Issuer that is empty or too long';
const CODE = 'urn:oasis:names:tc:SAML:2.0:status:';

describe('an Issuer', () => {
  it.each([
    ['is empty', '', BAD_LENGTH],
    ['has 1025 characters', 'x'.repeat(1025), BAD_LENGTH],
    ['has 1024 characters', 'x'.repeat(1024), `issuer_unknown: the issuer is ${'x'.repeat(200)}..., matching 0`],
    ['is known', IDP, 'saml_unsigned'],
  ])('that %s', async (_rule, issuer, expected) => {
    expect(await logged(response(unsignedAssertion({ issuer })))).toBe(expected);
  });

  it.each([
    ['NameQualifier', 'saml_unsigned'],
    ['SPNameQualifier', 'saml_unsigned'],
    ['SPProvidedID', 'saml_unsigned'],
    ['Name', 'saml_schema: an attribute of Issuer that the schema does not have'],
  ])('with the attribute %s', async (name, expected) => {
    const text = unsignedAssertion().replace('<saml:Issuer', `$& ${name}="x"`);
    expect(await logged(response(text))).toBe(expected);
  });
});

it('of a status the log has the first three codes', async () => {
  const refused = response(signedAssertion(), { status: status('Responder', 'AuthnFailed', 'Third', 'Fourth') });
  expect(await logged(refused)).toBe(`saml_status: ${CODE}Responder ${CODE}AuthnFailed ${CODE}Third`);
});
