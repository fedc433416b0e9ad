import { describe, expect, it } from '@jest/globals';
import type { JwsAlgorithm } from '../../../lib/configuration/documents/jws-algorithm.ts';
import { parseJws } from '../../../lib/identity/oidc/jws.ts';
import { parseJwt } from '../../../lib/identity/oidc/jwt.ts';
import { verifySignature } from '../../../lib/identity/oidc/signature.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { corpusFiles, corpusJson } from '../corpus.ts';

interface Example {
  readonly title: string;
  readonly input: { readonly payload: string; readonly key: JsonObject };
  readonly output: { readonly compact?: string; readonly json_flat?: { readonly protected: string } };
}

const ALGORITHMS: readonly JwsAlgorithm[] = ['RS256', 'PS384', 'ES512', 'EdDSA'];
const publicPart = (key: JsonObject): JsonObject => {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...rest } = key;
  return rest;
};
const files = (folder: string): string[] =>
  corpusFiles(`jose-cookbook/${folder}`)
    .filter((name) => name.endsWith('.json'))
    .map((name) => `jose-cookbook/${folder}/${name}`);

describe('the JOSE cookbook', () => {
  it.each([
    'jose-cookbook/jws/4_1.rsa_v15_signature.json',
    'jose-cookbook/jws/4_2.rsa-pss_signature.json',
    'jose-cookbook/jws/4_3.ecdsa_signature.json',
    'jose-cookbook/curve25519/jws.json',
  ])('verifies and reads as published: %s', async (file) => {
    const { input, output } = corpusJson<Example>(file);
    const jws = parseJws(output.compact ?? '');
    expect(jws.ok && Buffer.from(jws.value.payload).toString()).toBe(input.payload);
    expect(jws.ok && (await verifySignature(jws.value, [publicPart(input.key)], ALGORITHMS)).ok).toBe(true);
    // The key as published holds its private part, and a key that everybody can sign with proves nothing.
    expect(jws.ok && (await verifySignature(jws.value, [input.key], ALGORITHMS)).ok).toBe(false);
  });

  it.each(files('rfc7797'))('refuses an unencoded payload (RFC 7797): %s', (file) => {
    const { output } = corpusJson<Example>(file);
    const header = output.json_flat?.protected ?? '';
    expect(parseJws(`${header}.e30.e30`)).toMatchObject({ refusal: { reason: 'header_not_allowed' } });
    expect(parseJwt(output.compact ?? JSON.stringify(output)).ok).toBe(false);
  });

  it.each(files('jws').filter((file) => /4_[4-8]/.test(file)))(
    'refuses HMAC, detached and JSON forms: %s',
    async (file) => {
      const { input, output } = corpusJson<Example>(file);
      const jws = parseJws(output.compact ?? JSON.stringify(output));
      const keys = Array.isArray(input.key) ? [] : [input.key];
      expect(jws.ok && (await verifySignature(jws.value, keys, ALGORITHMS)).ok).toBe(false);
    },
  );

  it.each(files('jwe'))('refuses an encrypted token: %s', (file) => {
    const { output } = corpusJson<Example>(file);
    expect(parseJwt(output.compact ?? JSON.stringify(output))).toMatchObject({
      refusal: { reason: 'token_malformed' },
    });
  });
});
