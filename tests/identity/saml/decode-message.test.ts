import { describe, expect, it } from '@jest/globals';
import { decodeMessage } from '../../../lib/identity/saml/decode-message.ts';

describe('a message', () => {
  const base64 = (bytes: number): string => Buffer.alloc(bytes, 'a').toString('base64');
  const said = (document: string) => {
    const decoded = decodeMessage(document);
    return decoded.ok ? decoded.value.bytes.length : [decoded.refusal.reason, decoded.refusal.log ?? null];
  };
  it.each([
    ['YQ==', 1],
    ['YQ', 1],
    ['YWE=', 2],
    ['YW\r\nE=\r\n', 2],
    ['Pz8_', 3],
    ['Pz8/', 3],
    [base64(100 * 1024), 100 * 1024],
  ])('%# is decoded', (document, bytes) => {
    expect(said(document)).toBe(bytes);
  });

  it.each<[string, unknown]>([
    ['', ['saml_encoding', { found: 'nothing' }]],
    ['====', ['saml_encoding', { found: 'a character of no alphabet, or of both' }]],
    ['Y', ['saml_encoding', { found: 'cut off, or padded wrongly' }]],
    ['YQ=', ['saml_encoding', { found: 'cut off, or padded wrongly' }]],
    ['YWE==', ['saml_encoding', { found: 'cut off, or padded wrongly' }]],
    ['Pz8_Pz8/', ['saml_encoding', { found: 'a character of no alphabet, or of both' }]],
    ['Y Q=', ['saml_encoding', { found: 'a blank: a + that was not sent as %2B' }]],
    ['/w==', ['saml_not_xml', { found: 'not UTF-8' }]],
    [base64(100 * 1024 + 1), ['saml_too_large', { bytes: 102_401 }]],
    [base64(110 * 1024), ['saml_too_large', { characters: 150_188 }]],
  ])('%# is none', (document, refused) => {
    expect(said(document)).toEqual(refused);
  });
});
