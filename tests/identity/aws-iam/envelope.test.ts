/** What an envelope and the signature in it may look like, each by its own edge. */
import { describe, expect, it } from '@jest/globals';
import { parseSignatureV4 } from '../../../lib/identity/aws-iam/authorization.ts';
import { parseEnvelope } from '../../../lib/identity/aws-iam/envelope.ts';

const envelope = (document: unknown): string => Buffer.from(JSON.stringify(document)).toString('base64url');
const padded = (text: string): string => text.padEnd(Math.ceil(text.length / 4) * 4, '=');
const REQUEST = { url: 'https://sts.amazonaws.com/', body: 'a', headers: { 'X-Amz-Date': 'd' } };

/** A request whose JSON has so many bytes. */
const ofBytes = (bytes: number): string =>
  envelope({ ...REQUEST, body: 'a'.repeat(bytes - JSON.stringify(REQUEST).length + REQUEST.body.length) });

describe('an envelope', () => {
  it.each([
    ['as it is', envelope(REQUEST)],
    ['with its padding', padded(envelope({ ...REQUEST, body: 'aa' }))],
    ['with a list of one value', envelope({ ...REQUEST, headers: { 'X-Amz-Date': ['d'] } })],
    ['without headers', envelope({ ...REQUEST, headers: {} })],
    [
      'with 24 of them',
      envelope({ ...REQUEST, headers: Object.fromEntries(Array.from({ length: 24 }, (_, n) => [`h${n}`, 'v'])) }),
    ],
    ['with a header of 64 characters', envelope({ ...REQUEST, headers: { ['h'.repeat(64)]: 'v' } })],
    ['with a value of one character', envelope({ ...REQUEST, headers: { h: '~' } })],
    ['with a value of 8,192 characters', envelope({ ...REQUEST, headers: { h: 'v'.repeat(8_192) } })],
    ['of 16,384 characters', ofBytes(12_288)],
    ['with a blank in a value', envelope({ ...REQUEST, headers: { h: 'a b' } })],
  ])('is read %s', (_, text) => {
    expect(parseEnvelope(text)).toMatchObject({ ok: true, value: { url: REQUEST.url } });
  });

  it('has header names without case', () => {
    const read = parseEnvelope(envelope(REQUEST));
    expect(read.ok && [...read.value.headers]).toEqual([['x-amz-date', 'd']]);
  });

  it.each([
    ['nothing', ''],
    ['padding alone', '=='],
    ['padding within', `${envelope(REQUEST).slice(0, 8)}=${envelope(REQUEST).slice(8)}`],
    ['something before it', `!${envelope(REQUEST)}`],
    ['a sign of base64 within', `${envelope(REQUEST).slice(0, 8)}+${envelope(REQUEST).slice(8)}`],
    ['a value of 8,193 characters', envelope({ ...REQUEST, headers: { h: 'v'.repeat(8_193) } })],
    ['16,385 characters, of which one is padding', `${ofBytes(12_288)}=`],
    ['too much padding', `${envelope(REQUEST)}===`],
    ['base64', Buffer.from('{"a":"??>"}').toString('base64')],
    ['stray bits', `${envelope(REQUEST).slice(0, -1)}/`],
    ['a list', envelope([REQUEST])],
    ['a member more', envelope({ ...REQUEST, method: 'POST' })],
    ['a member less', envelope({ url: REQUEST.url, body: 'a' })],
    ['another member', envelope({ url: REQUEST.url, body: 'a', header: {} })],
    ['an URL that is no text', envelope({ ...REQUEST, url: null })],
    ['a body that is no text', envelope({ ...REQUEST, body: {} })],
    ['headers in a list', envelope({ ...REQUEST, headers: [['a', 'b']] })],
    [
      '25 headers',
      envelope({ ...REQUEST, headers: Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`h${n}`, 'v'])) }),
    ],
    ['a header name of 65 characters', envelope({ ...REQUEST, headers: { ['h'.repeat(65)]: 'v' } })],
    ['a header without a name', envelope({ ...REQUEST, headers: { '': 'v' } })],
    ['a header name with an underscore', envelope({ ...REQUEST, headers: { a_b: 'v' } })],
    ['an empty value', envelope({ ...REQUEST, headers: { h: '' } })],
    ['a blank before a value', envelope({ ...REQUEST, headers: { h: ' a' } })],
    ['a blank behind a value', envelope({ ...REQUEST, headers: { h: 'a ' } })],
    ['a tab in a value', envelope({ ...REQUEST, headers: { h: 'a\tb' } })],
    ['two values', envelope({ ...REQUEST, headers: { h: ['a', 'b'] } })],
    ['no value', envelope({ ...REQUEST, headers: { h: [] } })],
    ['one name in two cases', envelope({ ...REQUEST, headers: { H: 'a', h: 'a' } })],
    ['more than 16,384 characters', envelope({ ...REQUEST, body: 'a'.repeat(16_000) })],
  ])('is none of %s', (_, text) => {
    const found = 'not base64url of one JSON object with url, body and headers, each header once';
    expect(parseEnvelope(text)).toEqual({ ok: false, refusal: { reason: 'signed_request_malformed', log: { found } } });
  });
});

