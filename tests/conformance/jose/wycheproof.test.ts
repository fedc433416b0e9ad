import { describe, expect, it } from '@jest/globals';
import type { JwsAlgorithm } from '../../../lib/configuration/documents/jws-algorithm.ts';
import { parseJws } from '../../../lib/identity/oidc/jws.ts';
import { verifySignature } from '../../../lib/identity/oidc/signature.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { corpusJson } from '../corpus.ts';

interface Vectors {
  readonly testGroups: readonly {
    readonly comment: string;
    readonly public?: JwkOrSet;
    readonly private?: JwkOrSet;
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly jws?: unknown;
      readonly result: string;
    }[];
  }[];
}
type JwkOrSet = JsonObject & { readonly keys?: readonly JsonObject[] };

const EVERY_ALGORITHM: readonly JwsAlgorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];

/**
 * Labelled valid and refused here. 346 and 350 are PS384 under a key that says PS256, 347 and 351 a key that says
 * "ES521". Every vector under a symmetric key is refused besides, whatever its label: HMAC is no proof here.
 */
const REFUSED_THOUGH_VALID: Readonly<Record<string, readonly number[]>> = {
  'json_web_signature_test.json': [346, 347, 350, 351],
  'json_web_key_test.json': [],
  'json_web_crypto_test.json': [],
};

async function verdict(jws: string, keys: readonly JsonObject[]): Promise<'valid' | 'invalid'> {
  const parsed = parseJws(jws);
  if (!parsed.ok) return 'invalid';
  const { kid } = parsed.value.header;
  const candidates = kid === undefined ? keys : keys.filter((each) => each['kid'] === kid);
  return (await verifySignature(parsed.value, candidates, EVERY_ALGORITHM)).ok ? 'valid' : 'invalid';
}

describe.each(Object.keys(REFUSED_THOUGH_VALID))('Wycheproof %s', (file) => {
  const oddities = REFUSED_THOUGH_VALID[file] ?? [];
  const { testGroups } = corpusJson<Vectors>(`jws-wycheproof/${file}`);
  const cases = testGroups.flatMap((group) => {
    const given = group.public ?? group.private ?? {};
    const keys = given.keys ?? [given];
    const symmetric = keys.some((key) => key['kty'] === 'oct');
    return group.tests
      .filter(({ jws }) => jws !== undefined)
      .map(({ tcId, comment, jws, result }) => ({
        name: `${tcId} ${group.comment} ${comment}`,
        jws: typeof jws === 'string' ? jws : JSON.stringify(jws),
        keys,
        expected: symmetric || oddities.includes(tcId) ? 'invalid' : result,
      }));
  });

  it('has vectors', () => {
    expect(cases.length).toBeGreaterThan(20);
    expect(cases.some(({ expected }) => expected === 'valid')).toBe(true);
  });

  it.each(cases)('$name: $expected', async ({ jws, keys, expected }) => {
    expect(await verdict(jws, keys)).toBe(expected);
  });
});
