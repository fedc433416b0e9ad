import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parseJws } from '../../../lib/identity/oidc/jws.ts';
import { verifyJwt } from '../../../lib/identity/oidc/verify-jwt.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { Fault, refuse } from '../../../lib/outcome.ts';
import { seconds } from '../../../lib/time.ts';
import {
  AUDIENCE,
  type Circumstances,
  connection,
  context,
  ecKey,
  edKey,
  encode,
  HEADER,
  ISSUER,
  NOW,
  otherRsaKey,
  principal,
  refusal,
  rsaKey,
  token,
  using,
  verdict,
} from './fixture.ts';

describe('the principal of a token', () => {
  it('is named by connection and subject, with the label of the template', async () => {
    const named = await principal(token());
    expect(named.source).toEqual({ kind: 'connection', name: 'idp' });
    expect(named.subject).toBe('repo:acme/web:ref:refs/heads/main');
    expect(named.name).toBe('acme/web');
  });

  it('carries the evidence of the proof and never the proof', async () => {
    const jwt = token();
    const named = await principal(jwt);
    expect(named.proof).toEqual({
      kind: 'oidc',
      issuer: ISSUER,
      tokenId: 'token-1',
      sha256: createHash('sha256').update(jwt).digest('hex'),
      expires: NOW + 300,
    });
    expect(JSON.stringify({ ...named, claims: [...named.claims.values] })).not.toContain(jwt.slice(0, 40));
  });

  it('says of an ID-JAG whom it was made for, and of another token nothing', async () => {
    const idJag = { ...HEADER, typ: 'oauth-id-jag+jwt' };
    const made = token({ header: idJag, claims: { client_id: 'agent', scope: 'a b' } });
    const types = using({ types: ['oauth-id-jag+jwt'] });
    const forClient = { client: 'agent', scopes: ['a', 'b'], resources: null };
    expect((await principal(made, types)).forClient).toEqual(forClient);
    expect(await principal(token())).not.toHaveProperty('forClient');
    expect(await refusal(token({ header: idJag }), types)).toEqual({
      reason: 'claims_invalid',
      detail: 'An ID-JAG must have client_id.',
    });
  });

  const THUMBPRINT = 'k'.repeat(43);
  const bound = (cnf: unknown) => token({ claims: { cnf } as JsonObject });

  it('is bound to the key that its token is bound to (RFC 7800, RFC 9449)', async () => {
    expect((await principal(bound({ jkt: THUMBPRINT }))).boundTo).toBe(THUMBPRINT);
    expect((await principal(token())).boundTo).toBeUndefined();
  });

  it.each([
    { 'x5t#S256': THUMBPRINT },
    { jwk: { kty: 'OKP' } },
    { kid: 'key-1' },
    { jkt: THUMBPRINT, kid: 'key-1' },
    ...[{ jkt: THUMBPRINT.slice(1) }, { jkt: `${THUMBPRINT}k` }, { jkt: `=${THUMBPRINT.slice(1)}` }, { jkt: 7 }],
    ...[{}, [], null, THUMBPRINT],
  ])('is nobody where a key is named that no proof could be held against: cnf %j', async (cnf) => {
    expect(await refusal(bound(cnf))).toMatchObject({ reason: 'claims_invalid' });
  });

  it('keeps may_act as it is, for the decision', async () => {
    expect((await principal(token({ claims: { may_act: { sub: 'agent' } } }))).mayAct).toEqual({ sub: 'agent' });
    expect((await principal(token())).mayAct).toBeUndefined();
  });

  it.each(['bind', 'once'] as const)(
    'may be claimed under reuse %s until its end plus the tolerance',
    async (reuse) => {
      const named = await principal(token({ claims: { exp: NOW + 299.5 } }), using({ reuse }));
      expect(named.reuse).toEqual({ reuse, issuer: ISSUER, tokenId: 'token-1', until: NOW + 360 });
    },
  );

  it.each(['bind', 'once'] as const)('needs a token id under reuse %s', async (reuse) => {
    expect(await verdict(token({ claims: { jti: undefined } }), using({ reuse }))).toBe('claims_invalid');
  });

  it('needs no token id under reuse allow', async () => {
    expect((await principal(token({ claims: { jti: undefined } }))).reuse).toBeNull();
    expect((await principal(token())).reuse).toBeNull();
  });
});

