import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { httpFetcher } from '../../lib/host/fetcher.ts';
import type { FetchResult } from '../../lib/ports/documents.ts';

const servers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of servers.splice(0)) await stop();
});

/** Listens on 127.0.0.1; the port. Every connection ends with the test. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const fetcher = httpFetcher({ loopback: true });
const post = (url: string, signal = new AbortController().signal): Promise<FetchResult> =>
  fetcher.fetch(
    { url, method: 'POST', body: 'a=1', maxBytes: 100, timeoutMs: 300, redirects: 'none', publicAddressOnly: false },
    signal,
  );

describe('a connection that is not made', () => {
  it('is told apart where nobody listens', async () => {
    expect(await post('http://127.0.0.1:1/')).toMatchObject({ problem: 'network', connected: false });
  });

  it('is told apart where the other end speaks no TLS', async () => {
    const port = await listen(createServer((socket) => socket.end('SSH-2.0-x\r\n')));
    expect(await post(`https://127.0.0.1:${port}/`)).toMatchObject({ problem: 'network', connected: false });
  });

  it('is told apart where the handshake does not end in time', async () => {
    const port = await listen(createServer(() => undefined));
    expect(await post(`https://127.0.0.1:${port}/`)).toMatchObject({ problem: 'timeout', connected: false });
  });
});

describe('a connection that was made, after which the request may be the cause', () => {
  it('is one where nothing is answered', async () => {
    const port = await listen(createHttpServer(() => undefined));
    const result = await post(`http://127.0.0.1:${port}/`);
    expect(result).toEqual({ ok: false, problem: 'timeout', cause: 'deadline' });
  });

  it('is one where the other end hangs up', async () => {
    const port = await listen(createHttpServer((request) => void request.socket.destroy()));
    const result = await post(`http://127.0.0.1:${port}/`);
    expect(result).toMatchObject({ ok: false, problem: 'network' });
    expect(result).not.toHaveProperty('connected');
  });
});

it('says nothing of the server where the deadline had passed before', async () => {
  const result = await post('http://127.0.0.1:1/', AbortSignal.abort());
  expect(result).toEqual({ ok: false, problem: 'timeout', cause: 'deadline' });
});
