import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { tokenSigner } from '../../../lib/aws/secrets-manager/token-signer.ts';
import { systemRandom } from '../../../lib/host/random.ts';
import { makeSigningKey } from '../../../lib/keys/signing-key.ts';

const signal = new AbortController().signal;

describe('an ES256 signature', () => {
  it('is 64 octets that verify, also where R or S begins with zeros (RFC 7518 section 3.4)', async () => {
    const current = await makeSigningKey('ES256', systemRandom);
    const secret = { value: JSON.stringify({ current, next: current, previous: null }), versionId: 'v1', tags: {} };
    const signer = tokenSigner(async () => ({ read: async () => ({ current: secret, previous: null }) }), 'ring');
    const key = createPublicKey({ key: { ...current }, format: 'jwk' });
    const zeros = { r: 0, s: 0 };
    // One R in 256 begins with a zero, and one S: until both were met, with its first bit set behind it or not.
    for (let count = 0; count < 1_000 || zeros.r === 0 || zeros.s === 0; count += 1) {
      const jws = await signer.sign('at+jwt', { count }, signal);
      const at = jws.lastIndexOf('.');
      const signature = Buffer.from(jws.slice(at + 1), 'base64url');
      if (signature[0] === 0) zeros.r += 1;
      if (signature[32] === 0) zeros.s += 1;
      expect(signature).toHaveLength(64);
      expect(verify('sha256', Buffer.from(jws.slice(0, at)), { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    }
  });
});
