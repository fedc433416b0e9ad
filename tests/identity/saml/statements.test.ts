import { describe, expect, it } from '@jest/globals';
import { element } from './element.ts';
import { attributes, response, signedAssertion } from './idp.ts';
import { verifyXml } from './verifying.ts';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

describe('an attribute', () => {
  it.each([
    ['true', undefined],
    ['1', undefined],
    ['false', ''],
    ['', ''],
  ])('leaves out a value that is nil: xsi:nil="%s"', async (nil, expected) => {
    const value = element('saml:AttributeValue', { 'xmlns:xsi': XSI, 'xsi:nil': nil });
    const statement = attributes(element('saml:Attribute', { Name: 'x' }, value));
    const outcome = await verifyXml(response(signedAssertion({ attributes: statement })));
    expect(outcome.ok && outcome.value.claims.values.get('x')).toBe(expected);
  });

  it('does not take another attribute of nil for xsi:nil, nor another of xsi', async () => {
    const values = [
      element('saml:AttributeValue', { nil: 'true' }, 'a'),
      element('saml:AttributeValue', { 'xmlns:xsi': XSI, 'xsi:type': 'true' }, 'b'),
    ];
    const statement = attributes(element('saml:Attribute', { Name: 'x' }, ...values));
    const outcome = await verifyXml(response(signedAssertion({ attributes: statement })));
    expect(outcome.ok && outcome.value.claims.values.get('x')).toEqual(['a', 'b']);
  });
});
