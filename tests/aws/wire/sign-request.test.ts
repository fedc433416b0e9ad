import { describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../../lib/aws/wire/sha256.ts';
import { requestSigner } from '../../../lib/aws/wire/sign-request.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { randomOf } from '../../modules/random.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const AT = epochMilliseconds(Date.parse('2015-08-30T12:36:00Z'));
const FORM = 'application/x-www-form-urlencoded';
const TOKEN =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

describe("the Signature Version 4 test suite's POST", () => {
  const sign = requestSigner('service', 'us-east-1', new URL('https://example.amazonaws.com/'));

  it.each([
    ['post-vanilla', {}, '', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'post-header-key-sort',
      { 'my-header1': 'value1' },
      '',
      'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
    ],
    [
      'post-header-value-case',
      { 'my-header1': 'VALUE1' },
      '',
      'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    ],
    [
      'post-x-www-form-urlencoded',
      { 'content-type': FORM },
      'Param1=value1',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
    [
      'post-x-www-form-urlencoded-parameters',
      { 'content-type': `${FORM}; charset=utf8` },
      'Param1=value1',
      '1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe',
    ],
  ])('%s has the signature that is published', (_, headers, body, signature) => {
    expect(sign({ headers, body }, credentials, AT)['authorization']).toMatch(new RegExp(`Signature=${signature}$`));
  });

  it('post-sts-header-before has the signature that is published: the session token is signed', () => {
    const signed = sign({ headers: {}, body: '' }, { ...credentials, sessionToken: TOKEN }, AT);
    expect(signed).toMatchObject({ 'x-amz-security-token': TOKEN });
    expect(signed['authorization']).toMatch(/=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead$/);
  });
});

describe('a request', () => {
  const random = randomOf(65);
  const below = (count: number): number => Math.floor(random() * count);
  const PATHS = ['/', '/dynamo', '/a/b/', '/%20x', "/it's(1)*!", '/%E2%82%AC/~_-.', '/a+b=c&d', '/@:$,;'];
  const REGIONS = ['eu-west-1', 'us-gov-east-1', 'eusc-de-east-1'];
  const SERVICES = ['dynamodb', 'secretsmanager', 'sts'];
  const VALUES = ['DynamoDB_20120810.PutItem', '  two  spaces ', 'tab\there', '', 'Mixed,Case;=', `${'v'.repeat(900)}`];
  const BODIES = [
    '',
    '{}',
    '{"Item":{"ä":{"S":"€ 😀"}}}',
    'Action=AssumeRole&Version=2011-06-15',
    '\u0000\n',
    'x'.repeat(5_000),
  ];
  const pick = <Value>(values: readonly [Value, ...Value[]] | readonly Value[], otherwise: Value): Value =>
    values[below(values.length)] ?? otherwise;

  function anyRequest() {
    const names = ['content-type', 'x-amz-target', 'x-amz-a', 'x-amz-a-b', 'accept'].filter(() => random() < 0.6);
    return {
      service: pick(SERVICES, 'sts'),
      region: pick(REGIONS, 'eu-west-1'),
      url: new URL(pick(PATHS, '/'), `https://host-${below(9)}.example${random() < 0.5 ? ':8443' : ''}`),
      headers: Object.fromEntries(names.map((name) => [name, pick(VALUES, '')])),
      body: pick(BODIES, ''),
      credentials: { ...credentials, ...(random() < 0.5 ? { sessionToken: `token/${below(1_000)}==` } : {}) },
      at: epochMilliseconds(
        Date.UTC(2020 + below(30), below(12), below(28), below(24), below(60), below(60), below(1_000)),
      ),
    };
  }

  it("is signed as by the AWS SDK's signer, whatever it is", async () => {
    for (let count = 0; count < 2_000; count += 1) {
      const { service, region, url, headers, body, at, ...given } = anyRequest();
      const oracle = new SignatureV4({ service, region, ...given, sha256: Sha256, applyChecksum: false });
      const target = { method: 'POST', protocol: url.protocol, hostname: url.hostname, path: url.pathname, query: {} };
      const expected = await oracle.sign(
        { ...target, headers: { ...headers, host: url.host }, body },
        { signingDate: new Date(at) },
      );
      expect(requestSigner(service, region, url)({ headers, body }, given.credentials, at)).toEqual(expected.headers);
    }
  });
});

describe('the key of a day', () => {
  const url = new URL('https://dynamodb.eu-west-1.amazonaws.com/');
  const request = { headers: {}, body: '{}' };
  const fresh = (secretAccessKey: string, at: string) =>
    requestSigner('dynamodb', 'eu-west-1', url)(
      request,
      { ...credentials, secretAccessKey },
      epochMilliseconds(Date.parse(at)),
    );

  it.each([
    ['the day after', credentials.secretAccessKey, '2026-11-26T00:00:00Z'],
    ['the day before', credentials.secretAccessKey, '2026-11-24T23:59:59Z'],
    ['other credentials', 'another', '2026-11-25T23:59:59Z'],
  ])('does not sign with %s', (_, secretAccessKey, at) => {
    const sign = requestSigner('dynamodb', 'eu-west-1', url);
    sign(request, credentials, epochMilliseconds(Date.parse('2026-11-25T23:59:59Z')));
    const later = sign(request, { ...credentials, secretAccessKey }, epochMilliseconds(Date.parse(at)));
    expect(later).toEqual(fresh(secretAccessKey, at));
    expect(later).not.toEqual(fresh(credentials.secretAccessKey, '2026-11-25T23:59:59Z'));
  });
});
