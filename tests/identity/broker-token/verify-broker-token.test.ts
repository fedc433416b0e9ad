import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CryptoKey } from 'jose';
import { brokerPrincipal, principalOfToken, type Server } from '../../../lib/identity/broker-token/broker-principal.ts';
import { verifyBrokerToken } from '../../../lib/identity/broker-token/verify-broker-token.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { Fault, refuse } from '../../../lib/outcome.ts';
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

describe('a broker token as a proof', () => {
  const present = async (
    claims: Readonly<Record<string, unknown>>,
    declared: 'jwt' | 'id_token' | 'access_token' = 'jwt',
    more: { readonly server?: Server } = {},
  ) => brokerPrincipal(parsed(await brokerToken(key, claims)), declared, { ...contextOf([jwk]), ...more });

  it('names its origin, as if that had come itself, with what it came of', async () => {
    const act = { sub: 'client:agent', act: { sub: 'k8s:sa:other' } };
    const lineage = {
      parents: ['iss_parent'],
      exchanges: 1,
      principal: 'The bot',
      issuer: null,
      presenters: ['portal'],
      scopes: ['before', 'chain'],
    };
    const may_act = { client_id: 'agent' };
    expect(
      await present(
        { act, may_act, token_broker: lineage, team: 'data', scope: 'chain more', cnf: { jkt: 'thumbprint' } },
        'access_token',
      ),
    ).toMatchObject({
      ok: true,
      value: {
        source: { kind: 'client', name: 'nightly-bot' },
        subject: 'nightly-bot',
        name: 'The bot',
        claims: {
          values: new Map([
            ['team', 'data'],
            ['sub', 'nightly-bot'],
          ]),
          otherwise: 'claim_withheld',
        },
        proof: { kind: 'broker', issuer: ISSUER, tokenId: ID, expires: NOW_SECONDS + 600 },
        reuse: null,
        record: ['act'],
        mayAct: may_act,
        lineage: {
          ...{ tokenIds: [ID, 'iss_parent'], exchanges: 1, expires: NOW_SECONDS + 600, presenters: ['portal'] },
          ...{ scopes: ['chain', 'more', 'before'], boundTo: 'thumbprint' },
          actors: [
            {
              via: 'act',
              connection: null,
              client: 'agent',
              subject: 'agent',
              name: 'client:agent',
              claims: { otherwise: 'claim_withheld' },
            },
            { via: 'act', connection: 'k8s', client: null, subject: 'sa:other' },
          ],
          token: { subject: 'client:nightly-bot', claims: { values: expect.any(Map) } },
        },
      },
    });
  });

  it.each([
    ['people:alice', { kind: 'connection', name: 'people' }, 'alice'],
    ['k:alice', { kind: 'connection', name: 'k' }, 'alice'],
    ['people:a:b', { kind: 'connection', name: 'people' }, 'a:b'],
    ['client:nightly-bot', { kind: 'client', name: 'nightly-bot' }, 'nightly-bot'],
  ])('of %s is of its connection, or of a client', async (sub, source, subject) => {
    expect(await present({ sub })).toMatchObject({ value: { source, subject, name: 'The bot' } });
  });

  it.each([
    ['a subject without a connection', { sub: 'alice' }],
    ['a subject of no connection', { sub: ':alice' }],
    ['a connection without a subject', { sub: 'people:' }],
    ['an actor that is text', { act: 'client:agent' }],
    ['an actor without a name', { act: {} }],
    ['an actor of nobody knows where', { act: { sub: 'agent' } }],
    ['such an actor, nested', { act: { sub: 'client:agent', act: { sub: 1 } } }],
    ['a label that is no text', { token_broker: { ...LINEAGE, principal: 1 } }],
    ['an issuer that is no text', { token_broker: { ...LINEAGE, issuer: 1 } }],
    ['presenters that are no names', { token_broker: { ...LINEAGE, presenters: [1] } }],
    ['nothing of its origin, as an earlier version made it', { token_broker: { parents: [], exchanges: 0 } }],
    ['a label and no word on the issuer', { token_broker: { ...LINEAGE, issuer: undefined } }],
  ])('with %s is none of ours', async (_, claims) => {
    expect(await present(claims)).toMatchObject({ refusal: { reason: 'claims_invalid' } });
  });

  it.each([
    ['chain', ['chain']],
    ['b a', ['b', 'a']],
  ])('has its scopes (%s) one by one beside the text, whatever it says of them itself', async (scope, scopes) => {
    const presented = await present({ scope, scopes: ['forged'] });
    const values = presented.ok ? presented.value.lineage?.token.claims.values : null;
    expect([values?.get('scope'), values?.get('scopes')]).toEqual([scope, scopes]);
  });

  it('is for this broker alone', async () => {
    expect(await present({ aud: 'https://api.acme.internal' })).toMatchObject({
      refusal: {
        reason: 'audience_mismatch',
        detail: `A broker token is a proof here only with the audience ${ISSUER}; it has: https://api.acme.internal.`,
      },
    });
  });

  it.each([
    ['as it stands', 'https://api.acme.internal'],
    ['in another writing of that origin', 'https://API.acme.internal/'],
  ])('is for the client whose audience it has, %s', async (_, audience) => {
    const server = { client: 'api', audiences: ['https://other.acme.internal', audience] };
    expect(await present({ aud: 'https://api.acme.internal' }, 'access_token', { server })).toMatchObject({
      value: { source: { kind: 'client', name: 'nightly-bot' }, lineage: { sentTo: 'api' } },
    });
  });

  it.each([
    ['another audience', { aud: 'https://other.acme.internal' }, 'audience_mismatch'],
    ['a path below it', { aud: 'https://api.acme.internal/mcp' }, 'audience_mismatch'],
    ['its audience among others', { aud: ['https://api.acme.internal'] }, 'claims_invalid'],
    [
      'no word of its origin',
      { aud: 'https://api.acme.internal', token_broker: { parents: [], exchanges: 0 } },
      'claims_invalid',
    ],
    [
      'three exchanges behind it',
      { aud: 'https://api.acme.internal', token_broker: { ...LINEAGE, exchanges: 3 } },
      'exchange_chain_too_long',
    ],
    ['an end in the past', { aud: 'https://api.acme.internal', exp: NOW_SECONDS }, 'expired'],
  ])('is nothing of a client with %s', async (_, claims, reason) => {
    const server = { client: 'api', audiences: ['https://api.acme.internal'] };
    expect(await present(claims, 'jwt', { server })).toMatchObject({ ok: false, refusal: { reason } });
  });

  it('says to a client what is wrong with the audience, and with a token of before it was one', async () => {
    const server = { client: 'api', audiences: ['https://api.acme.internal'] };
    const other = await present({ aud: 'https://other.acme.internal' }, 'jwt', { server });
    expect(other).toMatchObject({
      refusal: {
        detail: `A broker token is a proof here only with the audience ${ISSUER} or one that the client is; it has: https://other.acme.internal.`,
      },
    });
    const claims = { aud: 'https://api.acme.internal', token_broker: { parents: [], exchanges: 0 } };
    expect(await present(claims, 'jwt', { server })).toMatchObject({
      refusal: {
        detail:
          'The token does not say what it came of: it was issued before a client was this audience. Get a new one.',
      },
    });
    expect(await present({ token_broker: claims.token_broker }, 'jwt', { server })).toEqual(refuse('claims_invalid'));
  });

  it('for this broker itself is of nobody in particular, whatever audiences the client is', async () => {
    const server = { client: 'api', audiences: ['https://api.acme.internal'] };
    const presented = await present({}, 'jwt', { server });
    expect(presented).toMatchObject({ ok: true });
    expect(presented).not.toHaveProperty('value.lineage.sentTo');
  });

  it('is no ID token', async () => {
    const detail = 'An ID token was declared; typ is at+jwt.';
    expect(await present({}, 'id_token')).toMatchObject({ refusal: { reason: 'type_mismatch', detail } });
  });

  /** As a rehearsal has it: claims that no verification looked at. */
  const rehearsed = (claims: JsonObject) => {
    const none = { parents: [], presenters: [], through: [], scopesBefore: [], exchanges: 0, boundTo: null };
    const token = { subject: 'client:nightly-bot', audience: ISSUER, tokenId: ID, expires: NOW_SECONDS, sha256: '' };
    return principalOfToken({ ...none, ...token, act: undefined, claims }, 'jwt', { issuer: ISSUER });
  };

  it.each([
    [{ ...LINEAGE, through: ['cli'] }, ['cli']],
    [{ ...LINEAGE, through: [] }, undefined],
    [LINEAGE, undefined],
  ])('says which public clients it came through: %j', async (token_broker, through) => {
    const presented = await present({ token_broker });
    expect(presented.ok && presented.value.lineage?.through).toEqual(through);
  });

  it('without a scope is of none', () => {
    expect(rehearsed({ token_broker: LINEAGE })).toMatchObject({ ok: true, value: { lineage: { scopes: [] } } });
  });

  it.each([
    ['nothing of what it came of', {}],
    ['presenters that are no list', { token_broker: { ...LINEAGE, presenters: 'portal' } }],
    ['presenters that are no names', { token_broker: { ...LINEAGE, presenters: [1] } }],
  ])('with %s is none of ours, whoever reads it', (_, claims) => {
    expect(rehearsed(claims)).toMatchObject({ refusal: { reason: 'claims_invalid' } });
  });

  it.each([
    [2, true],
    [3, false],
    [4, false],
  ])('after %d exchanges may be exchanged once more: %s', async (exchanges, ok) => {
    expect(await present({ token_broker: { ...LINEAGE, exchanges } })).toMatchObject(
      ok ? { ok } : { refusal: { reason: 'exchange_chain_too_long' } },
    );
  });
});
