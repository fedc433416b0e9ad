/**
 * Bodies whose chunks are signed one by one: AWS's published examples (Amazon S3 API Reference, "Signature Calculations
 * for the Authorization Header: Transferring Payload in Multiple Chunks", and "… Including Trailing Headers").
 */
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { AnotherBody } from '../../../bin/signer/body.ts';
import { SignedAnew } from '../../../bin/signer/chunks.ts';
import { chunkSigner } from '../../../bin/signer/signature.ts';
import { aProxy, PLACEHOLDER, SESSION } from './a-proxy.ts';

const AWS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const SCOPE = { day: '20130524', time: '20130524T000000Z', region: 'us-east-1', service: 's3' };
const chunk = (size: number, signature: string) =>
  `${size.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(size)}${size === 0 ? '' : '\r\n'}`;

const plain = {
  seed: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  trailer: 'none' as const,
  body: [
    chunk(65_536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'),
    chunk(1024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'),
    chunk(0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'),
    '\r\n',
  ].join(''),
};
const trailing = {
  seed: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
  trailer: 'signed' as const,
  body: [
    chunk(65_536, 'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2'),
    chunk(1024, '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7'),
    chunk(0, '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992'),
    'x-amz-checksum-crc32c:sOO8/Q==\r\n',
    'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n',
    '\r\n',
  ].join(''),
};

/** What comes of a body that arrives in pieces of so many octets, signed anew with `to`. */
async function through(
  example: typeof plain | typeof trailing,
  body: string,
  piece = 70_000,
  to = AWS,
): Promise<string> {
  const { seed, trailer } = example;
  const chain = { from: chunkSigner(AWS, SCOPE, seed), to: chunkSigner(to, SCOPE, seed), length: 66_560, trailer };
  const signed = new SignedAnew(chain);
  for (let at = 0; at < body.length; at += piece) signed.write(Buffer.from(body.slice(at, at + piece), 'latin1'));
  signed.end();
  let text = '';
  for await (const octets of signed) text += octets.toString('latin1');
  return text;
}

describe.each([
  ['chunks', plain],
  ['chunks with a trailer', trailing],
])('%s as AWS publishes them', (_, example) => {
  it.each([1, 1000, 65_540, 100_000])(
    'are verified and signed to the very same octets, in pieces of %i',
    async (piece) => {
      expect(await through(example, example.body, piece)).toBe(example.body);
    },
  );

  it('have other signatures by another key, and nothing else that is another', async () => {
    const text = await through(example, example.body, 70_000, PLACEHOLDER);
    const unsigned = (body: string) => body.replace(/signature[=:][0-9a-f]{64}/g, 'signature');
    expect(text).not.toBe(example.body);
    expect(unsigned(text)).toBe(unsigned(example.body));
    expect(text).toHaveLength(example.body.length);
  });

  const swapped = (body: string) => {
    const [first, second] = [...body.matchAll(/chunk-signature=([0-9a-f]{64})/g)].map(([, each]) => each ?? '');
    return body
      .replace(first ?? '', '-')
      .replace(second ?? '', first ?? '')
      .replace('-', second ?? '');
  };
  it.each<[string, (body: string) => string]>([
    ['an octet of another value', (body) => body.replace('aaa', 'aab')],
    ['a signature of another', swapped],
    ['a chunk left out', (body) => body.replace(/400;[^\r]*\r\na{1024}\r\n/, '')],
    ['a chunk twice', (body) => body.replace(/(400;[^\r]*\r\na{1024}\r\n)/, '$1$1')],
    ['no last chunk', (body) => body.replace(/0;chunk[\s\S]*$/, '')],
    ['no end', (body) => body.slice(0, -2)],
    ['more after its end', (body) => `${body}GET / HTTP/1.1\r\n\r\n`],
    ['a size of another chunk', (body) => body.replace('400;', '3ff;')],
    ['a size that no machine has', (body) => body.replace('10000;', 'ffffffff;')],
    ['an extension beside the signature', (body) => body.replace('10000;', '10000;a=b;')],
    ['no signature', (body) => body.replace(/;chunk-signature=[0-9a-f]{64}/, '')],
    ['an endless line', (body) => `${'0'.repeat(5000)}${body}`],
    ['a trailer that nobody signed', (body) => body.replace(/\r\n\r\n$/, '\r\nx-amz-acl:public-read\r\n\r\n')],
    ['another checksum', (body) => body.replace(/sOO8|\r\n\r\n$/, 'x')],
  ])('are refused with %s', async (_name, change) => {
    await expect(through(example, change(example.body))).rejects.toThrow(AnotherBody);
  });
});

/** As a service verifies it: the chain of a request that arrived, by AWS's text. */
function chainOf(headers: ReadonlyMap<string, string>, parts: readonly string[], secret: string): readonly string[] {
  const [, scope = '', seed = ''] =
    /Credential=[^/]+\/([^,]+),.*Signature=(\w+)/.exec(headers.get('authorization') ?? '') ?? [];
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  const kind = ['AWS4-HMAC-SHA256-PAYLOAD', headers.get('x-amz-date'), scope];
  let before = seed;
  return parts.map((part) => {
    before = hmac(key, [...kind, before, digest(''), digest(part)].join('\n')).toString('hex');
    return before;
  });
}

describe('a body of signed chunks through the proxy', () => {
  const parts = ['hello', 'world', ''];
  const framed = (signatures: readonly string[]) =>
    parts.map((part, at) => `${part.length};chunk-signature=${signatures[at]}\r\n${part}\r\n`).join('');
  const asked = { method: 'PUT', body: framed(['', '', ''].map(() => '0'.repeat(64))) };
  const headers = {
    ...{ 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'x-amz-decoded-content-length': '10' },
    'content-encoding': 'aws-chunked',
  };
  const signedBy = async (proxy: Awaited<ReturnType<typeof aProxy>>, secret: string, more: object = {}) => {
    const text = await proxy.sign({ ...asked, headers: { ...headers, ...more } });
    const [head = ''] = text.split('\r\n\r\n');
    const lines = head
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]);
    return `${head}\r\n\r\n${framed(chainOf(new Map(lines), parts, secret))}`;
  };

  it('arrives signed by the session, as long as it was', async () => {
    const proxy = await aProxy({ streaming: 'allowed' });
    expect(await proxy.send(await signedBy(proxy, PLACEHOLDER.secretAccessKey))).toMatch(/^HTTP\/1.1 200 /);
    const { headers: arrived, body } = proxy.arrived[0] ?? { headers: new Map(), body: '' };
    expect(body).toBe(framed(chainOf(arrived, parts, SESSION.SecretAccessKey)));
    expect(arrived.get('x-amz-decoded-content-length')).toBe('10');
    expect(arrived.get('content-length')).toBe(String(body.length));
    expect(await proxy.send(await signedBy(proxy, 'another'))).toMatch(/^HTTP\/1.1 403 [\s\S]*a chunk of its body/);
    expect(proxy.arrived).toHaveLength(1);
    await proxy.stop();
  });

  it.each([{ 'content-type': 'application/x-www-form-urlencoded' }, { 'x-amz-target': 'A.B' }])(
    'is signed anew whatever else its headers say: %j',
    async (more) => {
      const proxy = await aProxy({ streaming: 'allowed' });
      await proxy.send(await signedBy(proxy, PLACEHOLDER.secretAccessKey, more));
      for (const { headers: arrived, body } of proxy.arrived)
        expect(body).toBe(framed(chainOf(arrived, parts, SESSION.SecretAccessKey)));
      expect(proxy.arrived).toHaveLength('content-type' in more ? 1 : 0);
      await proxy.stop();
    },
  );

  it('is refused without the flag, which the answer names', async () => {
    const proxy = await aProxy();
    const said = await proxy.send(await signedBy(proxy, PLACEHOLDER.secretAccessKey));
    expect(said).toMatch(
      /^HTTP\/1.1 403 [\s\S]*STREAMING-AWS4-HMAC-SHA256-PAYLOAD is refused: --allow-streaming lets it through/,
    );
    expect(proxy.arrived).toEqual([]);
    await proxy.stop();
  });
});
