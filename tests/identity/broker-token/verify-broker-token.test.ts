import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CryptoKey } from 'jose';
import { verifyBrokerToken } from '../../../lib/identity/broker-token/verify-broker-token.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { Fault } from '../../../lib/outcome.ts';
import { epochMilliseconds, epochSeconds } from '../../../lib/time.ts';
import { memoryRevocations } from '../../aws/dynamodb/memory-state.ts';
import { NOW_SECONDS } from '../../fakes/world.ts';
import { keyPair } from '../client/fixtures.ts';
import { rsaKey } from '../oidc/fixture.ts';
import { brokerToken, contextOf, ID, ISSUER, LINEAGE, parsed } from './fixtures.ts';

const kept = { privateKey: rsaKey.privateKey, jwk: { ...rsaKey.jwk, kid: 'k1' } };

let key: CryptoKey;
let otherKey: CryptoKey;
let jwk: JsonObject;

beforeAll(async () => {
  ({ privateKey: key, jwk } = await keyPair('k1'));
  ({ privateKey: otherKey } = await keyPair('k1'));
});

describe('a token of this broker', () => {
  it('is what it says while it lasts (RFC 9068 section 4)', async () => {
    const act = { sub: 'client:agent' };
    const outcome = await verifyBrokerToken(parsed(await brokerToken(key, { act, scope: 'a b' })), contextOf([jwk]));
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        subject: 'client:nightly-bot',
        audience: ISSUER,
        clientId: 'nightly-bot',
        tokenId: ID,
        scopes: ['a', 'b'],
        expires: NOW_SECONDS + 600,
        issuedAt: NOW_SECONDS,
        act,
        parents: [],
        presenters: [],
        through: [],
        scopesBefore: [],
        exchanges: 0,
        boundTo: null,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
  });

  it.each([
    [{ jkt: 'thumbprint' }, 'thumbprint'],
    [{ jkt: 7 }, null],
    [{ 'x5t#S256': 'thumbprint' }, null],
    ['thumbprint', null],
  ])('is bound to the key that it names: %j (RFC 9449 section 6.1)', async (cnf, boundTo) => {
    const outcome = await verifyBrokerToken(parsed(await brokerToken(key, { cnf })), contextOf([jwk]));
    expect(outcome).toMatchObject({ value: { boundTo } });
  });

  it.each(['ES256', 'EdDSA', 'RS256'] as const)('is signed under %s', async (alg) => {
    const pair = alg === 'RS256' ? kept : await keyPair('k1', alg);
    const token = parsed(await brokerToken(pair.privateKey, {}, { alg }));
    expect(await verifyBrokerToken(token, contextOf([pair.jwk]))).toMatchObject({ ok: true });
  });

  it('may be two seconds from the future, by the clock of the instance that signed it', async () => {
    const ahead = await brokerToken(key, { iat: NOW_SECONDS + 2, nbf: NOW_SECONDS + 2 });
    expect(await verifyBrokerToken(parsed(ahead), contextOf([jwk]))).toMatchObject({ ok: true });
  });

  it.each([
    ['another issuer', { iss: 'https://other.example.com' }, {}, 'issuer_unknown'],
    ['the type JWT', {}, { typ: 'JWT' }, 'type_mismatch'],
    ['no type', {}, { typ: undefined }, 'type_mismatch'],
    ['a key that is not published', {}, { kid: 'k2' }, 'key_unknown'],
    ['no sub', { sub: undefined }, {}, 'claims_invalid'],
    ['a list as aud', { aud: [ISSUER] }, {}, 'claims_invalid'],
    ['no client_id', { client_id: undefined }, {}, 'claims_invalid'],
    ['no jti', { jti: undefined }, {}, 'claims_invalid'],
    ['no iat', { iat: undefined }, {}, 'claims_invalid'],
    ['no exp', { exp: undefined }, {}, 'claims_invalid'],
    ['no scope', { scope: undefined }, {}, 'claims_invalid'],
    ['no lineage', { token_broker: undefined }, {}, 'claims_invalid'],
    ['a lineage of numbers', { token_broker: { parents: [1], exchanges: 0 } }, {}, 'claims_invalid'],
    ...['presenters', 'through', 'scopes'].map(
      (name) =>
        [`${name} that are no texts`, { token_broker: { ...LINEAGE, [name]: [1] } }, {}, 'claims_invalid'] as const,
    ),
    ['fewer than no exchanges', { token_broker: { parents: [], exchanges: -1 } }, {}, 'claims_invalid'],
    ['half an exchange', { token_broker: { parents: [], exchanges: 0.5 } }, {}, 'claims_invalid'],
    ['an nbf three seconds ahead', { nbf: NOW_SECONDS + 3 }, {}, 'not_yet_valid'],
    ['an iat three seconds ahead', { iat: NOW_SECONDS + 3 }, {}, 'not_yet_valid'],
  ])('is none with %s', async (_, claims, header, reason) => {
    const outcome = await verifyBrokerToken(parsed(await brokerToken(key, claims, header)), contextOf([jwk]));
    expect(outcome).toMatchObject({ ok: false, refusal: { reason } });
  });

  it.each([
    [{}, { typ: 'JWT' }, 0, 'typ must be at+jwt; it is jwt.'],
    [
      {},
      {},
      601,
      `The token has expired: exp is ${NOW_SECONDS + 600}; the clock here says ${NOW_SECONDS + 601} and there is no tolerance.`,
    ],
  ])('says what was expected and what came', async (claims, header, later, detail) => {
    const context = { ...contextOf([jwk]), now: epochSeconds(NOW_SECONDS + later) };
    const outcome = await verifyBrokerToken(parsed(await brokerToken(key, claims, header)), context);
    expect(outcome).toMatchObject({ ok: false, refusal: { detail } });
  });

  it.each(['ES384', 'RS512', 'PS256'])('is none under %s, though a published key signed it', async (alg) => {
    const { privateKey, jwk: published } = await keyPair('k1', alg);
    const outcome = await verifyBrokerToken(parsed(await brokerToken(privateKey, {}, { alg })), contextOf([published]));
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'algorithm_not_allowed' } });
  });

  it('is none where another key signed it', async () => {
    const outcome = await verifyBrokerToken(parsed(await brokerToken(otherKey)), contextOf([jwk]));
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'signature_invalid' } });
  });

  it.each([
    [599, true],
    [600, false],
    [601, false],
  ])('after %d of its 600 seconds counts: %s', async (later, ok) => {
    const context = contextOf([jwk], { now: epochSeconds(NOW_SECONDS + later) });
    expect(await verifyBrokerToken(parsed(await brokerToken(key)), context)).toMatchObject({ ok });
  });

  it.each([
    ['itself', ID, true],
    ['one that it came of', 'iss_parent', true],
    ['another', 'iss_other', false],
  ])('is revoked with %s', async (_, id, revoked) => {
    const revocations = memoryRevocations();
    const context = contextOf([jwk], { revocations });
    await revocations.revoke(id, epochSeconds(NOW_SECONDS + 600), context.signal);
    const text = await brokerToken(key, { token_broker: { parents: ['iss_parent'], exchanges: 1 } });
    expect(await verifyBrokerToken(parsed(text), context)).toMatchObject(
      revoked ? { ok: false, refusal: { reason: 'revoked' } } : { ok: true },
    );
  });

  it.each([
    ['in the second that it was issued in', 0, 'revoked'],
    ['a millisecond before', -1, 'accepted'],
  ])('is ended by a revocation of its client that was lifted %s: %s', async (_, later, expected) => {
    const by = { by: 'people:op', reason: 'r', time: epochMilliseconds(NOW_SECONDS * 1000 + later) };
    const names = { id: 'rev_1', kind: 'client', name: 'nightly-bot', ends: null } as const;
    const revocation = { ...by, ...names, lifted: by, sessions: 'done', accounts: [] } as const;
    const context = contextOf([jwk], { revocations: memoryRevocations([revocation]) });
    const outcome = await verifyBrokerToken(parsed(await brokerToken(key)), context);
    expect(outcome.ok ? 'accepted' : outcome.refusal.reason).toBe(expected);
  });

  it('is nobody where revocations cannot be read: a fault, never an allow', async () => {
    const revocations = { ...memoryRevocations(), anyRevoked: () => Promise.reject(new Fault('revocations', 'down')) };
    const text = parsed(await brokerToken(key));
    await expect(verifyBrokerToken(text, contextOf([jwk], { revocations }))).rejects.toMatchObject({
      dependency: 'revocations',
    });
  });
});