describe('an Authorization header of Signature Version 4', () => {
  const SIGNED = 'ab'.repeat(32);
  const header = (more: Partial<Record<'key' | 'day' | 'region' | 'names' | 'signature' | 'comma', string>> = {}) => {
    const {
      key = 'ASIAEXAMPLEEXAMP',
      day = '20261121',
      region = 'eu-west-1',
      names = 'host;x-amz-date',
      signature = SIGNED,
      comma = ', ',
    } = more;
    return `AWS4-HMAC-SHA256 Credential=${key}/${day}/${region}/sts/aws4_request${comma}SignedHeaders=${names}${comma}Signature=${signature}`;
  };
  const DATE = '20261121T090000Z';

  it.each([{}, { comma: ',' }, { key: 'A'.repeat(128) }, { region: 'us' }, { names: 'host' }])(
    'is read: %j',
    (more) => {
      expect(parseSignatureV4(header(more), DATE)).toEqual({
        accessKeyId: more.key ?? 'ASIAEXAMPLEEXAMP',
        region: more.region ?? 'eu-west-1',
        signedHeaders: (more.names ?? 'host;x-amz-date').split(';'),
        signature: SIGNED,
        signedAt: 1_795_251_600,
      });
    },
  );

  it.each([
    { key: 'ASIAEXAMPLEEXAM' },
    { key: 'A'.repeat(129) },
    { key: 'asiaexampleexamp' },
    { day: '20261122' },
    { day: '2026112' },
    { region: 'x' },
    { region: 'r'.repeat(33) },
    { names: 'host;host' },
    { names: 'host;' },
    { names: '' },
    { names: 'Host' },
    { signature: SIGNED.toUpperCase() },
    { signature: SIGNED.slice(1) },
    { signature: `${SIGNED}0` },
    { comma: ',  ' },
  ])('is none: %j', (more) => {
    expect(parseSignatureV4(header(more), DATE)).toBeNull();
  });

  it.each(['x', ' ', 'AWS4-HMAC-SHA256 '])('is none with %j before it', (before) => {
    expect(parseSignatureV4(`${before}${header()}`, DATE)).toBeNull();
    expect(parseSignatureV4('', DATE)).toBeNull();
  });

  it.each(['20261121T090000', '20261121T240000Z', '20261131T090000Z', '20261121 090000Z', '2026-11-21T09:00:00Z', ''])(
    'is none at the date %j',
    (date) => {
      expect(parseSignatureV4(header({ day: date.slice(0, 8) }), date)).toBeNull();
    },
  );
});
