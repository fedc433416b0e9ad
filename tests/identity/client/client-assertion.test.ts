import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CryptoKey } from 'jose';
import type { Client } from '../../../lib/configuration/documents/clients.ts';
import { verifyClient } from '../../../lib/identity/client/verify-client.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { accept, refuse } from '../../../lib/outcome.ts';
import type { KeySets } from '../../../lib/ports/keys.ts';
import { epochSeconds } from '../../../lib/time.ts';
import { NOW_SECONDS } from '../../fakes/world.ts';
import { assertion, client, contextOf, HOUR, ISSUER, keyPair } from './fixtures.ts';

const ENDPOINT = `${ISSUER}/oauth2/token`;
let key: CryptoKey;
let otherKey: CryptoKey;
let jwk: JsonObject;

beforeAll(async () => {
  ({ privateKey: key, jwk } = await keyPair('k1'));
  ({ privateKey: otherKey } = await keyPair('k1'));
});

const bot = (audience: 'issuer' | 'token-endpoint' = 'issuer'): Client =>
  client('jwt-bot', { method: 'jwks', jwks: { keys: [jwk] }, audience });
const present = async (text: string, name: string | null = null, registered = bot()) =>
  verifyClient({ method: 'private_key_jwt', assertion: text, client: name }, 'refuse', contextOf([registered]));
const failed = (check: string, log: Readonly<Record<string, unknown>> = {}) => ({
  ok: false,
  refusal: { reason: 'client_authentication_failed', log: { ...log, check } },
});
const byKey = (kid: string | null) => ({ kid, algorithm: 'ES256', found: null });
/** Once the signature holds the client, and nobody else, is told more. */
const toldWhy = (check: string) => ({
  ok: false,
  refusal: { reason: 'client_authentication_failed', detail: expect.any(String), log: { check } },
});
const TOLD = [
  'audience_mismatch',
  'type_mismatch',
  'expired',
  'not_yet_valid',
  'claims_invalid',
  'assertion_lifetime',
  'assertion_jti',
  'assertion_bound',
];

