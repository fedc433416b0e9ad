import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { addressKind } from '../../lib/host/address-guard.ts';
import { httpFetcher } from '../../lib/host/fetcher.ts';
import type { FetchRequest, FetchResult } from '../../lib/ports/documents.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server of 127.0.0.1 that answers each request so; its origin. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return `http://127.0.0.1:${address.port}`;
}

const fetcher = httpFetcher({ loopback: true });
const never = new AbortController().signal;
const get = (url: string, more: Partial<FetchRequest> = {}, signal = never): Promise<FetchResult> =>
  fetcher.fetch(
    { url, method: 'GET', maxBytes: 1_000, timeoutMs: 2_000, redirects: 'none', publicAddressOnly: false, ...more },
    signal,
  );
const problem = async (result: Promise<FetchResult>): Promise<string> => {
  const answer = await result;
  return answer.ok ? `status ${answer.status}` : answer.problem;
};

/** Packed before any server is asked, so that packing is not what a test waits for. */
const BOMB = gzipSync(Buffer.alloc(50_000_000));

describe('a document of somebody else', () => {
  it('comes with its status, headers and bytes', async () => {
    const origin = await serve((_request, response) => response.writeHead(418, { 'x-a': 'b' }).end('tea'));
    const answer = await get(`${origin}/pot`);
    expect(answer).toMatchObject({ ok: true, status: 418, headers: { 'x-a': 'b' } });
    expect(answer.ok && Buffer.from(answer.body).toString()).toBe('tea');
  });

  it('may be asked for by a form, with headers', async () => {
    const origin = await serve((request, response) => {
      request
        .setEncoding('utf8')
        .on('data', (chunk: string) => response.end(`${request.headers['x-h']} ${request.method} ${chunk}`));
    });
    const answer = await get(origin, { method: 'POST', body: 'a=1', headers: { 'x-h': 'y' } });
    expect(answer.ok && Buffer.from(answer.body).toString()).toBe('y POST a=1');
  });

  it('is unpacked', async () => {
    const origin = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed')),
    );
    const answer = await get(origin);
    expect(answer.ok && Buffer.from(answer.body).toString()).toBe('packed');
  });

  it('is read to the byte and no further', async () => {
    const origin = await serve((request, response) => response.end('x'.repeat(Number(request.url?.slice(1)))));
    expect(await problem(get(`${origin}/1000`))).toBe('status 200');
    expect(await problem(get(`${origin}/1001`))).toBe('too-large');
  });
});

describe('a server that means harm or is ill', () => {
  it.each<[string, string, RequestListener]>([
    ['never answers', 'timeout', () => undefined],
    [
      'answers a byte at a time',
      'timeout',
      (_request, response) => {
        const drip = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(drip));
      },
    ],
    [
      'sends more than was asked for, without end',
      'too-large',
      (_request, response) => {
        const more = (): void => {
          while (response.write('x'.repeat(10_000)));
          response.once('drain', more);
        };
        more();
      },
    ],
    [
      'packs a bomb',
      'too-large',
      (_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB);
      },
    ],
    [
      'packs what is no gzip',
      'network',
      (_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('not packed');
      },
    ],
    [
      'uses a coding that nobody asked for',
      'network',
      (_request, response) => {
        response.writeHead(200, { 'content-encoding': 'zstd' }).end('x');
      },
    ],
    ['hangs up at once', 'network', (request) => void request.socket.destroy()],
    [
      'hangs up in the middle',
      'network',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half');
        setTimeout(() => request.socket.destroy(), 20);
      },
    ],
    ['sends no HTTP', 'network', (request) => void request.socket.end('SSH-2.0-x\r\n')],
  ])('%s: %s', async (_name, expected, listener) => {
    const origin = await serve(listener);
    const before = performance.now();
    expect(await problem(get(origin, { timeoutMs: 300 }))).toBe(expected);
    expect(performance.now() - before).toBeLessThan(1_500);
  });

  it('is not waited for longer than the caller’s own deadline', async () => {
    const origin = await serve(() => undefined);
    expect(await problem(get(origin, {}, AbortSignal.timeout(50)))).toBe('timeout');
    expect(await problem(get(origin, {}, AbortSignal.abort()))).toBe('timeout');
  });

  it('is not there at all', async () => {
    expect(await problem(get('http://127.0.0.1:1/'))).toBe('network');
  });
});

