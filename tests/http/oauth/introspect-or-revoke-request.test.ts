import { describe, expect, it } from '@jest/globals';
import { readIntrospectOrRevoke } from '../../../lib/http/oauth/introspect-or-revoke-request.ts';
import { oauthError } from '../../../lib/http/oauth/oauth-error.ts';
import { aFormPost, FORM } from '../../fakes/http.ts';

const basic = { authorization: `Basic ${btoa('bot:s3cret')}` };

const request = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  aFormPost(body, { headers: { ...FORM, ...headers } });

describe('a question about a token (RFC 7662 section 2.1, RFC 7009 section 2.1)', () => {
  it('is asked by a client that authenticates', () => {
    expect(readIntrospectOrRevoke(request('token=a', basic))).toMatchObject({ ok: true, value: { token: 'a' } });
  });

  it.each([
    ['nobody', request('token=a'), 'client_authentication_missing'],
    ['a name alone, which a public client has too', request('token=a&client_id=cli'), 'client_authentication_missing'],
    ['two methods', request('token=a&client_secret=s', basic), 'client_methods_several'],
    ['a token twice', request('token=a&token=b', basic), 'parameter_repeated'],
    ['no token', request('token=', basic), 'parameter_missing'],
  ])('is refused from %s', (_, asked, reason) => {
    expect(readIntrospectOrRevoke(asked)).toMatchObject({ ok: false, refusal: { reason } });
  });
});

describe('a client that is not authenticated', () => {
  it.each(['client_authentication_missing', 'client_authentication_failed', 'client_assertion_replayed'] as const)(
    'is told the scheme by every 401: %s (RFC 9110 section 11.6.1)',
    (reason) => {
      const { statusCode, headers } = oauthError('invalid_request')({ reason }, 'req-1');
      expect(statusCode).toBe(401);
      expect(headers?.['www-authenticate']).toBe('Basic realm="token-broker"');
    },
  );

  it('is told none by another status', () => {
    expect(oauthError('invalid_request')({ reason: 'token_malformed' }, 'req-1').headers).not.toHaveProperty(
      'www-authenticate',
    );
  });
});
