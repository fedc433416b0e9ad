import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readSignedRequest } from '../../../lib/identity/aws-iam/signed-request.ts';
import { type Envelope, encoded, SIGNING, type Signing, signed } from './signing.ts';
import { reasonOf, verify } from './verification.ts';

const header = (name: string, value: unknown) => (envelope: Envelope) => {
  envelope.headers[name] = value;
};
const authorization = (from: RegExp, to: string) => (envelope: Envelope) => {
  const before = String(envelope.headers['authorization']);
  envelope.headers['authorization'] = before.replace(from, to);
  expect(envelope.headers['authorization']).not.toBe(before);
};
const url = (text: string) => (envelope: Envelope) => {
  envelope.url = text;
};

describe('a hostile request never reaches STS', () => {
  it.each<[string, string, (envelope: Envelope) => void]>([
    ['another host', 'signed_request_not_accepted', url('https://sts.evil.example/')],
    ['a bucket called sts', 'signed_request_not_accepted', url('https://sts.s3.amazonaws.com/')],
    ['a regional bucket called sts', 'signed_request_not_accepted', url('https://sts.s3-eu-west-1.amazonaws.com/')],
    ['a host that goes on', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com.evil.example/')],
    ['a user before the host', 'signed_request_not_accepted', url('https://sts.amazonaws.com@evil.example/')],
    ['plain http', 'signed_request_not_accepted', url('http://sts.eu-west-1.amazonaws.com/')],
    ['a port', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com:8443/')],
    ['a path', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com/x')],
    ['a query', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com/?Action=GetSessionToken')],
    ['a fragment', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com/#x')],
    ['a host in capitals', 'signed_request_not_accepted', url('https://STS.eu-west-1.amazonaws.com/')],
    ['a blank before the URL', 'signed_request_not_accepted', url(' https://sts.eu-west-1.amazonaws.com/')],
    ['a newline after the URL', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com/\n')],
    ['a Region outside its partition', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.com.cn/')],
    ['the suffix of another partition', 'signed_request_not_accepted', url('https://sts.eu-west-1.amazonaws.eu/')],
    ['a Region without its suffix', 'signed_request_not_accepted', url('https://sts.eusc-de-east-1.amazonaws.com/')],
    ['another Region than signed', 'signed_request_not_accepted', url('https://sts.eu-west-2.amazonaws.com/')],
    ['a link-local address', 'signed_request_not_accepted', url('http://169.254.169.254/')],
    ['a Host header of another host', 'signed_request_not_accepted', header('host', 'sts.eu-west-2.amazonaws.com')],
    ['a header nobody expects', 'signed_request_not_accepted', header('x-forwarded-host', 'evil.example')],
    ['Transfer-Encoding', 'signed_request_not_accepted', header('transfer-encoding', 'chunked')],
    ['a wrong Content-Length', 'signed_request_not_accepted', header('content-length', '0')],
    ['a method override', 'signed_request_not_accepted', header('x-http-method-override', 'GET')],
    ['an x-amz header beside the signature', 'signed_request_not_accepted', header('x-amz-target', 'x')],
    ['a JSON content type', 'signed_request_not_accepted', header('content-type', 'application/json')],
    ['a header twice', 'signed_request_malformed', header('X-Amz-Date', '20261121T090000Z')],
    ['two values of a header', 'signed_request_malformed', header('user-agent', ['a', 'b'])],
    ['a newline in a header', 'signed_request_malformed', header('user-agent', 'a\r\nx-evil: b')],
    ['a header value that is a number', 'signed_request_malformed', header('content-length', 43)],
    ['a header value in Latin', 'signed_request_malformed', header('user-agent', 'é')],
    ['a header name with a colon', 'signed_request_malformed', header('x:y', 'z')],
    ['SigV4A', 'signed_request_malformed', authorization(/HMAC-SHA256/, 'ECDSA-P256-SHA256')],
    ['another service', 'signed_request_malformed', authorization(/\/sts\//, '/iam/')],
    ['a signature in capitals', 'signed_request_malformed', authorization(/[0-9a-f]{64}$/, 'A'.repeat(64))],
    ['a short signature', 'signed_request_malformed', authorization(/.$/, '')],
    ['two signatures', 'signed_request_malformed', authorization(/$/, ', Signature=00')],
    ['a day other than its date', 'signed_request_malformed', authorization(/\/20261121\//, '/20261120/')],
    [
      'a header signed twice',
      'signed_request_malformed',
      authorization(/=content-type;/, '=content-type;content-type;'),
    ],
    ['no date', 'signed_request_malformed', (envelope) => delete envelope.headers['x-amz-date']],
    ['no signature', 'signed_request_malformed', (envelope) => delete envelope.headers['authorization']],
    ['no server id', 'signed_request_not_accepted', (envelope) => delete envelope.headers['x-broker-server-id']],
    ['no content type', 'signed_request_not_accepted', (envelope) => delete envelope.headers['content-type']],
    ['a date that does not exist', 'signed_request_malformed', header('x-amz-date', '20261131T090000Z')],
    ['a date with an offset', 'signed_request_malformed', header('x-amz-date', '20261121T090000+0000')],
    [
      'a signed header that is missing',
      'signed_request_not_accepted',
      authorization(/Headers=/, 'Headers=amz-sdk-request;'),
    ],
    [
      'another action',
      'signed_request_not_accepted',
      (envelope) => {
        envelope.body = 'Action=GetSessionToken&Version=2011-06-15';
      },
    ],
    [
      'a second action',
      'signed_request_not_accepted',
      (envelope) => {
        envelope.body += '&Action=GetSessionToken';
      },
    ],
    [
      'the parameters turned round',
      'signed_request_not_accepted',
      (envelope) => {
        envelope.body = 'Version=2011-06-15&Action=GetCallerIdentity';
      },
    ],
    ['a body that is no text', 'signed_request_malformed', (envelope) => Object.assign(envelope, { body: null })],
    ['a member nobody expects', 'signed_request_malformed', (envelope) => Object.assign(envelope, { method: 'GET' })],
    ['no headers', 'signed_request_malformed', (envelope) => Object.assign(envelope, { headers: [] })],
  ])('%s: %s', async (_name, reason, change) => {
    const envelope = await signed();
    change(envelope);
    const result = await verify(encoded(envelope));
    expect(reasonOf(result)).toBe(reason);
    expect(result.sent).toEqual([]);
  });

  it.each<[string, string, Partial<Signing>]>([
    ['a server id that is not signed', 'signed_request_not_accepted', { unsigned: ['x-broker-server-id'] }],
    ['a session token that is not signed', 'signed_request_not_accepted', { unsigned: ['x-amz-security-token'] }],
    ['a host that is not signed', 'signed_request_not_accepted', { unsigned: ['host'] }],
    [
      'the server id of another server',
      'server_id_mismatch',
      { headers: { ...SIGNING.headers, 'x-broker-server-id': 'vault.example.com' } },
    ],
    ['a signed Accept', 'signed_request_not_accepted', { headers: { ...SIGNING.headers, accept: 'application/json' } }],
    [
      'a signed unknown header',
      'signed_request_not_accepted',
      { headers: { ...SIGNING.headers, 'x-amzn-trace': 'x' } },
    ],
    [
      'a signed body of another action',
      'signed_request_not_accepted',
      { body: 'Action=AssumeRole&Version=2011-06-15' },
    ],
    ['a signed path', 'signed_request_not_accepted', { path: '/x' }],
    ['a Region of another endpoint', 'signed_request_not_accepted', { region: 'us-east-1' }],
  ])('%s: %s', async (_name, reason, signing) => {
    const result = await verify(encoded(await signed(signing)));
    expect(reasonOf(result)).toBe(reason);
    expect(result.sent).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' '],
    ['not base64url', '!!!!'],
    ['standard base64', '+/+/'],
    ['base64url with bits left over', 'eyJ9'.slice(0, 3)],
    ['not JSON', Buffer.from('url').toString('base64url')],
    ['a list', encoded([])],
    ['null', encoded(null)],
    ['a byte order mark', Buffer.from('\ufeff{}').toString('base64url')],
    ['a member twice', Buffer.from('{"url":"a","url":"b","body":"","headers":{}}').toString('base64url')],
    ['a JWT', 'eyJhbGciOiJub25lIn0.e30.'],
    ['more than 16,384 characters', 'A'.repeat(16_388)],
  ])('%s is no envelope', async (_name, envelope) => {
    const result = await verify(envelope);
    expect(reasonOf(result)).toBe('signed_request_malformed');
    expect(result.sent).toEqual([]);
  });
});

describe('a request that may be sent to STS', () => {
  const read = (envelope: Envelope) => {
    const request = readSignedRequest(encoded(envelope), null);
    if (!request.ok) throw new Error(request.refusal.reason);
    return request.value;
  };
  const more = {
    'amz-sdk-invocation-id': 'i',
    'amz-sdk-request': 'attempt=1',
    'content-length': '43',
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    'x-amz-user-agent': 'aws-sdk-js',
  };

  it('has what its signature covers, but for what the transport writes itself', async () => {
    const envelope = await signed({ headers: { ...SIGNING.headers, ...more } });
    envelope.headers = { ...envelope.headers, accept: '*/*', 'accept-encoding': 'br', connection: 'close' };
    const { 'content-length': _, host: __, ...rest } = { ...more, ...SIGNING.headers, host: '' };
    expect(Object.keys(read(envelope).headers).toSorted()).toEqual(
      [...Object.keys(rest), 'authorization', 'x-amz-date', 'x-amz-security-token'].toSorted(),
    );
    expect(read(envelope).headers).toMatchObject(rest);
  });

  it('has its content type, signed or not', async () => {
    const { headers } = read(await signed({ unsigned: ['content-type'] }));
    expect(headers['content-type']).toBe(SIGNING.headers['content-type']);
  });

  it('need not repeat the host that it is signed for', async () => {
    const envelope = await signed();
    delete envelope.headers['host'];
    expect(read(envelope)).toMatchObject({ target: { host: SIGNING.host }, serverId: 'broker.example.com' });
    expect(read(envelope).headers).not.toHaveProperty('host');
  });

  it('has an id of its signature', async () => {
    const envelope = await signed();
    const signature = String(envelope.headers['authorization']).slice(-64);
    expect(read(envelope).id).toBe(createHash('sha256').update(signature).digest('hex'));
  });

  it.each([
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded;charset=utf-8',
    'Application/X-WWW-Form-Urlencoded; Charset=UTF-8',
  ])('is a form: %s', async (type) => {
    expect(read(await signed({ headers: { ...SIGNING.headers, 'content-type': type } })).headers).toMatchObject({
      'content-type': type,
    });
  });

  it.each([
    'x-application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=latin1',
    'application/x-www-form-urlencoded2',
  ])('is not one of type %s', async (type) => {
    const envelope = encoded(await signed({ headers: { ...SIGNING.headers, 'content-type': type } }));
    expect(readSignedRequest(envelope, null)).toMatchObject({ refusal: { reason: 'signed_request_not_accepted' } });
  });
});

describe('an operator reads in the log why a request is not sent', () => {
  const more = (name: string, value: string) => ({ headers: { ...SIGNING.headers, [name]: value } });
  const none: Partial<Signing> = {};

  it.each<[string, Partial<Signing>, (envelope: Envelope) => void]>([
    ['the url is no endpoint of AWS STS', none, url('https://sts.evil.example/')],
    ['no X-Broker-Server-Id', none, (envelope) => delete envelope.headers['x-broker-server-id']],
    ['the body is not Action=GetCallerIdentity&Version=2011-06-15', { body: 'Action=AssumeRole' }, () => undefined],
    ['a header that is not expected', none, header('x-forwarded-host', 'evil.example')],
    ['a signed header that is missing or not expected', none, authorization(/Headers=/, 'Headers=amz-sdk-request;')],
    [
      'a header that is not signed: host, x-amz-date, x-broker-server-id and every x-amz- one have to be',
      { unsigned: ['x-broker-server-id'] },
      () => undefined,
    ],
    ['signed for another Region than the url has', none, url('https://sts.eu-west-2.amazonaws.com/')],
    ['a Host that is not that of the url', none, header('host', 'sts.eu-west-2.amazonaws.com')],
    ['another Content-Length', none, header('content-length', '0')],
    ['a Content-Type that is no form', more('content-type', 'application/json'), () => undefined],
  ])('%s', async (found, signing, change) => {
    const envelope = await signed(signing);
    change(envelope);
    const refusal = { reason: 'signed_request_not_accepted', log: { found } };
    expect(readSignedRequest(encoded(envelope), null)).toEqual({ ok: false, refusal });
  });

  it('whose signature is none', async () => {
    const envelope = await signed();
    delete envelope.headers['authorization'];
    const found = 'an Authorization or X-Amz-Date that is none of Signature Version 4 for sts';
    const refusal = { reason: 'signed_request_malformed', log: { found } };
    expect(readSignedRequest(encoded(envelope), null)).toEqual({ ok: false, refusal });
  });
});