describe('redirects', () => {
  const redirecting: RequestListener = (request, response) => {
    const [, count = '0'] = /^\/hop\/([0-9]+)$/.exec(request.url ?? '') ?? [];
    if (count === '0') response.end('there');
    else response.writeHead(302, { location: `/hop/${Number(count) - 1}` }).end();
  };

  it('of the same origin are followed three times', async () => {
    const origin = await serve(redirecting);
    expect(await problem(get(`${origin}/hop/3`, { redirects: 'same-host' }))).toBe('status 200');
    expect(await problem(get(`${origin}/hop/4`, { redirects: 'same-host' }))).toBe('redirect');
  });

  it('are not followed where none is allowed, nor for a POST', async () => {
    const origin = await serve(redirecting);
    expect(await problem(get(`${origin}/hop/1`))).toBe('redirect');
    expect(await problem(get(`${origin}/hop/1`, { method: 'POST', redirects: 'same-host' }))).toBe('redirect');
  });

  it('are never followed to another origin, which sees nothing', async () => {
    let seen = 0;
    const other = await serve((_request, response) => {
      seen += 1;
      response.end();
    });
    const origin = await serve((request, response) =>
      response.writeHead(302, { location: decodeURIComponent((request.url ?? '').slice(1)) }).end(),
    );
    const targets = [
      other,
      other.replace('127.0.0.1', 'localhost'),
      'https://evil.example/',
      'file:///etc/passwd',
      'http://user:pw@127.0.0.1/',
    ];
    for (const target of targets) {
      expect(await problem(get(`${origin}/${encodeURIComponent(target)}`, { redirects: 'same-host' }))).toBe(
        'redirect',
      );
    }
    expect(seen).toBe(0);
  });
});

describe('addresses', () => {
  it.each([
    ['http where the broker is not loopback', 'http://127.0.0.1:9/', httpFetcher({ loopback: false }), 'url'],
    ['file', 'file:///etc/passwd', fetcher, 'url'],
    ['user and password', 'https://user:pw@idp.example/', fetcher, 'url'],
    ['no URL', 'idp.example', fetcher, 'url'],
    ['http to an address of our network', 'http://10.0.0.1/', fetcher, 'address'],
    ['http to the metadata service', 'http://169.254.169.254/', fetcher, 'address'],
    ['http to a public address', 'http://8.8.8.8/', fetcher, 'address'],
  ])('are refused: %s', async (_name, url, by, expected) => {
    const request = {
      url,
      method: 'GET',
      maxBytes: 9,
      timeoutMs: 500,
      redirects: 'none',
      publicAddressOnly: false,
    } as const;
    expect(await problem(by.fetch(request, never))).toBe(expected);
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://localhost/',
    'https://0.0.0.0/',
    'https://10.1.2.3/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:169.254.169.254]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[fd00:ec2::254]/',
    'https://[fe80::1]/',
    'https://[64:ff9b::a9fe:a9fe]/',
  ])('are refused where only public ones may be dialled: %s', async (url) => {
    expect(await problem(get(url, { publicAddressOnly: true, timeoutMs: 500 }))).toBe('address');
  });

  it.each([
    ['8.8.8.8', 'public'],
    ['9.255.255.255', 'public'],
    ['10.0.0.0', 'private'],
    ['10.255.255.255', 'private'],
    ['11.0.0.0', 'public'],
    ['100.63.255.255', 'public'],
    ['100.64.0.0', 'private'],
    ['100.128.0.0', 'public'],
    ['127.255.255.255', 'loopback'],
    ['169.253.255.255', 'public'],
    ['169.254.0.0', 'private'],
    ['172.15.255.255', 'public'],
    ['172.16.0.0', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.0', 'public'],
    ['192.168.0.1', 'private'],
    ['198.18.0.1', 'private'],
    ['224.0.0.1', 'private'],
    ['255.255.255.255', 'private'],
    ['0.0.0.0', 'private'],
    ['::1', 'loopback'],
    ['::', 'private'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:8.8.8.8', 'public'],
    ['64:ff9b::808:808', 'public'],
    ['64:ff9b::a00:1', 'private'],
    ['64:ff9b:1::808:808', 'private'],
    ['fc00::1', 'private'],
    ['fdff::1', 'private'],
    ['fe80::1', 'private'],
    ['fe80::1%eth0', 'private'],
    ['ff02::1', 'private'],
    ['2001::1', 'private'],
    ['2001:db8::1', 'private'],
    ['2002:a00:1::', 'private'],
    ['2600:1f00::1', 'public'],
    ['2a00:1450::1', 'public'],
    ['4000::1', 'private'],
    ['host.example', 'private'],
    ['', 'private'],
  ])('are told apart: %s is %s', (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });
});