describe('which connection a token is addressed to', () => {
  const lax = connection({ connection: 'lax', audience: ['https://lax.example'], require: [] });
  const strict = connection({ connection: 'strict' });

  it('is the one whose audience it has', async () => {
    const connections = [lax, strict];
    expect((await principal(token(), { connections })).source.name).toBe('strict');
    expect((await principal(token({ claims: { aud: 'https://lax.example' } }), { connections })).source.name).toBe(
      'lax',
    );
  });

  it('is not the lax one for a token of the strict one', async () => {
    const stranger = token({ claims: { repository_owner_id: '9' } });
    expect(await verdict(stranger, { connections: [lax, strict] })).toBe('requirement_not_met');
  });

  it('is none where the audiences belong to two', async () => {
    const both = token({ claims: { aud: [AUDIENCE, 'https://lax.example'] } });
    expect(await verdict(both, { connections: [lax, strict] })).toBe('audience_mismatch');
  });

  it('is none where two would take it', async () => {
    const twin = connection({ connection: 'twin', require: [] });
    expect(await verdict(token(), { connections: [twin, strict] })).toBe('audience_mismatch');
  });

  it('keeps to its own algorithms, whatever the issuer’s other connections take', async () => {
    const connections = [
      connection({ algorithms: ['ES256'] }),
      connection({ connection: 'b', audience: ['https://b.example'] }),
    ];
    expect(await verdict(token(), { connections })).toBe('algorithm_not_allowed');
  });

  it('is found by authorized party where a token has no aud (Cognito)', async () => {
    const cognito = connection({ preset: 'cognito', audience: [], authorizedParties: ['app-1'] });
    const access = (changes: object) => token({ claims: { aud: undefined, client_id: 'app-1', ...changes } });
    expect(await verdict(access({}), { connections: [cognito, lax] })).toBe('accepted');
    expect(await verdict(access({ client_id: 'app-2' }), { connections: [cognito] })).toBe('audience_mismatch');
    expect(await verdict(access({ client_id: undefined }), { connections: [cognito] })).toBe('audience_mismatch');
    expect(await verdict(access({ aud: 'app-1' }), { connections: [cognito] })).toBe('audience_mismatch');
    const both = { ...cognito, audience: [AUDIENCE] };
    expect(await verdict(access({}), { connections: [both] })).toBe('audience_mismatch');
  });

  it('has the keys of the very issuer that the token names', async () => {
    const entra = connection({
      preset: 'entra-id',
      issuers: [
        { issuer: 'https://sts.example.com/t/', jwksUri: 'https://v1.example.com/keys' },
        { issuer: ISSUER, jwksUri: 'https://v2.example.com/keys' },
      ],
    });
    const asked: Circumstances['asked'] = [];
    await verdict(token(), { connections: [entra], asked });
    expect(asked.map(({ jwksUri }) => jwksUri)).toEqual(['https://v2.example.com/keys']);
  });
});

describe('what a refusal says', () => {
  it('names the audience to somebody whom require admits', async () => {
    expect(await refusal(token({ claims: { aud: 'x' } }))).toEqual({
      reason: 'audience_mismatch',
      detail: 'Every value of aud must be one of: https://broker.example.com; the token has: x.',
    });
  });

  it('names no audience to a stranger', async () => {
    const stranger = token({ claims: { aud: 'x', repository_owner_id: '9' } });
    const { log, ...told } = await refusal(stranger);
    expect(told).toEqual({ reason: 'audience_mismatch' });
    expect(log?.found).toBe('Every value of aud must be one of: https://broker.example.com; the token has: x.');
  });

  it('tells a stranger nothing of times, parties or types', async () => {
    const stranger = token({
      claims: { repository_owner_id: '9', exp: NOW - 999, iat: NOW - 9999, nbf: undefined },
      header: { ...HEADER, typ: 'x' },
    });
    const refused = await refusal(stranger);
    expect(refused.reason).toBe('requirement_not_met');
    expect(refused.detail).toBeUndefined();
  });

  it('tells the log which check was missed', async () => {
    const { log } = await refusal(token({ claims: { repository_owner_id: '9' } }));
    expect(log).toEqual({ connection: 'idp', missed: 'StringEquals claims.repository_owner_id' });
    const require = [{ StringEquals: { 'claims.repository_owner_id': ['9'], 'claims.repository': ['no'] } }];
    expect((await refusal(token(), using({ require }))).log).toMatchObject({
      missed: 'StringEquals claims.repository_owner_id',
    });
  });
});

