import { describe, expect, it } from '@jest/globals';
import type { OauthTokenGrant } from '../../lib/configuration/documents/oauth-token-grant.ts';
import { downstreamTokens } from '../../lib/downstream/tokens.ts';
import type { FetchResult } from '../../lib/ports/documents.ts';
import { seconds } from '../../lib/time.ts';
import { answer, aRequest, clientGrant, downstreamWorld, ENDPOINT, good, NOW, signal } from './provider.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

async function outcomeOf(result: FetchResult, grant: OauthTokenGrant = clientGrant()) {
  const { ports } = downstreamWorld(() => result);
  return downstreamTokens(ports).get(aRequest({ grant, scope: grant.scope }), signal);
}

const tokenOf = async (result: FetchResult, grant?: OauthTokenGrant) => {
  const outcome = await outcomeOf(result, grant);
  if (!outcome.ok) throw new Error(outcome.refusal.reason);
  return outcome.value.token;
};

const exchange = (requestedTokenType: string | null): OauthTokenGrant => ({
  type: 'oauth-token',
  preset: null,
  provider: 'token-exchange',
  tokenEndpoint: ENDPOINT,
  tokenResponse: clientGrant().tokenResponse,
  scope: null,
  audience: null,
  resource: null,
  allowPrivateAddress: false,
  client: null,
  forward: 'assertion',
  assertionAudience: null,
  requestedTokenType,
});

describe('a token response (RFC 6749 section 5.1)', () => {
  it('is handed on with its end and what the server gave', async () => {
    expect(await tokenOf(good({ scope: 'reports:read', refresh_token: 'r', id_token: 'i' }))).toEqual({
      token: 'a-token',
      tokenType: 'Bearer',
      issuedTokenType: null,
      expires: NOW + 3600,
      expiresAssumed: false,
      scope: 'reports:read',
      repositories: null,
      secretVersion: 'version-of-s3cret',
    });
  });

  it.each([
    ['no scope: what was asked for', good(), null],
    ['an empty scope says nothing', good({ scope: '' }), null],
    ['the same scope in another order', good({ scope: 'reports:list reports:read' }), 'reports:list reports:read'],
    ['a type in another case', good({ token_type: 'bEARER' }), null],
  ])('takes %s', async (_, result, scope) => {
    expect(await tokenOf(result)).toMatchObject({ scope, tokenType: 'Bearer' });
  });

  it('takes a longest token of 20,000 characters', async () => {
    expect((await tokenOf(good({ access_token: 'a'.repeat(20_000) }))).token).toHaveLength(20_000);
  });

  it.each([
    ['HTML', answer(200, '<html>Sign in</html>'), 'provider_answer_invalid'],
    ['nothing', answer(200, ''), 'provider_answer_invalid'],
    ['a list', answer(200, '[]'), 'provider_answer_invalid'],
    [
      'a member twice',
      answer(200, '{"access_token":"a","access_token":"b","token_type":"Bearer","expires_in":60}'),
      'provider_answer_invalid',
    ],
    ['no access_token', good({ access_token: undefined }), 'provider_answer_invalid'],
    ['an access_token that is no text', good({ access_token: 7 }), 'provider_answer_invalid'],
    ['an access_token with a line break', good({ access_token: 'a\nb' }), 'provider_answer_invalid'],
    ['an access_token with a blank', good({ access_token: 'a b' }), 'provider_answer_invalid'],
    ['an access_token beyond ASCII', good({ access_token: 'é' }), 'provider_answer_invalid'],
    ['a huge access_token', good({ access_token: 'a'.repeat(20_001) }), 'provider_answer_too_large'],
    ['200 with an error', answer(200, { error: 'invalid_scope' }), 'provider_refused'],
    ['200 with ok: false, as Slack says it', answer(200, { ok: false, error: 'invalid_code' }), 'provider_refused'],
    ['200 with a token and an error', good({ error: 'invalid_scope' }), 'provider_answer_invalid'],
    ['201', answer(201, { access_token: 'a', token_type: 'Bearer', expires_in: 60 }), 'provider_answer_invalid'],
    ['204', answer(204, ''), 'provider_answer_invalid'],
    ['no token_type', good({ token_type: undefined }), 'provider_token_type'],
    ['mac', good({ token_type: 'mac' }), 'provider_token_type'],
    ['DPoP, whose key the caller has not', good({ token_type: 'DPoP' }), 'provider_token_type'],
    ['N_A', good({ token_type: 'N_A' }), 'provider_token_type'],
    ['no expires_in', good({ expires_in: undefined }), 'provider_no_expiry'],
    ['expires_in null', good({ expires_in: null }), 'provider_no_expiry'],
    ['expires_in 0', good({ expires_in: 0 }), 'provider_no_expiry'],
    ['a negative expires_in', good({ expires_in: -1 }), 'provider_no_expiry'],
    ['a fraction', good({ expires_in: 1.5 }), 'provider_no_expiry'],
    ['expires_in as text with a unit', good({ expires_in: '3600s' }), 'provider_no_expiry'],
    ['expires_in as a fraction in text', good({ expires_in: '3600.0' }), 'provider_no_expiry'],
    ['expires_in as empty text', good({ expires_in: '' }), 'provider_no_expiry'],
    ['expires_in as 0 in text', good({ expires_in: '0' }), 'provider_no_expiry'],
    ['an end beyond year 9999 in text', good({ expires_in: '999999999999' }), 'provider_no_expiry'],
    ['an end beyond year 9999', good({ expires_in: 253_402_300_800 - NOW }), 'provider_no_expiry'],
    ['a wider scope', good({ scope: 'reports:read admin' }), 'provider_scope_wider'],
    ['a scope with a tab', good({ scope: 'reports:read\treports:list' }), 'provider_answer_invalid'],
    ['a scope that is a list', good({ scope: ['reports:read'] }), 'provider_answer_invalid'],
  ])('is refused: %s', async (_, result, reason) => {
    expect(await outcomeOf(result)).toMatchObject({ ok: false, refusal: { reason } });
  });

  it.each([1, 253_402_300_799 - NOW])('takes expires_in %d', async (life) => {
    expect((await tokenOf(good({ expires_in: life }))).expires).toBe(NOW + life);
  });

  it('takes expires_in as text, as Entra ID wrote it before version 2.0', async () => {
    expect(await tokenOf(good({ expires_in: '3599' }))).toMatchObject({ expires: NOW + 3599, expiresAssumed: false });
  });

  it('takes any scope where the grant asks for none by name', async () => {
    expect((await tokenOf(good({ scope: 'whatever' }), clientGrant({ scope: null }))).scope).toBe('whatever');
  });

  it("ends when the grant says, where the server never does, and the record knows that it is the grant's word", async () => {
    const grant = clientGrant({ expiresIn: seconds(7200) });
    expect(await tokenOf(good({ expires_in: undefined }), grant)).toMatchObject({
      expires: NOW + 7200,
      expiresAssumed: true,
    });
    expect(await tokenOf(good({ expires_in: null }), grant)).toMatchObject({ expiresAssumed: true });
    expect(await tokenOf(good(), grant)).toMatchObject({ expires: NOW + 3600, expiresAssumed: false });
    expect(await outcomeOf(good({ expires_in: 0 }), grant)).toMatchObject({
      refusal: { reason: 'provider_no_expiry' },
    });
  });

  it('reads commas and bot tokens where the grant says that the server sends them', async () => {
    const result = good({ token_type: 'bot', scope: 'reports:read,reports:list' });
    expect(
      await tokenOf(result, clientGrant({ tokenResponse: { scopeSeparator: ',', bearerTypes: ['bearer', 'bot'] } })),
    ).toMatchObject({
      tokenType: 'Bearer',
      scope: 'reports:read reports:list',
    });
    expect(await outcomeOf(result)).toMatchObject({ refusal: { reason: 'provider_token_type' } });
  });
});

