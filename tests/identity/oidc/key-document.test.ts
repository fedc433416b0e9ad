import { describe, expect, it } from '@jest/globals';
import { keysIn, readDiscovery, readKeySet } from '../../../lib/identity/oidc/key-document.ts';
import type { JsonObject } from '../../../lib/json.ts';

const ISSUER = 'https://idp.example.com';
const KEY: JsonObject = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'a' };

/** The text of a JSON object, with blanks before its end up to so many bytes. */
const padded = (value: JsonObject, bytes: number): Buffer => {
  const text = JSON.stringify(value);
  return Buffer.from(`${text.slice(0, -1)}${' '.repeat(bytes - text.length)}}`);
};

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
});

describe('a discovery document', () => {
  const document = { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` };
  it('is read up to 128 KB', () => {
    expect(readDiscovery(padded(document, 131_072), ISSUER)).toBe(`${ISSUER}/keys`);
    expect(readDiscovery(padded(document, 131_073), ISSUER)).toBeNull();
  });
});
