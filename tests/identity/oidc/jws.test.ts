import { describe, expect, it } from '@jest/globals';
import { parseJws } from '../../../lib/identity/oidc/jws.ts';
import { parseJwt, tokenType } from '../../../lib/identity/oidc/jwt.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { encode } from './fixture.ts';

const HEADER = { alg: 'RS256', kid: 'a', typ: 'JWT' };
const jws = (header: JsonObject): string => `${encode(JSON.stringify(header))}.${encode('{}')}.${encode('signature')}`;
const [HEAD = '', BODY = '', SIGNATURE = ''] = jws(HEADER).split('.');
const verdict = (compact: string): string => {
  const parsed = parseJws(compact);
  return parsed.ok ? 'read' : parsed.refusal.reason;
};

describe('a compact JWS', () => {
  it('has a header, a payload and a signature', () => {
    expect(parseJws(jws(HEADER))).toStrictEqual({
      ok: true,
      value: { compact: jws(HEADER), header: HEADER, payload: Buffer.from('{}') },
    });
    expect(parseJws(jws({ alg: 'RS256' }))).toMatchObject({
      value: { header: { alg: 'RS256', kid: undefined, typ: undefined } },
    });
  });

  it.each([
    ['nothing', ''],
    ['one part', HEAD],
    ['two parts', `${HEAD}.${BODY}`],
    ['four parts', `${HEAD}.${BODY}.${SIGNATURE}.`],
    ['five parts, as a JWE has', `${HEAD}.${BODY}.${SIGNATURE}.${BODY}.${BODY}`],
    ['a header that is no base64url', `${HEAD}=.${BODY}.${SIGNATURE}`],
    ['a payload that is none', `${HEAD}.${BODY}=.${SIGNATURE}`],
    ['a signature that is none', `${HEAD}.${BODY}.${SIGNATURE}=`],
    ['a header that is no JSON object', `${encode('[]')}.${BODY}.${SIGNATURE}`],
    ['an empty alg', jws({ alg: '' })],
    ['no alg', jws({ kid: 'a' })],
  ])('is malformed with %s', (_name, compact) => {
    expect(verdict(compact)).toBe('token_malformed');
  });

  it.each([
    ['', 'no dot: an opaque token, or none'],
    [HEAD, 'no dot: an opaque token, or none'],
    ['a.b', '2 parts in place of three'],
    ['a.b.c.d', '4 parts in place of three'],
    ['a.b.c.d.e', 'five parts: an encrypted token'],
    ['a.b.c.d.e.f', 'more than five parts in place of three'],
    ['a.b.c.d.e.f.g', 'more than five parts in place of three'],
  ])(
    'of other parts than three is told to the log by what it seems to be, and never by a part of it: %s',
    (compact, found) => {
      expect(parseJws(compact)).toEqual({ ok: false, refusal: { reason: 'token_malformed', log: { found } } });
    },
  );

  it('is at most 20,000 characters long', () => {
    const empty = jws({ alg: 'RS256' }).replace(/[^.]*$/, '');
    const signature = 'A'.repeat(20_000 - empty.length);
    expect(verdict(`${empty}${signature}`)).toBe('read');
    expect(verdict(`${empty}${signature}A`)).toBe('token_too_large');
  });
});

describe('a member of the header', () => {
  const STRINGS = ['kid', 'typ', 'cty', 'jku', 'x5u', 'x5t', 'x5t#S256'];
  it.each([
    ...STRINGS.map((name) => [name, 'text', [7, null, {}, ['text']]] as const),
    ['jwk', { kty: 'RSA' }, ['text', null, [], 7]],
    ['x5c', ['MII', 'MII'], ['MII', ['MII', 7], {}, null]],
  ] as const)('is of its type or the token is refused: %s (RFC 7515 section 4.1)', (name, right, wrong) => {
    expect(verdict(jws({ alg: 'RS256', [name]: right }))).toBe('read');
    expect(wrong.map((value) => verdict(jws({ alg: 'RS256', [name]: value })))).toEqual(
      wrong.map(() => 'header_not_allowed'),
    );
  });

  it.each(['crit', 'zip', 'b64'])('that changes what is signed is refused: %s', (name) => {
    expect(verdict(jws({ alg: 'RS256', [name]: ['exp'] }))).toBe('header_not_allowed');
  });

  it('that is unknown leads nowhere', () => {
    expect(parseJws(jws({ alg: 'RS256', odd: 1 }))).toMatchObject({ value: { header: { alg: 'RS256' } } });
  });
});

describe('a JWT', () => {
  it('has one JSON object of claims', () => {
    expect(parseJwt(jws(HEADER))).toMatchObject({ value: { unverified: {}, header: HEADER } });
    expect(parseJwt(`${HEAD}.${encode('[]')}.${SIGNATURE}`)).toMatchObject({ refusal: { reason: 'token_malformed' } });
  });

  it.each([
    [undefined, 'jwt'],
    ['JWT', 'jwt'],
    ['application/JWT', 'jwt'],
    ['at+jwt', 'at+jwt'],
    ['Application/AT+JWT', 'at+jwt'],
    ['application/a/b', 'application/a/b'],
    ['text/jwt', 'text/jwt'],
  ])('of typ %j is of type %s (RFC 7515 section 4.1.9)', (typ, type) => {
    expect(tokenType({ alg: 'RS256', kid: undefined, typ })).toBe(type);
  });
});
