import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { DownstreamRequest } from '../../lib/downstream/downstream-request.ts';
import { downstreamTokens } from '../../lib/downstream/tokens.ts';
import type { FetchRequest, FetchResult } from '../../lib/ports/documents.ts';
import { END_OF_TIME, epochSeconds } from '../../lib/time.ts';
import { answer, aRequest, downstreamWorld, formOf, good, IDP, ISSUANCE, idJagGrant, NOW, signal } from './provider.ts';

const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag';
const CLAIMS = {
  ...{ iss: IDP.issuer, sub: 'u-alice', aud: 'https://login.example.com', client_id: 'broker', jti: 'jag-1' },
  ...{ iat: NOW, exp: NOW + 300, scope: 'chat.read chat.history', resource: 'https://api.chat.example' },
};
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A correct ID-JAG, changed by `claims` and `header`; undefined leaves a claim out. Its signature is nobody's here. */
const idJag = (claims: object = {}, header: object = {}) =>
  [part({ alg: 'RS256', typ: 'oauth-id-jag+jwt', ...header }), part({ ...CLAIMS, ...claims }), 'c2ln'].join('.');
const given = (jag: string, more: object = {}): FetchResult =>
  answer(200, { access_token: jag, issued_token_type: ID_JAG, token_type: 'N_A', expires_in: 300, ...more });

const proof = {
  ...{ token: 'id-token', tokenType: 'urn:ietf:params:oauth:token-type:id_token', sha256: 'ab' },
  ...{ expires: epochSeconds(NOW + 900), issuer: IDP.issuer },
};
const grant = idJagGrant();

/** Both servers: what the identity provider and what the server that redeems answers. */
function servers(atIdp: FetchResult = given(idJag()), atServer: FetchResult = good({ scope: 'chat.read' })) {
  const answers = { idp: [atIdp], server: [atServer] };
  /** What happens while the identity provider is asked. */
  const meanwhile: { idp: () => void } = { idp: () => undefined };
  const world = downstreamWorld((request: FetchRequest) => {
    const isIdp = formOf(request)['requested_token_type'] === ID_JAG;
    if (isIdp) meanwhile.idp();
    const queue = isIdp ? answers.idp : answers.server;
    return (queue.length > 1 ? queue.shift() : queue[0]) ?? atServer;
  });
  world.secrets.set(IDP.secret, { current: 'idp-s3cret', previous: null, host: 'idp.example.com' });
  const tokens = downstreamTokens(world.ports);
  const get = (more: Partial<DownstreamRequest> = {}) =>
    tokens.get(aRequest({ grant, scope: grant.scope, audience: grant.audience, proof, ...more }), signal);
  return { ...world, answers, meanwhile, get };
}
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