describe('sizes', () => {
  it.each([
    [20_000, 'AA', true],
    [20_001, 'AAA', false],
  ])('a token of %i characters is read: %s', (length, end, read) => {
    const compact = `${encode('{"alg":"RS256"}')}.${'A'.repeat(19_976)}.${end}`;
    expect(compact).toHaveLength(length);
    expect(parseJws(compact)).toMatchObject(read ? { ok: true } : { refusal: { reason: 'token_too_large' } });
  });

  it.each([
    ['sub', 1_024, 'accepted'],
    ['sub', 1_025, 'claims_invalid'],
    ['jti', 1_024, 'accepted'],
    ['jti', 1_025, 'claims_invalid'],
  ])('a %s of %i bytes: %s', async (name, bytes, expected) => {
    const value = `é${'x'.repeat(bytes - 2)}`;
    expect(await verdict(token({ claims: { [name]: value } }), using({ reuse: 'once' }))).toBe(expected);
  });
});

/** A key whose first octet of x is zero: one in 256 is so. */
const shortKey = (() => {
  for (;;) {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { kty, crv, x, y } = pair.publicKey.export({ format: 'jwk' });
    if (Buffer.from(String(x), 'base64url')[0] !== 0) continue;
    const jwk = { kid: 'ec', kty: String(kty), crv: String(crv), x: String(x), y: String(y) };
    return { privateKey: pair.privateKey, jwk };
  }
})();

