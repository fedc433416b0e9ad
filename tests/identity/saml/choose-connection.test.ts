import { describe, expect, it } from '@jest/globals';
import type { SamlConnection } from '../../../lib/configuration/documents/connections.ts';
import {
  ACS,
  attributes,
  audience,
  conditions,
  IDP,
  metadataOf,
  response,
  SP,
  signedAssertion,
  unsignedAssertion,
} from './idp.ts';
import { atAcs, CONNECTION, logged } from './verifying.ts';

const OTHER = 'https://other.example.com';
const named = (connection: string, more: Partial<SamlConnection> = {}): SamlConnection => ({
  ...CONNECTION,
  connection,
  ...more,
});
const down = named('down', { metadata: null, metadataUrl: 'https://down.example.com/' });
const broken = named('broken', { metadata: '<html></html>' });
const foreign = named('foreign', { metadata: metadataOf('stranger').replace(IDP, OTHER) });

describe('at the token endpoint', () => {
  it.each([
    ['one whose metadata cannot be had stands in nobody’s way', [down], 'accepted'],
    ['nor does one whose metadata cannot be read', [broken], 'accepted'],
    ['nor does one of another identity provider', [foreign], 'accepted'],
    [
      'two of one identity provider stand in each other’s',
      [named('twin')],
      `issuer_unknown: the issuer is ${IDP}, matching 2`,
    ],
  ])('%s', async (_rule, others, expected) => {
    expect(await logged(response(signedAssertion()), { others })).toBe(expected);
  });

  it.each([
    ['nobody’s', [], 'issuer_unknown: the issuer is https://third.example.com, matching 0'],
    ['that of the one that cannot be had', [down], 'metadata_unavailable'],
    ['the first reason of several', [down, broken], 'metadata_unavailable'],
    [
      'the first reason of several, in their order',
      [broken, down],
      'saml_metadata_invalid: line 1 is not an EntityDescriptor of SAML 2.0 metadata',
    ],
  ])('an issuer that is known to none of them may be %s', async (_rule, others, expected) => {
    expect(await logged(response(signedAssertion({ issuer: 'https://third.example.com' })), { others })).toBe(expected);
  });

  it.each([
    ['ten of them', '123456789', 'saml_unsigned'],
    ['eleven', '1234567890', 'saml_schema: audiences 11'],
    ['eleven of which two are one', '1234567899', 'saml_unsigned'],
  ])('audiences are at most ten: %s', async (_rule, others, expected) => {
    const xml = response(unsignedAssertion({ conditions: conditions(audience(SP, ...others)) }));
    expect(await logged(xml)).toBe(expected);
  });

  it('what an unsigned assertion says is enough to say that it is for nobody here', async () => {
    expect(await logged(response(unsignedAssertion({ issuer: OTHER })))).toBe(
      `issuer_unknown: the issuer is ${OTHER}, matching 0`,
    );
  });
});

describe('at the ACS', () => {
  const xml = response(signedAssertion(), { destination: ACS });
  const at = (connection: string) => ({ ...atAcs(null), connection });

  it.each([
    ['is not there', 'nobody', 'issuer_unknown: no SAML connection of this name'],
    ['has metadata that cannot be had', 'down', 'metadata_unavailable'],
    ['is of another identity provider', 'foreign', `saml_issuer_mismatch: the issuer is ${IDP}`],
  ])('a connection that %s', async (_rule, name, expected) => {
    expect(await logged(xml, { at: at(name), others: [down, foreign] })).toBe(expected);
  });

  it('the issuer is that of the assertion, whatever the response around it says', async () => {
    const around = { destination: ACS, issuer: OTHER };
    const unsigned = response(unsignedAssertion(), around);
    expect(await logged(unsigned, { at: atAcs(null) })).toBe('saml_unsigned');
    expect(
      await logged(response(unsignedAssertion({ issuer: OTHER }), { destination: ACS }), { at: atAcs(null) }),
    ).toBe(`saml_issuer_mismatch: the issuer is ${OTHER}`);
  });

  it('an assertion of another shape is refused before any signature', async () => {
    const shapeless = response(unsignedAssertion({ conditions: '', attributes: attributes() }), { destination: ACS });
    expect(await logged(shapeless, { at: atAcs(null) })).toBe('saml_schema: Assertion without Conditions');
  });
});
