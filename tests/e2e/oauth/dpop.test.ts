import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ACCESS_TOKEN, basic, EXCHANGE, JWT, nightly, type OauthStage, startOauthStage, TOKEN } from './stage.ts';

let stage: OauthStage;
let mine: Awaited<ReturnType<typeof keyPair>>;

async function keyPair(alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { privateKey, alg, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
}

beforeAll(async () => {
  [stage, mine] = await Promise.all([startOauthStage(), keyPair()]);
}, 60_000);

afterAll(async () => {
  await stage.stop();
});

interface Proof {
  readonly path?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: typeof mine;
}

function proofOf({ path = TOKEN, claims = {}, header = {}, key = mine }: Proof = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ jti: randomUUID(), htm: 'POST', htu: `${stage.broker.url}${path}`, iat: now, ...claims })
    .setProtectedHeader({ alg: key.alg, typ: 'dpop+jwt', jwk: key.jwk, ...header })
    .sign(key.privateKey);
}

async function ask(form: Readonly<Record<string, string>>, dpop?: string, authorization: string | null = nightly) {
  const response = await fetch(`${stage.broker.url}${TOKEN}`, {
    method: 'POST',
    headers: {
      ...(dpop === undefined ? {} : { dpop }),
      ...(authorization === null ? {} : { authorization }),
    },
    body: new URLSearchParams({ ...form }),
  });
  return { status: response.status, body: Object(await response.json()) };
}

const chain = { grant_type: 'client_credentials', scope: 'chain' };

