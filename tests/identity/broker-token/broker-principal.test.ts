import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CryptoKey } from 'jose';
import { brokerPrincipal, principalOfToken, type Server } from '../../../lib/identity/broker-token/broker-principal.ts';
import type { JsonObject, JsonValue } from '../../../lib/json.ts';
import { refuse } from '../../../lib/outcome.ts';
import { NOW_SECONDS } from '../../fakes/world.ts';
import { keyPair } from '../client/fixtures.ts';
import { brokerToken, contextOf, ID, ISSUER, LINEAGE, parsed } from './fixtures.ts';

let key: CryptoKey;
let jwk: JsonObject;

beforeAll(async () => {
  ({ privateKey: key, jwk } = await keyPair('k1'));
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

  it('has the ceilings of what it came of, if there were any', async () => {
    const ceilings = [
      { scopes: ['a', 'b'], resources: null },
      { scopes: null, resources: ['https://api.example'] },
      { scopes: [], resources: [] },
    ];
    const lineageOf = async (token_broker: JsonObject) => {
      const presented = await present({ token_broker });
      return presented.ok ? presented.value.lineage : presented;
    };
    expect(await lineageOf({ ...LINEAGE, ceilings })).toMatchObject({ ceilings });
    expect(await lineageOf({ ...LINEAGE, ceilings: ceilings.slice(0, 1) })).toMatchObject({
      ceilings: ceilings.slice(0, 1),
    });
    expect(await lineageOf({ ...LINEAGE, ceilings: [] })).not.toHaveProperty('ceilings');
    expect(await lineageOf(LINEAGE)).not.toHaveProperty('ceilings');
  });

  it.each<[string, JsonValue]>([
    ['are no list', { scopes: null, resources: null }],
    ['are text', 'a'],
    ['are null', null],
    ['have one that is null', [null]],
    ['say nothing of resources', [{ scopes: null }]],
    ['say nothing of scopes', [{ resources: null }]],
    ['name scopes in a text', [{ scopes: 'a', resources: null }]],
    ['name resources in a text', [{ scopes: null, resources: 'https://api.example' }]],
    ['name a scope that is no text', [{ scopes: ['a', 7], resources: null }]],
    ['name a resource that is no text', [{ scopes: null, resources: [7] }]],
    ['have a good one and another', [{ scopes: null, resources: null }, {}]],
  ])('with ceilings that %s is none of ours: nothing that it was kept below is forgotten', async (_, ceilings) => {
    const presented = await present({ token_broker: { ...LINEAGE, ceilings } });
    expect(presented).toMatchObject({ refusal: { reason: 'claims_invalid' } });
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
