import { describe, expect, it } from '@jest/globals';
import type { JwsAlgorithm } from '../../../lib/configuration/documents/jws-algorithm.ts';
import { type ParsedJwt, parseJwt } from '../../../lib/identity/oidc/jwt.ts';
import { allowedAlgorithm, verifySignature, verifyWithNewer } from '../../../lib/identity/oidc/signature.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { accept, type Outcome, refuse } from '../../../lib/outcome.ts';
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

const rsaFor = (use: string): JsonObject => ({ ...bare(rsaKey).jwk, use });
const OTHER = 'another kty; another use or key_ops';
const BROKEN = 'another kty; n is not base64url of a number';
const NO_KEY = 'no key (a member is missing, or a point off its curve)';

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

  it.each([
    ['none', [], 'key_unknown', null],
    ['those of other types', [bare(ecKey).jwk, bare(edKey).jwk, rsaFor('enc')], 'key_unknown', OTHER],
    ['one with a broken number', [bare(ecKey).jwk, { ...bare(rsaKey).jwk, n: '' }], 'key_unusable', BROKEN],
    ['one of a curve without its point', [{ kty: 'EC', crv: 'P-256', x: 'AQ', y: 'AQ' }], 'key_unusable', NO_KEY],
    ['one that did not sign', [bare(ecKey).jwk, bare(otherRsaKey).jwk], 'signature_invalid', 'another kty'],
    ['one alone that did not sign', [bare(otherRsaKey).jwk], 'signature_invalid', null],
  ])('are told in the log, each way that they do not fit once: %s', async (_name, jwks, reason, found) => {
    const alg = found === NO_KEY ? 'ES256' : 'RS256';
    const jwt = signed(alg, alg === 'ES256' ? ecKey : rsaKey);
    const log = { kid: 'rsa', algorithm: alg, found };
    expect(await verifySignature(jwt, jwks, [alg])).toEqual({ ok: false, refusal: { reason, log } });
  });

  it('are told in the log for a token that names none', async () => {
    const jwt = signed('RS256', rsaKey);
    const nameless = { ...jwt, header: { ...jwt.header, kid: undefined } };
    expect(await verifySignature(nameless, [], ['RS256'])).toMatchObject({
      refusal: { log: { kid: null, algorithm: 'RS256', found: null } },
    });
  });

  it('are read once, however many tokens they verify', async () => {
    const { jwk } = bare(rsaKey);
    let reads = 0;
    const watched: JsonObject = Object.defineProperty({ ...jwk }, 'n', {
      get: () => {
        reads += 1;
        return jwk['n'];
      },
    });
    const verify = (alg: JwsAlgorithm) => verifySignature(signed(alg, rsaKey), [watched], [alg]);
    expect((await verify('RS256')).ok).toBe(true);
    const once = reads;
    expect(once).toBeGreaterThan(0);
    for (let count = 0; count < 3; count += 1) expect((await verify('RS256')).ok).toBe(true);
    expect(reads).toBe(once);
    expect((await verify('PS256')).ok).toBe(true);
    expect(reads).toBe(2 * once);
    await Promise.all([verify('RS256'), verify('PS256')]);
    expect(reads).toBe(2 * once);
  });

  it('verify nothing under another header than the one that was judged', async () => {
    const { compact } = signed('PS256', bare(rsaKey));
    const { header } = signed('RS256', bare(rsaKey));
    expect(await verifySignature({ compact, header }, [bare(rsaKey).jwk], ['RS256', 'PS256'])).toMatchObject({
      refusal: { reason: 'signature_invalid' },
    });
  });
});

describe('newer keys', () => {
  const jwt = signed('RS256', rsaKey);
  const nameless = { ...jwt, header: { ...jwt.header, kid: undefined } };
  const [right, wrong] = [[bare(rsaKey).jwk], [bare(otherRsaKey).jwk]];

  async function withNewer(token: ParsedJwt, jwks: readonly JsonObject[], answer: Outcome<readonly JsonObject[]>) {
    const asked: (readonly JsonObject[])[] = [];
    const outcome = await verifyWithNewer(token, jwks, ['RS256'], async (tried) => {
      asked.push(tried);
      return answer;
    });
    return [outcome.ok ? 'verified' : outcome.refusal.reason, asked];
  }

  it.each([
    ['are asked for and tried', nameless, wrong, accept(right), 'verified', [wrong]],
    ['that verify nothing either end it', nameless, wrong, accept(wrong), 'signature_invalid', [wrong]],
    ['of which there are none change nothing', nameless, wrong, accept([]), 'signature_invalid', [wrong]],
    ['that cannot be had change nothing', nameless, wrong, refuse('keys_unavailable'), 'signature_invalid', [wrong]],
    ['are not asked for where a held one verifies', nameless, right, accept(wrong), 'verified', []],
    ['are not asked for where the token names its key', jwt, wrong, accept(right), 'signature_invalid', []],
  ])('%s', async (_name, token, jwks, answer, verdict, asked) => {
    expect(await withNewer(token, jwks, answer)).toEqual([verdict, asked]);
  });
});