describe('a token request with a DPoP proof', () => {
  it.each(['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'])('gets a token that is bound to its key (%s)', async (alg) => {
    const key = await keyPair(alg);
    const { body } = await ask(chain, await proofOf({ key }));
    expect(body.token_type).toBe('DPoP');
    expect(decodeJwt(body.access_token)).toMatchObject({ cnf: { jkt: key.thumbprint } });
  });

  it('is told of its key by introspection', async () => {
    const { body } = await ask({ ...chain, scope: 'reports:read' }, await proofOf());
    const response = await fetch(`${stage.broker.url}/oauth2/introspect`, {
      method: 'POST',
      headers: { authorization: nightly },
      body: new URLSearchParams({ token: body.access_token }),
    });
    expect(await response.json()).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: mine.thumbprint } });
  });

  it('gets no second token by the same proof', async () => {
    const proof = await proofOf();
    expect((await ask(chain, proof)).status).toBe(200);
    expect(await ask(chain, proof)).toMatchObject({
      status: 400,
      body: { error: 'invalid_dpop_proof', reason: 'dpop_proof_replayed' },
    });
  });

  it.each<[string, Proof, string]>([
    ['another method', { claims: { htm: 'GET' } }, 'htm'],
    ['another address', { path: '/oauth2/introspect' }, 'htu'],
    ['another host', { claims: { htu: `https://broker.example.com${TOKEN}` } }, 'htu'],
    ['no address', { claims: { htu: 5 } }, 'htu'],
    ['no id', { claims: { jti: '' } }, 'jti'],
    ['a time long ago', { claims: { iat: Math.floor(Date.now() / 1000) - 70 } }, 'iat'],
    ['a time to come', { claims: { iat: Math.floor(Date.now() / 1000) + 60 } }, 'iat'],
    ['no time', { claims: { iat: 'now' } }, 'iat'],
    ['another type', { header: { typ: 'JWT' } }, 'typ'],
    ['no key', { header: { jwk: undefined } }, 'jwk'],
    ['a private key', { header: { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', d: 'AA' } } }, 'jwk'],
  ])('is refused with %s', async (_, proof, check) => {
    const { status, body } = await ask(chain, await proofOf(proof));
    expect([status, body.error, body.reason]).toEqual([400, 'invalid_dpop_proof', 'dpop_proof_invalid']);
    expect(body.error_description).toContain(check);
  });

  it('is refused with a signature of another key, and with two proofs', async () => {
    const other = await keyPair();
    for (const proof of [await proofOf({ header: { jwk: other.jwk } }), `${await proofOf()}, ${await proofOf()}`]) {
      expect((await ask(chain, proof)).body).toMatchObject({ reason: 'dpop_proof_invalid' });
    }
  });

  it('ignores query, fragment, case of the host and a final slash in the address, as RFC 9449 wants', async () => {
    const htu = `${stage.broker.url.replace('http', 'HTTP')}${TOKEN}/?a=b#c`;
    expect((await ask(chain, await proofOf({ claims: { htu } }))).status).toBe(200);
  });
});

describe('a client with dpop: required', () => {
  const bound = basic('bound-bot', 'the-secret-of-bound-bot');

  it('gets no broker token without a proof', async () => {
    const form = { grant_type: 'client_credentials', scope: 'reports:read' };
    expect((await ask(form, undefined, bound)).body).toMatchObject({
      error: 'invalid_dpop_proof',
      reason: 'dpop_proof_missing',
    });
    expect((await ask(form, await proofOf(), bound)).body).toMatchObject({ token_type: 'DPoP' });
  });
});

describe('a token that is bound to a key', () => {
  const tokenOf = async (scope: string): Promise<string> =>
    (await ask({ grant_type: 'client_credentials', scope }, await proofOf())).body.access_token;
  const exchange = (token: string) => ({
    ...{ grant_type: EXCHANGE, scope: 'reports:read' },
    ...{ subject_token: token, subject_token_type: ACCESS_TOKEN },
  });

  it('is a proof here with a proof of its key alone, and what comes of it is bound too', async () => {
    const form = { subject_token: await stage.broker.idp.token('web-main'), subject_token_type: JWT };
    const { body } = await ask({ grant_type: EXCHANGE, scope: 'chain', ...form }, await proofOf(), null);
    const token = body.access_token;
    const stolen = await keyPair();
    expect((await ask(exchange(token), undefined, null)).body.reason).toBe('dpop_proof_missing');
    expect((await ask(exchange(token), await proofOf({ key: stolen }), null)).body.reason).toBe('dpop_key_mismatch');
    const granted = await ask(exchange(token), await proofOf(), null);
    expect(decodeJwt(granted.body.access_token)).toMatchObject({ cnf: { jkt: mine.thumbprint } });
  });

  it("opens the broker's own API for whoever has the key", async () => {
    const path = '/v1/issuances';
    const token = await tokenOf('broker:issuances:read');
    const ath = createHash('sha256').update(token).digest('base64url');
    const read = async (authorization: string, dpop?: string) => {
      const headers = { authorization, ...(dpop === undefined ? {} : { dpop }) };
      const response = await fetch(`${stage.broker.url}${path}`, { headers });
      return [response.status, Object(await response.json()).reason, response.headers.get('www-authenticate')];
    };
    const good = { path, claims: { htm: 'GET', ath } };
    const challenge = expect.stringMatching(/^DPoP .*invalid_dpop_proof/);
    const once = await proofOf(good);
    expect(await read(`DPoP ${token}`, once)).toMatchObject([200, undefined, null]);
    expect(await read(`DPoP ${token}`, once)).toEqual([401, 'dpop_proof_replayed', challenge]);
    expect(await read(`Bearer ${token}`)).toEqual([401, 'dpop_proof_missing', challenge]);
    const without = await proofOf({ path, claims: { htm: 'GET' } });
    expect(await read(`DPoP ${token}`, without)).toEqual([401, 'dpop_proof_invalid', challenge]);
    const stolen = await proofOf({ ...good, key: await keyPair() });
    expect(await read(`DPoP ${token}`, stolen)).toEqual([401, 'dpop_key_mismatch', challenge]);
    const { body } = await ask({ grant_type: 'client_credentials', scope: 'broker:issuances:read' });
    expect(await read(`DPoP ${body.access_token}`, await proofOf(good))).toEqual([401, 'dpop_key_mismatch', challenge]);
  });

  it('gets AWS credentials with a proof for that address', async () => {
    const form = { subject_token: await stage.broker.idp.token('web-main'), subject_token_type: JWT };
    const { body } = await ask({ grant_type: EXCHANGE, scope: 'chain', ...form }, await proofOf(), null);
    const path = '/v1/credentials/role';
    const ath = createHash('sha256').update(body.access_token).digest('base64url');
    const dpop = await proofOf({ path, claims: { htm: 'GET', ath } });
    const fetchWith = async (headers: Readonly<Record<string, string>>) =>
      (await fetch(`${stage.broker.url}${path}`, { headers })).status;
    expect(await fetchWith({ authorization: `Bearer ${body.access_token}` })).toBe(401);
    expect(await fetchWith({ authorization: `Bearer ${body.access_token}`, dpop })).toBe(401);
    expect(await fetchWith({ authorization: `DPoP ${body.access_token}` })).toBe(401);
    expect(await fetchWith({ authorization: `DPoP ${body.access_token}`, dpop })).toBe(403);
  });
});

it('the metadata says which algorithms proofs may have', async () => {
  for (const name of ['oauth-authorization-server', 'oauth-protected-resource']) {
    const metadata = Object(await (await fetch(`${stage.broker.url}/.well-known/${name}`)).json());
    expect(metadata.dpop_signing_alg_values_supported).toContain('ES256');
  }
});
