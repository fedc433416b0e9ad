import { describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../../lib/aws/wire/sha256.ts';
import { canonicalPath, canonicalQuery, requestSigner } from '../../../lib/aws/wire/sign-request.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { randomOf } from '../../modules/random.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const AT = epochMilliseconds(Date.parse('2015-08-30T12:36:00Z'));
const FORM = 'application/x-www-form-urlencoded';
const TOKEN =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

describe("the Signature Version 4 test suite's", () => {
  const sign = requestSigner('service', 'us-east-1');
  const get = { method: 'GET', host: 'example.amazonaws.com', path: '/', query: '', headers: {}, body: '' };
  const post = { ...get, method: 'POST' };
  const form = { ...post, body: 'Param1=value1' };
  const unreserved = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

  it.each([
    ['get-vanilla', get, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      { ...get, query: canonicalQuery({ Param2: 'value2', Param1: 'value1' }) },
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-vanilla-query-unreserved',
      { ...get, query: canonicalQuery({ [unreserved]: unreserved }) },
      '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
    ],
    [
      'get-utf8',
      { ...get, path: canonicalPath('/ሴ') },
      '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
    ],
    ['post-vanilla', post, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'post-header-key-sort',
      { ...post, headers: { 'my-header1': 'value1' } },
      'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
    ],
    [
      'post-header-value-case',
      { ...post, headers: { 'my-header1': 'VALUE1' } },
      'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    ],
    [
      'post-x-www-form-urlencoded',
      { ...form, headers: { 'content-type': FORM } },
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
    [
      'post-x-www-form-urlencoded-parameters',
      { ...form, headers: { 'content-type': `${FORM}; charset=utf8` } },
      '1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe',
    ],
  ])('%s has the signature that is published', (_, request, signature) => {
    expect(sign(request, credentials, AT)['authorization']).toMatch(new RegExp(`Signature=${signature}$`));
  });

  it('post-sts-header-before has the signature that is published: the session token is signed', () => {
    const signed = sign(post, { ...credentials, sessionToken: TOKEN }, AT);
    expect(signed).toMatchObject({ 'x-amz-security-token': TOKEN });
    expect(signed['authorization']).toMatch(/=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead$/);
  });
});

describe('a request', () => {
  const random = randomOf(65);
  const below = (count: number): number => Math.floor(random() * count);
  const METHODS = ['POST', 'GET', 'PUT', 'DELETE'];
  const PATHS = ['/', '/dynamo', '/a/b/', '/%20x', "/it's(1)*!", '/%E2%82%AC/~_-.', '/a+b=c&d', '/@:$,;'];
  const REGIONS = ['eu-west-1', 'us-gov-east-1', 'eusc-de-east-1'];
  const SERVICES = ['dynamodb', 'secretsmanager', 'sts', 's3'];
  const VALUES = ['DynamoDB_20120810.PutItem', '  two  spaces ', 'tab\there', '', 'Mixed,Case;=', `${'v'.repeat(900)}`];
  const BODIES = [
    '',
    '{}',
    '{"Item":{"ä":{"S":"€ 😀"}}}',
    'Action=AssumeRole&Version=2011-06-15',
    '\u0000\n',
    'x'.repeat(5_000),
    Uint8Array.of(0, 255, 128),
  ];
  const any = <Value>(values: readonly [Value, ...Value[]] | readonly Value[], otherwise: Value): Value =>
    values[below(values.length)] ?? otherwise;
  const someOf = (names: readonly string[], values: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.filter(() => random() < 0.6).map((name) => [name, any(values, '')]));

  const anyRequest = () => ({
    service: any(SERVICES, 'sts'),
    region: any(REGIONS, 'eu-west-1'),
    method: any(METHODS, 'POST'),
    url: new URL(any(PATHS, '/'), `https://host-${below(9)}.example${random() < 0.5 ? ':8443' : ''}`),
    query: someOf(['list-type', 'prefix', 'a b', 'é', 'A', 'a', 'a-b'], ['2', '', 'log/x y', "a+/=='*", '😀']),
    headers: someOf(['content-type', 'x-amz-target', 'x-amz-a', 'x-amz-a-b', 'accept'], VALUES),
    body: any<string | Uint8Array>(BODIES, ''),
    credentials: { ...credentials, ...(random() < 0.5 ? { sessionToken: `token/${below(1_000)}==` } : {}) },
    at: epochMilliseconds(
      Date.UTC(2020 + below(30), below(12), below(28), below(24), below(60), below(60), below(1_000)),
    ),
  });

  it("is signed as by the AWS SDK's signer, whatever it is", async () => {
    for (let count = 0; count < 2_000; count += 1) {
      const { service, region, method, url, query, headers, body, at, ...given } = anyRequest();
      const [host, isS3] = [url.host, service === 's3'];
      const options = { service, region, ...given, sha256: Sha256, applyChecksum: false, uriEscapePath: !isS3 };
      const { headers: expected } = await new SignatureV4(options).sign(
        {
          ...{ method, protocol: url.protocol, hostname: url.hostname, path: url.pathname, query, body },
          headers: { ...headers, host },
        },
        { signingDate: new Date(at) },
      );
      const path = isS3 ? url.pathname : canonicalPath(url.pathname);
      const request = { method, host, path, query: canonicalQuery(query), headers, body };
      expect(requestSigner(service, region)(request, given.credentials, at)).toEqual(expected);
    }
  });
});

describe('the key of a day', () => {
  const host = 'dynamodb.eu-west-1.amazonaws.com';
  const request = { method: 'POST', host, path: '/', query: '', headers: {}, body: '{}' };
  const BEFORE = epochMilliseconds(Date.parse('2026-11-25T23:59:59Z'));

  it.each([
    ['the day after', credentials.secretAccessKey, '2026-11-26T00:00:00Z'],
    ['the day before', credentials.secretAccessKey, '2026-11-24T23:59:59Z'],
    ['other credentials', 'another', '2026-11-25T23:59:59Z'],
  ])('does not sign with %s', (_, secretAccessKey, time) => {
    const sign = requestSigner('dynamodb', 'eu-west-1');
    const first = sign(request, credentials, BEFORE);
    const [others, at] = [{ ...credentials, secretAccessKey }, epochMilliseconds(Date.parse(time))];
    const later = sign(request, others, at);
    expect(later).toEqual(requestSigner('dynamodb', 'eu-west-1')(request, others, at));
    expect(later).not.toEqual(first);
  });
});
