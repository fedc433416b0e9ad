import { describe, expect, it } from '@jest/globals';
import type { HttpRequest } from '../../../lib/http/http-request.ts';
import { readTokenForm } from '../../../lib/http/oauth/introspect-or-revoke-request.ts';
import { oauthError } from '../../../lib/http/oauth/oauth-error.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const basic = { authorization: `Basic ${btoa('bot:s3cret')}` };

const request = (body: string, headers: Readonly<Record<string, string>> = {}, rawQuery = ''): HttpRequest => ({
  id: 'req-1',
  method: 'POST',
  path: '/oauth2/introspect',
  parameters: {},
  rawQuery,
  headers: { ...FORM, ...headers },
  cookies: [],
  body: Buffer.from(body),
  sourceIp: '192.0.2.1',
  userAgent: null,
});

describe('a question about a token (RFC 7662 section 2.1, RFC 7009 section 2.1)', () => {
  it('is asked by a client that authenticates', () => {
    expect(readTokenForm(request('token=a', basic))).toMatchObject({ ok: true, value: { token: 'a' } });
  });

  it.each([
    ['nobody', request('token=a'), 'client_authentication_missing'],
    ['a name alone, which a public client has too', request('token=a&client_id=cli'), 'client_authentication_missing'],
    ['two methods', request('token=a&client_secret=s', basic), 'client_methods_several'],
    ['a token in the query', request('', basic, 'token=a'), 'proof_in_query'],
    ['a token twice', request('token=a&token=b', basic), 'parameter_repeated'],
    ['no token', request('token=', basic), 'parameter_missing'],
  ])('is refused from %s', (_, asked, reason) => {
    expect(readTokenForm(asked)).toMatchObject({ ok: false, refusal: { reason } });
  });
});

describe('a client that is not authenticated', () => {
  it.each(['client_authentication_missing', 'client_authentication_failed', 'client_assertion_replayed'] as const)(
    'is told the scheme by every 401: %s (RFC 9110 section 11.6.1)',
    (reason) => {
      const { statusCode, headers } = oauthError({ reason }, 'req-1', 'other');
      expect(statusCode).toBe(401);
      expect(headers?.['www-authenticate']).toBe('Basic realm="token-broker"');
    },
  );

  it('is told none by another status', () => {
    expect(oauthError({ reason: 'token_malformed' }, 'req-1', 'other').headers).not.toHaveProperty('www-authenticate');
  });
});
