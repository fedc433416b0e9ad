import { expect, it } from '@jest/globals';
import { contentCiphers } from '../../../lib/identity/saml/encrypted-assertion.ts';

const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';

it('the ciphers of content are these, by their mode', () => {
  const gcm = [256, 192, 128].map((bits) => `${XENC11}aes${bits}-gcm`);
  const cbc = [256, 192, 128].map((bits) => `${XENC}aes${bits}-cbc`);
  expect(contentCiphers(['gcm'])).toEqual(gcm);
  expect(contentCiphers(['cbc'])).toEqual(cbc);
  expect(contentCiphers(['gcm', 'cbc'])).toEqual([...gcm, ...cbc]);
  expect(contentCiphers([])).toEqual([]);
});
