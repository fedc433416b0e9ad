import { describe, expect, it } from '@jest/globals';
import type { JwsAlgorithm } from '../../../lib/configuration/documents.ts';
import { type ParsedJwt, parseJwt } from '../../../lib/identity/oidc/jwt.ts';
import { allowedAlgorithm, verifySignature } from '../../../lib/identity/oidc/signature.ts';
import { ecKey, edKey, HEADER, otherRsaKey, p384Key, rsaKey, type TestKey, token } from './fixture.ts';

/** Without `alg` and `use`, so that nothing but the list of algorithms stands between them and a signature. */
const bare = ({ privateKey, jwk: { kty = '', crv, x, y, n, e } }: TestKey): TestKey => ({
  privateKey,
  jwk: JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })),
});

function signed(alg: string, by: TestKey, header: Readonly<Record<string, string>> = {}): ParsedJwt {
  const jwt = parseJwt(token({ header: { ...HEADER, ...header, alg }, signedBy: by }));
  if (!jwt.ok) throw new Error(jwt.refusal.reason);
  return jwt.value;
}

const verdict = async (jwt: ParsedJwt, keys: readonly TestKey[], allowed: readonly JwsAlgorithm[]) => {
  const outcome = await verifySignature(
    jwt,
    keys.map(({ jwk }) => jwk),
    allowed,
  );
  return outcome.ok ? 'verified' : outcome.refusal.reason;
};

const EACH: readonly (readonly [JwsAlgorithm, TestKey])[] = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const).map((each) => [each, bare(rsaKey)] as const),
  ['ES256', bare(ecKey)],
  ['ES384', bare(p384Key)],
  ['EdDSA', bare(edKey)],
];
const OTHERS = EACH.map(([each]) => each);

describe('the list of algorithms', () => {
  it.each(EACH)('lets a genuine signature under %s through where it is listed', async (algorithm, key) => {
    expect(await verdict(signed(algorithm, key), [key], [algorithm])).toBe('verified');
  });

  it.each(EACH)('stops a genuine signature under %s where every other is listed', async (algorithm, key) => {
    const others = OTHERS.filter((each) => each !== algorithm);
    expect(await verdict(signed(algorithm, key), [key], others)).toBe('algorithm_not_allowed');
    expect(await verdict(signed(algorithm, key), [key], [])).toBe('algorithm_not_allowed');
  });

  it.each(['none', 'HS256', 'rs256', 'RS256 ', 'ES256K', '__proto__', 'constructor'])(
    'has no %j, whatever is listed',
    (alg) => {
      expect(allowedAlgorithm({ alg, kid: undefined, typ: undefined }, OTHERS)).toMatchObject({
        refusal: { reason: 'algorithm_not_allowed' },
      });
    },
  );

  it('knows EdDSA by its other name too (RFC 9864)', async () => {
    expect(await verdict(signed('Ed25519', bare(edKey)), [bare(edKey)], ['EdDSA'])).toBe('verified');
  });
});

describe('the keys that are tried', () => {
  it('are eight at most that fit, however many do not', async () => {
    const unfit = Array.from({ length: 20 }, () => bare(ecKey));
    const wrong = (count: number) => Array.from({ length: count }, () => bare(otherRsaKey));
    const jwt = signed('RS256', rsaKey);
    expect(await verdict(jwt, [...unfit, ...wrong(7), bare(rsaKey)], ['RS256'])).toBe('verified');
    expect(await verdict(jwt, [...unfit, ...wrong(8), bare(rsaKey)], ['RS256'])).toBe('signature_invalid');
  });

  it('are none where there are none', async () => {
    expect(await verdict(signed('RS256', rsaKey), [], ['RS256'])).toBe('key_unknown');
  });
});