describe('a token by way of an ID-JAG', () => {
  it('is asked for in two steps, each as the client that the broker is there', async () => {
    const { get, asked } = servers();
    expect(await get()).toMatchObject({ ok: true, value: { token: { token: 'a-token', scope: 'chat.read' } } });
    expect(asked.map(({ url, headers }) => [url, headers?.['authorization']])).toEqual([
      [IDP.endpoint, basic('broker-at-idp', 'idp-s3cret')],
      ['https://login.example.com/oauth2/token', basic('broker', 's3cret')],
    ]);
    expect(formOf(asked[0])).toEqual({
      ...{ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', requested_token_type: ID_JAG },
      ...{ subject_token: 'id-token', subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      ...{ audience: 'https://login.example.com', resource: 'https://api.chat.example' },
      scope: 'chat.read chat.history',
    });
    expect(formOf(asked[1])).toEqual({
      ...{ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: idJag() },
      ...{ scope: 'chat.read chat.history', resource: 'https://api.chat.example' },
    });
  });

  it('is told with the ID-JAG that it came of, and with the versions of both secrets', async () => {
    const outcome = await servers().get();
    const sha256 = createHash('sha256').update(idJag()).digest('hex');
    expect(outcome.ok && outcome.value.token).toMatchObject({
      idJag: { issuer: IDP.issuer, tokenId: 'jag-1', sha256, expires: NOW + 300 },
      secretVersion: 'version-of-idp-s3cret version-of-s3cret',
    });
  });

  it.each<[string, object]>([
    ['in which aud is a list of the one server', { aud: ['https://login.example.com'] }],
    ['without scope and resource', { scope: undefined, resource: undefined }],
    ['for one of the scopes', { scope: 'chat.history' }],
    ['for the resource as an origin with a slash', { resource: ['https://api.chat.example/'] }],
    ['with an actor, and no authorization details', { act: { sub: 'agent' }, authorization_details: [] }],
  ])('is given for an ID-JAG %s', async (_, claims) => {
    expect(await servers(given(idJag(claims)), good()).get()).toMatchObject({ ok: true });
  });

  it.each<[string, object, object, string]>([
    ['the ID-JAG has, where that is less', { scope: 'chat.read' }, {}, 'chat.read'],
    ['the answer beside it says, where that is less', { scope: undefined }, { scope: 'chat.read' }, 'chat.read'],
    ['was asked for, where neither says one', { scope: undefined }, {}, 'chat.read chat.history'],
  ])('is asked for, and told, with the scope that %s', async (_, claims, more, scope) => {
    const { get, asked } = servers(given(idJag(claims), more), good());
    // The server says no scope, so it is what was asked for, which the record has.
    expect(await get()).toMatchObject({ ok: true, value: { token: { scope } } });
    expect(formOf(asked[1])['scope']).toBe(scope);
  });

  it.each<[string, object, object, string | null]>([
    ['where neither says one', { scope: undefined }, {}, null],
    ['that only the ID-JAG says', { scope: 'anything at all' }, {}, 'anything at all'],
    ['that only the answer says', { scope: undefined }, { scope: 'chat.read' }, 'chat.read'],
  ])('of a grant that asks for no scope by name is asked for with the scope %s', async (_, claims, more, scope) => {
    const { get, asked } = servers(given(idJag(claims), more), good());
    const outcome = await get({ grant: idJagGrant({ scope: null }), scope: null });
    expect(outcome).toMatchObject({ ok: true, value: { token: { scope } } });
    expect(formOf(asked[1])['scope'] ?? null).toBe(scope);
  });

  it('of a grant without a resource is for whichever the ID-JAG says', async () => {
    const { get } = servers(given(idJag({ resource: 'https://files.chat.example' })));
    expect(await get({ grant: idJagGrant({ resource: null }) })).toMatchObject({ ok: true });
  });

  it('needs no secret where AWS vouches for the broker at both servers', async () => {
    const client = { ...grant.client, authentication: 'aws-web-identity', secret: null } as const;
    const { get } = servers();
    const without = idJagGrant({ client, identityProvider: { ...grant.identityProvider, client } });
    expect(await get({ grant: without })).toMatchObject({ ok: true, value: { token: { secretVersion: null } } });
  });

  it('is asked for by two assertions of the broker with ids of their own: both servers may be one', async () => {
    const { get, asked, secrets } = servers();
    const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    const key = { current: pem.toString(), previous: null, host: 'login.example.com' };
    secrets.set('token-broker/downstream/example', key);
    const client = { ...grant.client, authentication: 'private_key_jwt' } as const;
    const { tokenEndpoint } = grant;
    const keyed = idJagGrant({ client, identityProvider: { ...grant.identityProvider, tokenEndpoint, client } });
    await get({ grant: keyed });
    const ids = asked.map((each) => decodeJwt(formOf(each)['client_assertion'] ?? '').jti ?? '');
    expect([ids.length, new Set(ids).size]).toEqual([2, 2]);
    for (const id of ids) expect(id).toMatch(new RegExp(`^${ISSUANCE}\\.`));
  });

  it('ends in the record when the ID-JAG does, in whole seconds, and may take no more from its answer', async () => {
    const outcome = await servers(given(idJag({ exp: NOW + 299.5 }), { expires_in: undefined })).get();
    expect(outcome.ok && outcome.value.token.idJag?.expires).toBe(NOW + 299);
  });

  it('is handed out again for the same ID token, and not past its end', async () => {
    const { get, asked, clock } = servers(given(idJag({ exp: NOW + 1800 })));
    await get();
    expect(await get()).toMatchObject({ value: { cached: true } });
    clock.now = (NOW + 900) * 1000;
    await get();
    expect(asked).toHaveLength(4);
  });
});

describe('an ID-JAG is not redeemed', () => {
  const WRONG_AUDIENCE = ['provider_answer_invalid', 'aud'] as const;
  const missing = (reason: string, what: string) => ({
    ok: false,
    refusal: {
      reason,
      detail: `Getting the ID-JAG: its ${what} is not what this scope needs.`,
      log: { host: 'idp.example.com', problem: `ID-JAG ${what}` },
    },
  });
  it.each<[string, object, string]>([
    ['of another issuer', { iss: 'https://other.example.com' }, 'provider_answer_invalid'],
    ['of no issuer', { iss: undefined }, 'provider_answer_invalid'],
    ['about nobody', { sub: undefined }, 'provider_answer_invalid'],
    ['about an empty subject', { sub: '' }, 'provider_answer_invalid'],
    ['for another server', { aud: 'https://other.example.com' }, 'provider_answer_invalid'],
    ['for a server beside it', { aud: ['https://login.example.com', 'https://b.example'] }, 'provider_answer_invalid'],
    ['for another client', { client_id: 'other' }, 'provider_answer_invalid'],
    ['for any client', { client_id: undefined }, 'provider_answer_invalid'],
    ['for a list of clients', { client_id: ['broker'] }, 'provider_answer_invalid'],
    ['without an id', { jti: undefined }, 'provider_answer_invalid'],
    ['with an id that no record takes', { jti: 'j\u001b[2J' }, 'provider_answer_invalid'],
    ['with an id that is too long', { jti: 'j'.repeat(1_025) }, 'provider_answer_invalid'],
    ['about a subject that is too long', { sub: 's'.repeat(1_025) }, 'provider_answer_invalid'],
    ['without iat', { iat: undefined }, 'provider_answer_invalid'],
    ['without an end', { exp: undefined }, 'provider_answer_invalid'],
    ['that has ended', { exp: NOW }, 'provider_answer_invalid'],
    ['that never ends', { exp: END_OF_TIME }, 'provider_answer_invalid'],
    ['for a scope more', { scope: 'chat.read admin' }, 'provider_scope_wider'],
    ['for a scope that is no text', { scope: ['chat.read'] }, 'provider_scope_wider'],
    ['for another resource', { resource: 'https://files.chat.example' }, 'provider_scope_wider'],
    ['for a resource more', { resource: ['https://api.chat.example', 'https://b.example'] }, 'provider_scope_wider'],
    ['with authorization details', { authorization_details: [{ type: 'x' }] }, 'provider_scope_wider'],
    ['bound to a key that nobody here has', { cnf: { jkt: 'x' } }, 'provider_token_type'],
  ])('%s', async (_, claims, reason) => {
    const { get, asked } = servers(given(idJag(claims)));
    expect(await get()).toEqual(missing(reason, Object.keys(claims).join()));
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['with control characters', 'a\u0000b'],
    ['with two blanks', 'a  b'],
    ['that is too long', 'a'.repeat(4_097)],
  ])('for a scope %s, where the grant asks for none by name', async (_, scope) => {
    const { get, asked } = servers(given(idJag({ scope })));
    expect(await get({ grant: idJagGrant({ scope: null }), scope: null })).toEqual(
      missing('provider_scope_wider', 'scope'),
    );
    expect(asked).toHaveLength(1);
  });

  it.each<[string, string, string, string]>([
    ['that is an ID token', idJag({}, { typ: 'JWT' }), 'provider_token_type', 'typ'],
    ['that says no type', idJag({}, { typ: undefined }), 'provider_token_type', 'typ'],
    ['that nobody signed', idJag({}, { alg: 'none' }), 'provider_token_type', 'alg'],
    ['that is no JWT', 'opaque', 'provider_answer_invalid', 'form'],
    ['that is encrypted', `${idJag()}.x.y`, 'provider_answer_invalid', 'form'],
    ['of which more than one thing is wrong, with the first', idJag({ aud: 'x', cnf: {} }), ...WRONG_AUDIENCE],
  ])('%s', async (_, jag, reason, what) => {
    expect(await servers(given(jag)).get()).toEqual(missing(reason, what));
  });

  it.each<[string, FetchResult, string]>([
    ['that is a Bearer token', given(idJag(), { token_type: 'Bearer' }), 'provider_token_type'],
    [
      'that is issued as an access token',
      given(idJag(), { issued_token_type: ID_JAG.replace('id-jag', 'access_token') }),
      'provider_token_type',
    ],
    ['whose answer says more scopes', given(idJag(), { scope: 'chat.read admin' }), 'provider_scope_wider'],
  ])('%s', async (_, atIdp, reason) => {
    const { get, asked } = servers(atIdp);
    expect(await get()).toMatchObject({ refusal: { reason } });
    expect(asked).toHaveLength(1);
  });

  it('where its answer has a token that is wider than the ID-JAG, though not than the grant', async () => {
    const { get } = servers(given(idJag({ scope: 'chat.read' })), good({ scope: 'chat.read chat.history' }));
    expect(await get()).toMatchObject({ refusal: { reason: 'provider_scope_wider' } });
  });
});

describe('a failure of either server', () => {
  const error = (status: number, code: string) => answer(status, { error: code, error_description: 'hush' });
  it.each<[string, FetchResult, FetchResult, string, string]>([
    [
      ...(['the identity provider refuses', error(400, 'invalid_grant'), good(), 'provider_refused'] as const),
      'Getting the ID-JAG: The authorization server of this scope answered invalid_grant.',
    ],
    [
      ...(['it wants a stronger sign-in', error(400, 'insufficient_user_authentication'), good()] as const),
      ...(['provider_refused', 'Getting the ID-JAG: .* insufficient_user_authentication'] as const),
    ],
    [
      ...(['it does not know the broker', error(401, 'invalid_client'), good(), 'provider_client_refused'] as const),
      'Getting the ID-JAG: ',
    ],
    ['it is down', answer(503, 'hush'), good(), 'provider_unavailable', 'Getting the ID-JAG: .* cannot be reached'],
    [
      'it hangs',
      { ok: false, problem: 'timeout', cause: 'ETIMEDOUT' },
      ...([good(), 'provider_timeout', 'Getting the ID-JAG: '] as const),
    ],
    [
      ...(['the other refuses', given(idJag()), error(400, 'invalid_grant'), 'provider_refused'] as const),
      'Redeeming the ID-JAG: The authorization server of this scope answered invalid_grant.',
    ],
    [
      ...(['it does not know the client', given(idJag()), error(401, 'invalid_client')] as const),
      ...(['provider_client_refused', 'Redeeming the ID-JAG: '] as const),
    ],
    ['it is throttled', given(idJag()), answer(429, ''), 'provider_throttled', 'Redeeming the ID-JAG: '],
    ['it says no end', given(idJag()), good({ expires_in: undefined }), 'provider_no_expiry', 'Redeeming the ID-JAG: '],
  ])('says which it was: %s', async (_, atIdp, atServer, reason, detail) => {
    const outcome = await servers(atIdp, atServer).get();
    expect(outcome).toMatchObject({ refusal: { reason, detail: expect.stringMatching(`^${detail}`) } });
    expect(JSON.stringify(outcome)).not.toMatch(/hush|id-token|s3cret/);
  });

  it('is told of a secret that was taken away between the two', async () => {
    const { get, secrets, meanwhile, asked } = servers();
    meanwhile.idp = () => void secrets.delete('token-broker/downstream/example');
    expect(await get()).toMatchObject({
      refusal: { reason: 'downstream_secret_missing', detail: expect.stringMatching(/^Redeeming the ID-JAG: /) },
    });
    expect(asked).toHaveLength(1);
  });

  it('opens the circuit of that server alone, whatever ID-JAG comes with the request', async () => {
    const { get, asked, answers } = servers(given(idJag()), answer(500, ''));
    for (let time = 0; time < 5; time += 1) {
      answers.idp = [given(idJag({ jti: `jag-${time}` }))];
      await get();
    }
    const before = asked.length;
    expect(await get()).toMatchObject({ refusal: { reason: 'provider_circuit_open' } });
    expect(asked.slice(before).map(({ url }) => url)).toEqual([IDP.endpoint]);
  });
});

describe('the secrets of the two servers', () => {
  it.each([
    ['identity provider', IDP.secret, 0],
    ['server that redeems', 'token-broker/downstream/example', 0],
  ])('go to their own host alone: nobody is asked with one of the %s for another', async (_, name, count) => {
    const { get, asked, secrets } = servers();
    secrets.set(name, { current: 'x', previous: null, host: 'elsewhere.example.com' });
    expect(await get()).toMatchObject({ refusal: { reason: 'downstream_secret_host' } });
    expect(asked).toHaveLength(count);
  });

  it('are rotated one by one: the previous of one goes with the current of the other', async () => {
    const { get, secrets, answers, asked } = servers();
    secrets.set(IDP.secret, { current: 'new', previous: 'idp-s3cret', host: 'idp.example.com' });
    secrets.set('token-broker/downstream/example', { current: 's3cret', previous: 'dead', host: 'login.example.com' });
    answers.idp = [answer(401, { error: 'invalid_client' }), given(idJag())];
    expect(await get()).toMatchObject({ ok: true });
    expect(asked.map(({ headers }) => headers?.['authorization'])).toEqual([
      basic('broker-at-idp', 'new'),
      basic('broker-at-idp', 'idp-s3cret'),
      basic('broker', 's3cret'),
    ]);
  });
});
