import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { jwtVerify } from 'jose';
import type { OauthTokenGrant } from '../../lib/configuration/documents/oauth-token-grant.ts';
import type { DownstreamRequest } from '../../lib/downstream/downstream-request.ts';
import { downstreamTokens } from '../../lib/downstream/tokens.ts';
import { epochSeconds } from '../../lib/time.ts';
import {
  answer,
  aRequest,
  clientGrant,
  downstreamWorld,
  ENDPOINT,
  formOf,
  good,
  ISSUANCE,
  NOW,
  SECRET,
  signal,
} from './provider.ts';

const TYPES = 'urn:ietf:params:oauth:token-type:';
const GRANTS = 'urn:ietf:params:oauth:grant-type:';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const { provider: _, client: __, ...base } = clientGrant();
const exchange = (more: object = {}): OauthTokenGrant => ({
  ...{ ...base, provider: 'token-exchange', client: null, forward: 'assertion' },
  ...{ assertionAudience: null, requestedTokenType: null, ...more },
});
const bearer = (more: object = {}): OauthTokenGrant => ({
  ...{
    ...base,
    provider: 'jwt-bearer',
    client: null,
    assertionAudience: null,
    subject: null,
    defaultSubject: 'principal',
    scopeIn: 'form',
    signer: { kind: 'broker' },
    ...more,
  },
});
const account = { kind: 'secret', secret: SECRET, issuer: 'sa@acme.example', keyId: 'k1', algorithm: 'RS256' };

async function sent(grant: OauthTokenGrant, more: Partial<DownstreamRequest> = {}) {
  const world = downstreamWorld(() => good({ issued_token_type: `${TYPES}access_token` }));
  const current = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  world.secrets.set(SECRET, { current, previous: null, host: 'login.example.com' });
  const outcome = await downstreamTokens(world.ports).get(aRequest({ grant, scope: 'a b', ...more }), signal);
  return { outcome, form: formOf(world.asked[0]), signed: world.signed, world };
}

describe('client credentials (RFC 6749 section 4.4.2)', () => {
  it('has scope, audience and resource as the grant has them, and nothing else', async () => {
    const { form } = await sent(clientGrant({ resource: 'https://r.example' }), { audience: 'https://a.example' });
    expect(form).toEqual({
      ...{ grant_type: 'client_credentials', scope: 'a b' },
      ...{ audience: 'https://a.example', resource: 'https://r.example' },
    });
  });
});

describe('token exchange (RFC 8693 section 2.1)', () => {
  it("sends an assertion of the broker's for that server alone, which says who asks and who acts", async () => {
    const { form, signed } = await sent(exchange(), { act: { sub: 'client:agent' } });
    expect(form).toEqual({
      grant_type: `${GRANTS}token-exchange`,
      subject_token: 'broker-assertion-1',
      subject_token_type: `${TYPES}jwt`,
      requested_token_type: `${TYPES}access_token`,
      scope: 'a b',
    });
    expect(signed).toEqual([
      {
        type: 'JWT',
        claims: {
          ...{
            iss: 'https://broker.example.com',
            sub: 'github:repo:acme/web',
            aud: ENDPOINT,
            act: { sub: 'client:agent' },
          },
          ...{ iat: NOW, nbf: NOW, exp: NOW + 120, jti: `${ISSUANCE}.1` },
        },
      },
    ]);
  });

  it.each([
    ['119 s away', NOW + 119.5, NOW + 119],
    ['121 s away', NOW + 121, NOW + 120],
  ])('sends one that ends no later than the broker token that is the proof: %s', async (_, endsBy, exp) => {
    const { signed } = await sent(exchange(), { endsBy: epochSeconds(endsBy) });
    expect(signed[0]?.claims['exp']).toBe(exp);
  });

  it("sends the caller's own token as it came, and signs nothing", async () => {
    const proof = { token: 'p.r.f', tokenType: `${TYPES}id_token`, sha256: 'ab', expires: epochSeconds(NOW + 300) };
    const { form, signed } = await sent(exchange({ forward: 'proof', requestedTokenType: `${TYPES}jwt` }), { proof });
    expect(form).toMatchObject({
      subject_token: 'p.r.f',
      subject_token_type: `${TYPES}id_token`,
      requested_token_type: `${TYPES}jwt`,
    });
    expect(signed).toEqual([]);
  });
});

describe('JWT bearer (RFC 7523 section 2.1)', () => {
  it("has an assertion of the broker's, addressed as the grant says", async () => {
    const { form, signed } = await sent(bearer({ assertionAudience: 'https://login.example.com/' }));
    expect(form).toEqual({ grant_type: `${GRANTS}jwt-bearer`, assertion: 'broker-assertion-1', scope: 'a b' });
    expect(signed[0]?.claims).toMatchObject({ aud: 'https://login.example.com/', sub: 'github:repo:acme/web' });
  });

  it('has one that a service account signed, with its subject', async () => {
    const { form, signed } = await sent(bearer({ signer: account }), { subject: 'integration@acme.example' });
    const { payload, protectedHeader } = await jwtVerify(form['assertion'] ?? '', publicKey, {
      currentDate: new Date(NOW * 1000),
    });
    expect(protectedHeader).toEqual({ alg: 'RS256', kid: 'k1', typ: 'JWT' });
    expect(payload).toMatchObject({ iss: 'sa@acme.example', sub: 'integration@acme.example', aud: ENDPOINT });
    expect([payload['scope'], form['scope'], signed]).toEqual([undefined, 'a b', []]);
  });

  it('has the scope in the assertion where the server reads it there, and no subject that nobody named', async () => {
    const { form } = await sent(bearer({ scopeIn: 'assertion', signer: account }), { subject: null });
    expect(form).toEqual({ grant_type: `${GRANTS}jwt-bearer`, assertion: expect.any(String) });
    const { payload } = await jwtVerify(form['assertion'] ?? '', publicKey, { currentDate: new Date(NOW * 1000) });
    expect([payload['scope'], payload.sub]).toEqual(['a b', undefined]);
  });

  it('tries the previous key where the server refuses the signature (invalid_grant)', async () => {
    const world = downstreamWorld((_, number) => (number === 1 ? answer(400, { error: 'invalid_grant' }) : good()));
    const current = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    const previous = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    world.secrets.set(SECRET, { current: current.toString(), previous: `${previous}\n`, host: 'login.example.com' });
    // The two have other names than their first characters.
    const read: typeof world.ports.secrets.read = async (...args) => {
      const secret = await world.ports.secrets.read(...args);
      if (secret === null || secret.previous === null) return secret;
      const { current: now, previous: before } = secret;
      return { current: { ...now, versionId: 'v2' }, previous: { ...before, versionId: 'v1' } };
    };
    const tokens = downstreamTokens({ ...world.ports, secrets: { read } });
    const outcome = await tokens.get(aRequest({ grant: bearer({ signer: account }) }), signal);
    expect(outcome).toMatchObject({ ok: true, value: { token: { secretVersion: 'v1' } } });
  });

  it.each([
    ['signed by the broker', bearer()],
    ['that is an exchange', exchange()],
  ])('takes invalid_grant for what it says where it is %s', async (_, grant) => {
    const world = downstreamWorld(() => answer(400, { error: 'invalid_grant' }));
    const outcome = await downstreamTokens(world.ports).get(aRequest({ grant }), signal);
    expect(outcome).toMatchObject({ refusal: { reason: 'provider_refused' } });
  });
});
