import { describe, expect, it } from '@jest/globals';
import { readBasic } from '../../../lib/http/basic.ts';
import { readClientAuthentication } from '../../../lib/http/oauth/endpoint-authentication.ts';
import { Parameters } from '../../../lib/http/parameters.ts';
import { aRouteRequest } from '../../fakes/http.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const read = (authorization: string | null, form: string) => {
  const parsed = Parameters.parse(form);
  if (!parsed.ok) throw new TypeError('the form does not parse');
  return readClientAuthentication(
    aRouteRequest({ headers: authorization === null ? {} : { authorization } }),
    parsed.value,
  );
};
const TYPE = 'client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer';

describe('HTTP Basic of a client (RFC 6749 section 2.3.1)', () => {
  it.each([
    ['plain', 'bot:secret', 'bot', 'secret'],
    ['with more colons', 'bot:a:b', 'bot', 'a:b'],
    ['with what no form encoding leaves as it is', 'bot:a%zz+b%', 'bot', 'a%zz+b%'],
  ])('is read %s', (_, text, client, secret) => {
    expect(readBasic(base64(text))).toEqual({ ok: true, value: { method: 'client_secret_basic', client, secret } });
  });

  it.each([
    ['form-encoded', 's%3Ae%25c+r%C3%A9t', 's:e%c rét'],
    ['of base64, as curl and `AWS_CONTAINER_AUTHORIZATION_TOKEN` have it', 'Zm9+/b==', 'Zm9 /b=='],
    ['with a percent sign that could be an escape', 'a%41b', 'aAb'],
  ])('is read as it may be meant: %s', (_, written, secret) => {
    const value = { method: 'client_secret_basic', client: 'bot', secret, written };
    expect(readBasic(base64(`bot:${written}`))).toEqual({ ok: true, value });
  });

  it.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['base64url', base64('bot:??>').replaceAll('/', '_').replaceAll('+', '-')],
    ['base64 without its padding', 'Ym90OnM'],
    ['stray bits in the last character', 'Ym90OnN='],
    ['no colon', base64('bot')],
    ['an empty name', base64(':secret')],
    ['an empty secret', base64('bot:')],
    ['broken percent-encoding of the name', base64('b%zz:secret')],
    ['bytes that are not UTF-8', Buffer.from([0x62, 0x3a, 0xff]).toString('base64')],
    ['more than 2,048 characters', base64(`bot:${'x'.repeat(2048)}`)],
  ])('is refused of %s', (_, text) => {
    const log = { check: expect.stringMatching(/^basic_(malformed|incomplete)$/) };
    expect(readBasic(text)).toEqual({ ok: false, refusal: { reason: 'client_authentication_failed', log } });
  });
});

describe('how a client authenticates', () => {
  it.each([
    ['nobody', null, '', null],
    ['a name alone', null, 'client_id=bot', { method: 'none', client: 'bot' }],
    ['a name beside an empty secret', null, 'client_id=bot&client_secret=', { method: 'none', client: 'bot' }],
    [
      'a secret in the form',
      null,
      'client_id=bot&client_secret=s',
      { method: 'client_secret_post', client: 'bot', secret: 's' },
    ],
    ['an assertion', null, `client_assertion=a&${TYPE}`, { method: 'private_key_jwt', assertion: 'a', client: null }],
    [
      'an assertion and its name',
      null,
      `client_assertion=a&client_id=bot&${TYPE}`,
      { method: 'private_key_jwt', assertion: 'a', client: 'bot' },
    ],
    [
      'Basic and its own name',
      `basic ${base64('bot:s')}`,
      'client_id=bot&client_secret=',
      { method: 'client_secret_basic', client: 'bot', secret: 's' },
    ],
  ])('is read of %s', (_, authorization, form, value) => {
    expect(read(authorization, form)).toEqual({ ok: true, value });
  });

  it.each([
    ['Basic and a secret', `Basic ${base64('bot:s')}`, 'client_id=bot&client_secret=s', 'client_methods_several'],
    ['Basic and an assertion', `Basic ${base64('bot:s')}`, `client_assertion=a&${TYPE}`, 'client_methods_several'],
    ['a secret and an assertion', null, `client_secret=s&client_assertion=a&${TYPE}`, 'client_methods_several'],
    ['an empty header', '', 'client_id=bot&client_secret=s', 'client_methods_several'],
    ['another scheme', 'Bearer x', '', 'client_authentication_failed'],
    ['a header that came twice', `Basic ${base64('b:s')}, Basic ${base64('b:s')}`, '', 'client_authentication_failed'],
    ['Basic and the name of another', `Basic ${base64('bot:s')}`, 'client_id=api', 'client_authentication_failed'],
    ['a secret of nobody', null, 'client_secret=s', 'client_authentication_failed'],
    ['an assertion without its type', null, 'client_assertion=a', 'parameter_invalid'],
    ['an assertion of another type', null, 'client_assertion=a&client_assertion_type=saml', 'parameter_invalid'],
    ['a type without an assertion', null, TYPE, 'parameter_missing'],
  ])('is refused of %s', (_, authorization, form, reason) => {
    expect(read(authorization, form)).toMatchObject({ ok: false, refusal: { reason } });
  });
});