describe('the answer of a token exchange (RFC 8693 section 2.2.1)', () => {
  it.each([
    [null, ACCESS_TOKEN, 'Bearer'],
    [null, 'urn:ietf:params:oauth:token-type:jwt', 'Bearer'],
    ['urn:ietf:params:oauth:token-type:id-jag', 'urn:ietf:params:oauth:token-type:id-jag', 'N_A'],
  ])('asked for %s, takes %s as %s', async (wanted, issued, type) => {
    const token = await tokenOf(good({ issued_token_type: issued, token_type: type }), exchange(wanted));
    expect(token).toMatchObject({ issuedTokenType: issued, tokenType: type });
  });

  it.each([
    ['no issued_token_type', null, {}],
    ['a refresh token', null, { issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
    ['N_A for an access token', null, { issued_token_type: ACCESS_TOKEN, token_type: 'N_A' }],
    [
      'an access token in place of an id token',
      'urn:ietf:params:oauth:token-type:id_token',
      { issued_token_type: ACCESS_TOKEN },
    ],
  ])('refuses %s', async (_, wanted, more) => {
    expect(await outcomeOf(good(more), exchange(wanted))).toMatchObject({ refusal: { reason: 'provider_token_type' } });
  });
});

describe('an error of the server', () => {
  it.each([
    [400, { error: 'invalid_scope' }, 'provider_refused', 'invalid_scope'],
    [400, { error: 'invalid_target' }, 'provider_refused', 'invalid_target'],
    [400, { error: 'unauthorized_client' }, 'provider_refused', 'unauthorized_client'],
    [401, { error: 'invalid_client' }, 'provider_client_refused', 'invalid_client'],
    [400, { error: 'invalid_client' }, 'provider_client_refused', 'invalid_client'],
    [401, '<html>', 'provider_client_refused', null],
    [403, '<html>', 'provider_refused', null],
    [404, 'no such page', 'provider_refused', null],
    [429, { error: 'slow_down' }, 'provider_throttled', 'slow_down'],
    [400, { error: 'temporarily_unavailable' }, 'provider_unavailable', 'temporarily_unavailable'],
    [500, { error: 'server_error' }, 'provider_unavailable', 'server_error'],
    [503, '<html>', 'provider_unavailable', null],
  ])('%d %j is %s', async (status, body, reason, code) => {
    const outcome = await outcomeOf(answer(status, body));
    expect(outcome).toMatchObject({ refusal: { reason, log: { httpStatus: status, providerError: code } } });
    const detail = outcome.ok ? '' : outcome.refusal.detail;
    expect(detail).toBe(code === null ? undefined : `The authorization server of this scope answered ${code}.`);
  });

  it.each(['s3cret is wrong', 'x'.repeat(65), '<b>', ''])(
    'is in no log where it is not one word: %j',
    async (error) => {
      const outcome = await outcomeOf(answer(400, { error, error_description: 's3cret' }));
      expect(outcome).toMatchObject({ refusal: { reason: 'provider_refused', log: { providerError: null } } });
      expect(JSON.stringify(outcome)).not.toContain('s3cret');
    },
  );

  it('is told to the caller only as a registered code (RFC 6749 section 5.2)', async () => {
    const outcome = await outcomeOf(answer(400, { error: 'tenant_4711_blocked' }));
    expect(outcome).toMatchObject({ refusal: { log: { providerError: 'tenant_4711_blocked' } } });
    expect(outcome).not.toHaveProperty('refusal.detail');
  });
});