describe('a client assertion', () => {
  it('is good once, as itself, for five minutes at most (RFC 7523 sections 2.2 and 3)', async () => {
    const outcome = await present(await assertion(key));
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        client: 'jwt-bot',
        proof: {
          kind: 'client-assertion',
          issuer: 'jwt-bot',
          tokenId: 'j1',
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          expires: NOW_SECONDS + 60,
        },
        reuse: { reuse: 'once', issuer: 'client:jwt-bot', tokenId: 'j1', until: NOW_SECONDS + 120 },
      },
    });
  });

  it.each([
    ['a client_id beside it that is the same', {}, {}, 'jwt-bot'],
    ['the type client-authentication+jwt', {}, { typ: 'client-authentication+jwt' }, null],
    ['a list of the issuer alone', { aud: [ISSUER] }, {}, null],
    ['300 seconds to live', { exp: NOW_SECONDS + 300 }, {}, null],
    ['300 seconds to live and no iat', { iat: undefined, exp: NOW_SECONDS + 300 }, {}, null],
    ['an end one second within the tolerance', { iat: NOW_SECONDS - 90, exp: NOW_SECONDS - 59 }, {}, null],
    ['an nbf 8 seconds ahead', { nbf: NOW_SECONDS + 8 }, {}, null],
    ['an nbf at the edge of the tolerance', { nbf: NOW_SECONDS + 60 }, {}, null],
    ['an iat at the edge of the tolerance', { iat: NOW_SECONDS + 60, exp: NOW_SECONDS + 90 }, {}, null],
    ['no kid', {}, { kid: undefined }, null],
    ['an id of one character', { jti: 'j' }, {}, null],
  ])('is accepted with %s', async (_, claims, header, name) => {
    expect(await present(await assertion(key, claims, header), name)).toMatchObject({ ok: true });
  });

  it.each([
    ['no sub', { sub: undefined }, 'assertion_subject'],
    ['another sub', { sub: 'api' }, 'assertion_subject'],
    ['another iss', { iss: 'api' }, 'assertion_subject'],
    ['no iss', { iss: undefined, sub: undefined }, 'assertion_subject'],
    ['an unknown client', { iss: 'nobody', sub: 'nobody' }, 'client_unknown'],
    ['no aud', { aud: undefined }, 'audience_mismatch'],
    ['another aud', { aud: 'https://other.example.com' }, 'audience_mismatch'],
    ['the issuer with a final slash', { aud: `${ISSUER}/` }, 'audience_mismatch'],
    ['the token endpoint as aud', { aud: ENDPOINT }, 'audience_mismatch'],
    ['the issuer among others', { aud: [ISSUER, ENDPOINT] }, 'audience_mismatch'],
    ['an empty list as aud', { aud: [] }, 'audience_mismatch'],
    ['no exp', { exp: undefined }, 'claims_invalid'],
    ['an end at the tolerance', { iat: NOW_SECONDS - 90, exp: NOW_SECONDS - 60 }, 'expired'],
    ['an end five minutes ago', { iat: undefined, exp: NOW_SECONDS - 300 }, 'expired'],
    ['301 seconds to live', { exp: NOW_SECONDS + 301 }, 'assertion_lifetime'],
    ['301 seconds to live and no iat', { iat: undefined, exp: NOW_SECONDS + 301 }, 'assertion_lifetime'],
    ['an nbf 61 seconds ahead', { nbf: NOW_SECONDS + 61, exp: NOW_SECONDS + 90 }, 'not_yet_valid'],
    ['an iat 61 seconds ahead', { iat: NOW_SECONDS + 61, exp: NOW_SECONDS + 90 }, 'not_yet_valid'],
    ['no jti', { jti: undefined }, 'assertion_jti'],
    ['an empty jti', { jti: '' }, 'assertion_jti'],
    ['a jti of 257 characters', { jti: 'j'.repeat(257) }, 'assertion_jti'],
    ['a jti that is a number', { jti: 7 }, 'assertion_jti'],
    ['a further key that it is bound to', { cnf: { jkt: 'k'.repeat(43) } }, 'assertion_bound'],
    ['a cnf that says nothing', { cnf: null }, 'assertion_bound'],
  ])('with %s is refused', async (_, claims, check) => {
    expect(await present(await assertion(key, claims))).toEqual(TOLD.includes(check) ? toldWhy(check) : failed(check));
    expect(await present(await assertion(otherKey, claims))).not.toMatchObject(toldWhy(check));
  });

  it('that is bound to a further key is told what of that is wrong', async () => {
    const detail = 'It is bound to a further key (cnf), which nothing here proves.';
    expect(await present(await assertion(key, { cnf: {} }))).toMatchObject({ refusal: { detail } });
  });

  it('that another key signed is refused', async () => {
    expect(await present(await assertion(otherKey))).toEqual(failed('signature_invalid', byKey('k1')));
  });

  it('under a kid that is not registered is refused', async () => {
    expect(await present(await assertion(key, {}, { kid: 'k2' }))).toEqual(failed('key_unknown', byKey('k2')));
  });

  it.each(['RS384', 'RS512', 'PS384', 'PS512'])('genuinely signed under %s is refused', async (alg) => {
    const { privateKey, jwk: registered } = await keyPair('k1', alg);
    const keyed = client('jwt-bot', { method: 'jwks', jwks: { keys: [registered] }, audience: 'issuer' });
    const outcome = await present(await assertion(privateKey, {}, { alg }), null, keyed);
    expect(outcome).toEqual(failed('algorithm_not_allowed', { algorithm: alg }));
  });

  it('of another type is refused', async () => {
    expect(await present(await assertion(key, {}, { typ: 'at+jwt' }))).toEqual(toldWhy('type_mismatch'));
  });

  it.each(['', 'a.b.c', 'x'.repeat(20_001)])('that is no JWT is refused', async (text) => {
    expect(await present(text)).toMatchObject({ ok: false, refusal: { reason: 'client_authentication_failed' } });
  });

  it('beside the client_id of another is refused', async () => {
    expect(await present(await assertion(key), 'api')).toEqual(failed('assertion_client_id'));
  });

  it.each([ISSUER, ENDPOINT])('for %s is accepted of a client whose registration says so', async (aud) => {
    expect(await present(await assertion(key, { aud }), null, bot('token-endpoint'))).toMatchObject({ ok: true });
  });

  it('of a client with a secret is refused', async () => {
    const secretive = client('jwt-bot', { method: 'secret', secret: 'token-broker/clients/x', overlap: HOUR });
    expect(await present(await assertion(key), null, secretive)).toEqual(failed('client_method'));
  });

  it('is verified with the keys at jwksUri, under a name of its client', async () => {
    const asked: unknown[] = [];
    const registered = client('jwt-bot', {
      method: 'jwks-uri',
      jwksUri: 'https://bot.example/jwks',
      audience: 'issuer',
    });
    const keySets = {
      find: async (source: unknown, kid: unknown) => {
        asked.push([source, kid]);
        return accept([jwk]);
      },
    };
    const text = await assertion(key);
    const proof = { method: 'private_key_jwt', assertion: text, client: null } as const;
    expect(await verifyClient(proof, 'refuse', contextOf([registered], { keySets }))).toMatchObject({ ok: true });
    expect(asked).toEqual([[{ issuer: 'client:jwt-bot', jwksUri: 'https://bot.example/jwks' }, 'k1']]);
    const down = { find: async () => refuse('keys_unavailable') };
    expect(await verifyClient(proof, 'refuse', contextOf([registered], { keySets: down }))).toMatchObject({
      refusal: { reason: 'keys_unavailable' },
    });
  });

  it('is verified with a newer key at jwksUri where it names none and those at hand verify nothing', async () => {
    const registered = client('jwt-bot', {
      method: 'jwks-uri',
      jwksUri: 'https://bot.example/jwks',
      audience: 'issuer',
    });
    const { jwk: old } = await keyPair('k0');
    const keySets = (newer: readonly JsonObject[]): KeySets => ({
      find: async (_source, _kid, _signal, tried) => accept(tried === undefined ? [old] : newer),
    });
    const proof = {
      method: 'private_key_jwt',
      assertion: await assertion(key, {}, { kid: undefined }),
      client: null,
    } as const;
    const present = (newer: readonly JsonObject[]) =>
      verifyClient(proof, 'refuse', contextOf([registered], { keySets: keySets(newer) }));
    expect(await present([jwk])).toMatchObject({ ok: true });
    expect(await present([])).toEqual(failed('signature_invalid', byKey(null)));
  });

  it('is remembered until its end and the tolerance, rounded up', async () => {
    expect(await present(await assertion(key, { exp: NOW_SECONDS + 60.5 }))).toMatchObject({
      value: { reuse: { until: NOW_SECONDS + 121 } },
    });
  });

  it('lasts from when it was issued, not from now', async () => {
    const long = { iat: NOW_SECONDS - 200, exp: NOW_SECONDS + 150 };
    expect(await present(await assertion(key, long))).toMatchObject({
      refusal: { detail: 'It may last 300 seconds at most; it lasts 350.' },
    });
  });

  it('is over one second after its end and the tolerance', async () => {
    const context = contextOf([bot()], { now: epochSeconds(NOW_SECONDS + 120) });
    const proof = { method: 'private_key_jwt', assertion: await assertion(key), client: null } as const;
    expect(await verifyClient(proof, 'refuse', context)).toEqual(toldWhy('expired'));
    const before = { ...context, now: epochSeconds(NOW_SECONDS + 119) };
    expect(await verifyClient(proof, 'refuse', before)).toMatchObject({ ok: true });
  });
});
