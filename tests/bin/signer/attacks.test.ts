/** What a program, a page in a browser and other processes of the machine try on the proxy of `token-broker sign`. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { endpointsOf } from '../../../bin/signer/endpoints.ts';
import { openLog } from '../../../bin/signer/log.ts';
import { aProxy, type Request, SESSION, signerOf } from './a-proxy.ts';

let proxied: Awaited<ReturnType<typeof aProxy>>;
beforeAll(async () => {
  proxied = await aProxy();
});
afterAll(() => proxied.stop());
beforeEach(() => {
  proxied.arrived.length = 0;
  proxied.log.length = 0;
  proxied.script.answer = (_request, response) => response.end('ok');
});

const PUT = { method: 'PUT', body: 'hello' };
const adding = (line: string) => (text: string) => text.replace('\r\n', `\r\n${line}\r\n`);
const to = (from: string | RegExp, text: string) => (request: string) => request.replace(from, text);

describe('a signed request that two readers could understand in two ways goes nowhere', () => {
  it.each<[string, (text: string) => string]>([
    ['a length and chunks (CL.TE)', adding('Transfer-Encoding: chunked')],
    ['a length and chunks, told apart by a blank', adding('Transfer-Encoding : chunked')],
    ['a length and chunks, told apart by a tab', adding('Transfer-Encoding:\tchunked')],
    ['a length and another coding', adding('Transfer-Encoding: xchunked')],
    ['two lengths', adding('Content-Length: 3')],
    ['one length twice', adding('Content-Length: 5')],
    ['a length with a sign', to('content-length: 5', 'Content-Length: +5')],
    ['a length in hexadecimal', to('content-length: 5', 'Content-Length: 0x5')],
    ['lengths in a list', to('content-length: 5', 'Content-Length: 5, 5')],
    ['a folded line', adding('X-Amz-Meta-A: a\r\n b')],
    ['a line that begins with a blank', to('\r\n', '\r\n Content-Length: 5\r\n')],
    ['bare line feeds', (text) => text.replaceAll('\r\n', '\n')],
    ['one bare line feed', adding('X-A: b\nX-Amz-Acl: public-read')],
    ['a carriage return in a value', adding('X-A: b\rX-Amz-Acl: public-read')],
    ['a NUL in a value', adding('X-A: b\0c')],
    ['a name with a blank', adding('X-Amz-Acl : public-read')],
    ['two Hosts', adding('Host: evil.example')],
    ['two content types', (text) => adding('Content-Type: a/b')(adding('Content-Type: c/d')(text))],
    ['two sources of a copy', (text) => adding('X-Amz-Copy-Source: /a/b')(adding('x-amz-copy-source: /c/d')(text))],
    ['HTTP/1.0', to('HTTP/1.1', 'HTTP/1.0')],
    ['no version', to(' HTTP/1.1', '')],
  ])('%s', async (_, change) => {
    expect(await proxied.send(change(await proxied.sign(PUT)))).toMatch(/^HTTP\/1.1 400 /);
    expect(proxied.arrived).toEqual([]);
    expect(proxied.log).toEqual([expect.objectContaining({ host: null, status: 400 })]);
  });

  it.each([
    ['compressed chunks', 'gzip, chunked', '5\r\nhello\r\n0\r\n\r\n'],
    ['chunks twice', 'chunked, chunked', '5\r\nhello\r\n0\r\n\r\n'],
    ['a chunk without its line end', 'chunked', '5\r\nhello0\r\n\r\n'],
    ['a chunk whose line ends bare', 'chunked', '5;a=b\nhello\r\n0\r\n\r\n'],
    ['a chunk with a sign', 'chunked', '+5\r\nhello\r\n0\r\n\r\n'],
    ['no last chunk', 'chunked', '5\r\nhello\r\n'],
  ])('chunks: %s', async (_, coding, text) => {
    await proxied.send(await proxied.sign({ ...PUT, chunks: { coding, text } }), 'half');
    expect(proxied.arrived).toEqual([]);
  });

  it("passes chunks on in chunks of its own: extensions and trailers stay behind, and nobody's request follows", async () => {
    const text = '5;a=b\r\nhello\r\n0\r\nX-Amz-Acl: public-read\r\n\r\n';
    const next = `GET /other HTTP/1.1\r\nHost: ${proxied.host}\r\n\r\n`;
    const said = await proxied.send((await proxied.sign({ ...PUT, chunks: { coding: 'chunked', text } })) + next, 2);
    expect(proxied.arrived).toEqual([expect.objectContaining({ line: 'PUT /reports/a', body: 'hello' })]);
    expect([...(proxied.arrived[0]?.headers.keys() ?? [])]).not.toContain('x-amz-acl');
    expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403']);
  });
});

describe('a target that is no path of this proxy, or two, goes nowhere', () => {
  it.each([
    ['another host', 'http://169.254.169.254/latest'],
    ['the own host', 'http://127.0.0.1/reports/a'],
    ['an authority', '127.0.0.1:80'],
    ['all of it', '*'],
    ['a fragment', '/reports/a#b'],
    ['dot segments', '/reports/../other/a'],
    ['dot segments in hexadecimal', '/reports/%2e%2E/other/a'],
    ['dot segments by halves', '/reports/.%2e/other/a'],
    ['one dot', '/./reports/a'],
    ['dots at its end', '/reports/..'],
    ['dot segments between slashes in hexadecimal', '/reports/%2e%2e%2Fother/a'],
    ['dot segments between backslashes', '/reports/a\\..\\..\\other'],
    ['dot segments between backslashes in hexadecimal', '/reports/a%5c%2E.%5Cother'],
    ['octets beyond ASCII', '/reports/\xe4'],
  ])('%s', async (_, target) => {
    expect(await proxied.send((await proxied.sign()).replace('/reports/a', target))).toMatch(/^HTTP\/1.1 400 /);
    expect(proxied.arrived).toEqual([]);
  });

  it('a tunnel', async () => {
    expect(await proxied.send(`CONNECT evil.example:443 HTTP/1.1\r\nHost: ${proxied.host}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 400 /,
    );
    expect(proxied.log).toEqual([expect.objectContaining({ method: 'CONNECT', host: null, status: 400 })]);
  });

  it.each([
    ['beginning with two slashes', '//evil.example/a'],
    ['of a bucket that is another when it is decoded', '/reports%2Fsecret'],
    ['of a bucket in hexadecimal', '/%72eports/a'],
  ])('a path %s is of no bucket', async (_, path) => {
    expect(await proxied.send(await proxied.sign({ path }))).toMatch(/^HTTP\/1.1 403 /);
    expect(proxied.arrived).toEqual([]);
  });

  it.each(['s3', 'elb', 'compute-1', 'fips-us-east-1', 'us-east-1.evil', 'us-east-1@evil', '*'])(
    'AWS in a Region %s',
    (region) => expect(endpointsOf({}).of('sts', region, null)).toBeNull(),
  );
});

describe('a page of a browser, or another process of the machine, gets nothing', () => {
  const page = (host: string, more = '') => `GET /reports/a HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
  it.each<[string, () => string, number]>([
    ['by a name of its own for this address', () => page('rebound.example'), 400],
    ['by a name with this port', () => page(`rebound.example:${proxied.host.split(':')[1]}`), 400],
    ['by a name that begins as this address', () => page(`${proxied.host}.rebound.example`), 400],
    ['by this address', () => page(proxied.host, 'Origin: https://evil.example\r\n'), 403],
    ['by an address without a port', () => page('127.0.0.1'), 400],
  ])('%s', async (_, text, status) => {
    const said = await proxied.send(text());
    expect(said).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(said).not.toMatch(/access-control-allow/i);
    expect(proxied.arrived).toEqual([]);
  });

  it('nor leave to ask, and its connection ends', async () => {
    const preflight = page(proxied.host, 'Origin: https://evil.example\r\nAccess-Control-Request-Method: PUT\r\n');
    const said = await proxied.send(preflight.replace('GET', 'OPTIONS'));
    expect(said).toMatch(/^HTTP\/1.1 403 [\s\S]*connection: close/i);
    expect(said).not.toMatch(/access-control/i);
  });

  it.each([
    ['the key of nobody', { accessKeyId: 'PLACEHOLDER111111111', secretAccessKey: 'placeholder-secret' }],
    ['another secret', { accessKeyId: 'PLACEHOLDER000000000', secretAccessKey: 'a guess' }],
  ])('with %s, signed in the header or in the URL', async (_, keys) => {
    expect(await proxied.send(await proxied.sign({ keys }))).toMatch(
      /^HTTP\/1.1 403 [\s\S]*not signed with this run's keys/,
    );
    expect(await proxied.send(await presigned({ keys }))).toMatch(
      /^HTTP\/1.1 403 [\s\S]*not signed with this run's keys/,
    );
    expect(proxied.arrived).toEqual([]);
  });

  it('and is asked for no body', async () => {
    const keys = { accessKeyId: 'PLACEHOLDER111111111', secretAccessKey: 'x' };
    const asking = { method: 'PUT', keys, headers: { expect: '100-continue' } };
    const said = await proxied.send(adding('Content-Length: 1000000')(await proxied.sign(asking)));
    expect(said).toMatch(/^HTTP\/1.1 403 /);
  });
});

/** A URL that the placeholder presigned, as the text of a request. */
async function presigned(request: Request = {}): Promise<string> {
  const { path = '/reports/a' } = request;
  const [hostname = '', port = ''] = proxied.host.split(':');
  const url = await signerOf(request).presign(
    {
      ...{ method: 'GET', protocol: 'http:', hostname, port: Number(port), path },
      ...{ query: request.query ?? {} },
      headers: { host: proxied.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    },
    { expiresIn: 60 },
  );
  const query = Object.entries(url.query ?? {}).map((pair) =>
    pair.map((each) => encodeURIComponent(String(each))).join('='),
  );
  return `GET ${path}?${query.join('&')} HTTP/1.1\r\nHost: ${proxied.host}\r\n\r\n`;
}

describe('a second signature, or credentials beside the first, goes nowhere', () => {
  it.each<[string, (text: string) => string]>([
    ['a second Authorization', adding('Authorization: AWS4-HMAC-SHA256 x')],
    ['a session token', adding('X-Amz-Security-Token: mine')],
    ['a session of S3 Express', adding('x-amz-s3session-token: mine')],
    ['a session token in the query', to('/reports/a', '/reports/a?X-Amz-Security-Token=mine')],
    ['a session token in the query, in hexadecimal', to('/reports/a', '/reports/a?%58-amz-security-token=mine')],
    ['a key of Signature Version 2', to('/reports/a', '/reports/a?AWSAccessKeyId=AKIA&Signature=x&Expires=9')],
    ['a signature in the query too', to('/reports/a', '/reports/a?X-Amz-Signature=0&X-Amz-Credential=c')],
    ['a signature in the query, in other letters', to('/reports/a', '/reports/a?x-amz-signature=0')],
    ['another method', adding('X-HTTP-Method-Override: DELETE')],
    ['a Connection that takes the date away', adding('Connection: x-amz-date')],
    ['a Connection that takes the signature away', adding('Connection: keep-alive, Authorization')],
  ])('%s', async (_, change) => {
    expect(await proxied.send(change(await proxied.sign()))).toMatch(/^HTTP\/1.1 400 /);
    expect(proxied.arrived).toEqual([]);
  });

  it('a presigned URL is signed anew, without what presigned it; with a token of its own it goes nowhere', async () => {
    expect(await proxied.send(await presigned({ query: { versionId: '7' } }))).toMatch(/^HTTP\/1.1 200 /);
    expect(proxied.arrived[0]?.line).toBe('GET /reports/a?versionId=7');
    expect(proxied.arrived[0]?.headers.get('authorization')).toContain(`Credential=${SESSION.AccessKeyId}/`);
    const own = await presigned({ query: { 'X-Amz-Security-Token': 'mine' } });
    expect(await proxied.send(own)).toMatch(/^HTTP\/1.1 400 /);
    expect(proxied.arrived).toHaveLength(1);
  });

  it.each(['x-amz-acl: public-read', 'X-Amz-Copy-Source: /secret/a', 'x-amz-meta-a: b'])(
    'what a service acts upon and nobody signed is not signed here: %s',
    async (line) => {
      const name = line.split(':')[0]?.toLowerCase();
      const refused = new RegExp(`^HTTP/1.1 403 [\\s\\S]*${name} is not signed`);
      expect(await proxied.send(adding(line)(await proxied.sign(PUT)))).toMatch(refused);
      expect(await proxied.send(adding(line)(await presigned()))).toMatch(refused);
      expect(proxied.arrived).toEqual([]);
    },
  );

  it('a path is signed for twice encoded where the service is not S3, whatever its name begins with', async () => {
    const text = await proxied.sign({ service: 's3tables', path: '/buckets/arn%3Aaws%3As3tables%3Ab' });
    expect(await proxied.send(text)).toMatch(/^HTTP\/1.1 200 /);
  });

  it('Signature Version 4A is refused with what to change', async () => {
    const text = (await proxied.sign()).replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256');
    expect(await proxied.send(text)).toMatch(/^HTTP\/1.1 403 [\s\S]*AWS_AUTH_SCHEME_PREFERENCE=sigv4/);
  });

  it.each(['A'.repeat(64), 'required', '', 'STREAMING-AWS4-HMAC-SHA256-EVENTS', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'])(
    'a body signed as %j goes nowhere',
    async (payload) => {
      const text = await proxied.sign({ ...PUT, headers: { 'x-amz-content-sha256': payload } });
      expect(await proxied.send(text)).toMatch(/^HTTP\/1.1 403 /);
      expect(proxied.arrived).toEqual([]);
    },
  );
});

it('a body that has to be held is not taken beyond 64 MiB, by its length or as it comes', async () => {
  const held = { method: 'POST', path: '/', service: 'dynamodb' };
  const said = await proxied.send(adding('Content-Length: 67108865')(await proxied.sign(held)));
  expect(said).toMatch(/^HTTP\/1.1 413 [\s\S]*64 MiB/);
  const text = `${(65 * 1024 * 1024).toString(16)}\r\n${'x'.repeat(65 * 1024 * 1024)}`;
  const chunks = { coding: 'chunked', text };
  expect(await proxied.send(await proxied.sign({ ...held, chunks }))).toMatch(/^HTTP\/1.1 413 /);
  expect(proxied.arrived).toEqual([]);
});

it('nothing is sent while what was sent is not in the log', async () => {
  const full = await aProxy({ log: openLog('/dev/full') });
  expect(await full.send(await full.sign())).toMatch(/^HTTP\/1.1 200 /);
  expect(await full.send(await full.sign())).toMatch(/^HTTP\/1.1 503 [\s\S]*the log cannot be written \(ENOSPC/);
  expect(full.arrived).toHaveLength(1);
  await full.stop();
});

describe('--allow', () => {
  let limited: typeof proxied;
  beforeAll(async () => {
    limited = await aProxy({ allow: ['s3:GetObject on arn:aws:s3:::reports/*'] });
  });
  afterAll(() => limited.stop());

  it.each<[string, Request, RegExp]>([
    ['what it names', {}, /^HTTP\/1.1 200 /],
    [
      'another bucket',
      { path: '/archive/a' },
      /^HTTP\/1.1 403 [\s\S]*<Code>AccessDenied<\/Code>.*s3:GetObject on arn:aws:s3:::archive\/a/,
    ],
    ['another action', PUT, /^HTTP\/1.1 403 [\s\S]*s3:PutObject/],
    ['another part', { query: { acl: '' } }, /^HTTP\/1.1 403 [\s\S]*s3:GetObjectAcl/],
    ['two parts', { query: { acl: '', tagging: '' } }, /^HTTP\/1.1 403 [\s\S]*not known/],
  ])('lets through what it names, and says what would let the rest through: %s', async (_, request, answer) => {
    expect(await limited.send(await limited.sign(request))).toMatch(answer);
  });
});

describe('what goes on', () => {
  it('has escaped line ends as they are, in path, query and value, and no line of their making', async () => {
    const query = { prefix: 'a\r\nX-Amz-Acl: public-read' };
    await proxied.send(
      await proxied.sign({ path: '/reports/a%0D%0AX-Amz-Acl:%20b', query, headers: { 'x-amz-meta-a': '%0d%0a' } }),
    );
    expect(proxied.arrived[0]?.line).toBe(
      'GET /reports/a%0D%0AX-Amz-Acl:%20b?prefix=a%0D%0AX-Amz-Acl%3A%20public-read',
    );
    expect(proxied.arrived[0]?.headers.has('x-amz-acl')).toBe(false);
    expect(proxied.arrived[0]?.headers.get('x-amz-meta-a')).toBe('%0d%0a');
  });

  it('has no header of the connection, none that packs the answer, and each once', async () => {
    const text = await proxied.sign({ headers: { 'accept-encoding': 'gzip' } });
    const more = [
      'Connection: keep-alive, TE',
      'TE: trailers',
      'Upgrade: h2c',
      'Proxy-Authorization: Basic x',
      'Keep-Alive: 9',
    ];
    await proxied.send(more.reduce((before, line) => adding(line)(before), text));
    const names = [...(proxied.arrived[0]?.headers.keys() ?? [])].sort();
    const own = ['authorization', 'connection', 'host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'];
    expect(names).toEqual(own);
    expect(proxied.arrived[0]?.headers.get('connection')).toBe('keep-alive');
  });

  it('is a body that was signed: another one is refused, and its end stays here', async () => {
    expect(await proxied.send((await proxied.sign(PUT)).replace(/hello$/, 'HELLO'))).toMatch(
      /^HTTP\/1.1 403 [\s\S]*another one/,
    );
    expect(proxied.arrived).toEqual([]);
    expect(await proxied.send(await proxied.sign({ ...PUT, headers: { 'x-amz-meta-a': 'x' } }))).toMatch(
      /^HTTP\/1.1 200 /,
    );
  });

  it('is asked for its body once, and is not where it is refused', async () => {
    const text = await proxied.sign({ ...PUT, headers: { expect: '100-continue' } });
    expect(await proxied.send(text)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
    expect(await proxied.send(text.replace('/reports/a', '/reports/b'))).toMatch(/^HTTP\/1.1 403 /);
  });
});

describe('what comes back', () => {
  it('is a redirect as it is, and nobody is asked but the endpoint', async () => {
    proxied.script.answer = (_request, response) =>
      response.writeHead(307, { location: 'https://evil.example/', 'content-length': 0 }).end();
    const said = await proxied.send(await proxied.sign(PUT));
    expect(said).toMatch(/^HTTP\/1.1 307 [\s\S]*location: https:\/\/evil\.example\//);
    expect(proxied.arrived).toHaveLength(1);
  });

  it('has no key in it, in whatever form, and no header of the connection', async () => {
    proxied.script.answer = (request, response) => {
      const { SecretAccessKey: secret, SessionToken: token } = SESSION;
      const hex = Buffer.from(token).toString('hex');
      response.setHeader('connection', 'close, x-hop').setHeader('x-hop', '1').setHeader('x-echo', secret);
      response.end(
        [
          request.headers['x-amz-security-token'],
          secret,
          hex,
          encodeURIComponent(token),
          token.replace('/', '\\/'),
        ].join(),
      );
    };
    const said = await proxied.send(await proxied.sign());
    expect(said).not.toMatch(/canary|63616e617279|x-hop/i);
    expect(said).toContain('*'.repeat(SESSION.SessionToken.length));
  });

  it('may never end: it is passed on as it comes, and ends where the program goes', async () => {
    const ended = new Promise((closed) => {
      proxied.script.answer = (_request, response) => {
        const more = setInterval(() => response.write('x'.repeat(10_000)), 1);
        response.on('close', () => {
          clearInterval(more);
          closed('ended');
        });
      };
    });
    const [text, { connect }] = await Promise.all([proxied.sign(), import('node:net')]);
    const [hostname, port] = proxied.host.split(':');
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.once('data', () => socket.destroy());
    expect(await ended).toBe('ended');
  });

  it('is logged where the program did not wait for it, as sent', async () => {
    const gone = new Promise<void>((done) => {
      proxied.script.answer = () => done();
    });
    const [text, { connect }] = await Promise.all([proxied.sign(PUT), import('node:net')]);
    const [hostname, port] = proxied.host.split(':');
    const socket = connect(Number(port), hostname, () => socket.write(text));
    await gone;
    socket.destroy();
    while (proxied.log.length === 0) await new Promise((turn) => setImmediate(turn));
    expect(proxied.log).toEqual([
      expect.objectContaining({ host: `127.0.0.1:${proxied.port}`, status: 502, action: 's3:PutObject' }),
    ]);
  });
});
