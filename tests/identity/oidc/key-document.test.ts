import { describe, expect, it } from '@jest/globals';
import { keySetFault, keysIn, readDiscovery, readKeySet } from '../../../lib/identity/oidc/key-document.ts';
import type { JsonObject } from '../../../lib/json.ts';

const ISSUER = 'https://idp.example.com';
const KEY: JsonObject = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'a' };

/** The text of a JSON object, with blanks before its end up to so many bytes. */
const padded = (value: JsonObject, bytes: number): Buffer => {
  const text = JSON.stringify(value);
  return Buffer.from(`${text.slice(0, -1)}${' '.repeat(bytes - text.length)}}`);
};

const keySet = (members: number): Buffer =>
  Buffer.from(JSON.stringify({ keys: Array.from({ length: members }, () => ({ kty: 'oct' })) }));

describe('a key set', () => {
  it('is read up to 512 KB', () => {
    expect(readKeySet(padded({ keys: [KEY] }, 524_288))).toEqual({ keys: [KEY], skipped: [] });
    expect(readKeySet(padded({ keys: [KEY] }, 524_289))).toBeNull();
  });

  it.each([
    [{ ...KEY, p: 'p', d: 'd' }, 'a', 'a private key (d)'],
    [{ kty: 'oct', k: 'k', kid: 'a' }, 'a', 'a private key (k)'],
    [{ ...KEY, kid: 7 }, null, 'kid is no string'],
    [{ kty: 'AKP' }, null, 'a kty that nothing is verified with'],
    [null, null, 'no object'],
    ['text', null, 'no object'],
    [['d'], null, 'no object'],
  ] as const)('names what is no key in it: %j', (member, kid, found) => {
    expect(keysIn([member, KEY])).toEqual({ keys: [KEY], skipped: [{ kid, found }] });
    expect(keysIn([member])).toBeNull();
  });

  it.each([
    ['one byte over 512 KB', padded({ keys: [KEY] }, 524_289), 'it is no JSON object with a list of keys'],
    ['100 members that are no keys', keySet(100), 'all that it has are private, secret or of unknown types'],
    ['101 members that are no keys', keySet(101), 'it has more than 100 keys'],
  ])('that is none says why: %s', (_name, bytes, why) => {
    expect(readKeySet(bytes)).toBeNull();
    expect(keySetFault(bytes)).toBe(`is no set of public keys: ${why}`);
  });
});

describe('a discovery document', () => {
  const document = { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` };
  it('is read up to 128 KB', () => {
    expect(readDiscovery(padded(document, 131_072), ISSUER)).toBe(`${ISSUER}/keys`);
    expect(readDiscovery(padded(document, 131_073), ISSUER)).toBeNull();
  });
});