describe('keys', () => {
  it.each([
    ['use enc', { use: 'enc' }, 'another use or key_ops'],
    ['key_ops encrypt', { key_ops: ['encrypt'] }, 'another use or key_ops'],
    ['key_ops no list', { key_ops: 'verify' }, 'another use or key_ops'],
    ['alg of another family', { alg: 'PS256' }, 'another alg'],
    ['alg of encryption', { alg: 'RSA-OAEP' }, 'another alg'],
    ['another kty', { kty: 'oct', k: 'AQAB' }, 'another kty'],
  ])('that say they are for something else verify nothing: %s', async (_name, members, found) => {
    const refused = await refusal(token(), { keys: [{ ...rsaKey.jwk, ...members }] });
    expect(refused).toEqual({ reason: 'key_unknown', log: { kid: 'rsa', algorithm: 'RS256', found } });
  });

  it.each([
    ['exponent 1', { e: 'AQ' }, 'e is even, below 3 or beyond 64 bits'],
    ['an even exponent', { e: 'AQAA' }, 'e is even, below 3 or beyond 64 bits'],
    ['an exponent that is no text', { e: 65537 }, 'e is not base64url of a number'],
    ['a modulus of 1,024 bits', { n: Buffer.alloc(128, 0xc1).toString('base64url') }, 'RSA of 1024 bits'],
    ['a modulus of 16,384 bits', { n: Buffer.alloc(2048, 0xc1).toString('base64url') }, 'RSA of 16384 bits'],
    ['no modulus', { n: null }, 'n is not base64url of a number'],
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map(
      (member) => [`the private member ${member}`, { [member]: 'AQAB' }, `a private key (${member})`] as const,
    ),
  ])('that cannot be used verify nothing, and the log says why: %s', async (_name, members, found) => {
    const refused = await refusal(token(), { keys: [{ ...rsaKey.jwk, ...members }] });
    expect(refused).toEqual({ reason: 'key_unusable', log: { kid: 'rsa', algorithm: 'RS256', found } });
  });

  it.each([
    ['off their curve', { y: ecKey.jwk['x'] ?? null }],
    ['with half a point', { y: null }],
    ['with a coordinate that is no base64url', { y: '*' }],
  ])('%s verify nothing', async (_name, members) => {
    const keys = [{ ...ecKey.jwk, ...members }];
    const refused = await refusal(token({ header: { alg: 'ES256', kid: 'ec' }, signedBy: ecKey }), { keys });
    expect(refused).toMatchObject({
      reason: 'key_unusable',
      log: { kid: 'ec', found: expect.stringMatching(/^no key/) },
    });
  });

  it.each([
    ['with padding', (n: string) => `${n}==`],
    [
      'with a zero octet in front',
      (n: string) => Buffer.concat([Buffer.alloc(1), Buffer.from(n, 'base64url')]).toString('base64url'),
    ],
    [
      'with padding and a zero octet, in base64 with + and /',
      (n: string) => Buffer.concat([Buffer.alloc(1), Buffer.from(n, 'base64url')]).toString('base64'),
    ],
  ])('whose modulus is written %s verify all the same', async (_name, written) => {
    const n = written(String(rsaKey.jwk['n']));
    expect(await verdict(token(), { keys: [{ ...rsaKey.jwk, n }] })).toBe('accepted');
    expect(await verdict(token({ signedBy: otherRsaKey }), { keys: [{ ...rsaKey.jwk, n }] })).toBe('signature_invalid');
  });

  it.each([
    [
      'without zeros in front',
      (bytes: Buffer) => bytes.subarray(bytes.findIndex((byte) => byte !== 0)).toString('base64url'),
    ],
    ['with a zero octet more', (bytes: Buffer) => Buffer.concat([Buffer.alloc(1), bytes]).toString('base64url')],
    ['with padding', (bytes: Buffer) => `${bytes.toString('base64url')}=`],
    ['in base64', (bytes: Buffer) => bytes.toString('base64')],
  ])('whose coordinates are written %s verify all the same', async (_name, written) => {
    const point = (jwk: JsonObject) => {
      const [x, y] = [jwk['x'], jwk['y']].map((each) => written(Buffer.from(String(each), 'base64url')));
      return { ...jwk, x: x ?? null, y: y ?? null };
    };
    for (const each of [shortKey, ecKey]) {
      const by = token({ header: { alg: 'ES256', kid: 'ec' }, signedBy: each });
      expect(await verdict(by, { keys: [point(each.jwk)] })).toBe('accepted');
      expect(await verdict(by, { keys: [point(each === ecKey ? shortKey.jwk : ecKey.jwk)] })).toBe('signature_invalid');
    }
    const byEd = token({ header: { alg: 'EdDSA', kid: 'ed' }, signedBy: edKey });
    expect(await verdict(byEd, { keys: [{ ...edKey.jwk, x: `${edKey.jwk['x']}=` }] })).toBe('accepted');
  });

  it('of one kid are each tried', async () => {
    expect(await verdict(token(), { keys: [otherRsaKey.jwk, rsaKey.jwk] })).toBe('accepted');
  });

  it('that can’t be had are an outage, not a bad token', async () => {
    const keySets = { find: async () => refuse('keys_unavailable') };
    expect(await verifyJwt(token(), { ...context(), keySets })).toEqual(refuse('keys_unavailable'));
  });
});

describe('faults', () => {
  it('of the configuration are thrown, never an answer', async () => {
    const plain = context();
    const configuration = {
      ...plain.configuration,
      oidcIssuer: async () => {
        throw new Fault('configuration', 'down');
      },
    };
    await expect(verifyJwt(token(), { ...plain, configuration })).rejects.toBeInstanceOf(Fault);
  });

  it('of two sources of keys for one issuer are thrown: one cluster’s keys never vouch for another’s tokens', async () => {
    const two = [
      connection({ issuers: [{ issuer: ISSUER, jwksUri: 'https://one.example/keys' }] }),
      connection({
        connection: 'b',
        audience: ['b'],
        issuers: [{ issuer: ISSUER, jwksUri: 'https://two.example/keys' }],
      }),
    ];
    await expect(verifyJwt(token(), context({ connections: two }))).rejects.toMatchObject({
      dependency: 'configuration',
      message: 'connections of one issuer name different key sets',
    });
  });

  it('a require that does not load admits nobody', async () => {
    const broken = using({ require: [{ StringNotEquals: { 'claims.x': ['1'] } }] });
    await expect(verifyJwt(token(), context(broken))).rejects.toBeInstanceOf(Fault);
  });

  it('the tolerance of the connection counts, not another’s', async () => {
    const late = token({ claims: { exp: NOW - 100, iat: NOW - 200, nbf: undefined } });
    expect(await verdict(late, using({ clockTolerance: seconds(101) }))).toBe('accepted');
    expect(await verdict(late, using({ clockTolerance: seconds(100) }))).toBe('expired');
  });
});
