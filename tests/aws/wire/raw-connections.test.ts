import { createPrivateKey } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, dropIdleConnections } from '../../../lib/aws/wire/connections.ts';
import { systemRandom } from '../../../lib/host/random.ts';
import { selfSignedCertificate } from '../../../lib/keys/self-signed-certificate.ts';
import { makeSigningKey } from '../../../lib/keys/signing-key.ts';
import { epochSeconds } from '../../../lib/time.ts';

const forever = new AbortController().signal;
const EMPTY = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';
const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  dropIdleConnections();
  for (const each of open.splice(0)) await each.stop();
});

/** Says of each connection what it answers to each request, which comes in one piece here. */
async function listening(server: Server, answer: (socket: Socket, request: string) => void, scheme = 'http') {
  const sockets: Socket[] = [];
  const requests: string[] = [];
  server.on(scheme === 'https' ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (octets) => {
      requests.push(octets.toString('utf8'));
      answer(socket, octets.toString('utf8'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  open.push({
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  const url = new URL(`${scheme}://${scheme === 'https' ? 'localhost' : '127.0.0.1'}:${port}/`);
  return { url, requests, sockets };
}

const plain = (answer: (socket: Socket, request: string) => void) => listening(createServer(), answer);
const post = (url: URL, body: string, signal = forever) => ask({ url, headers: {}, body }, signal);

describe('a connection', () => {
  it('that brings what nobody asked for is not asked again: its next answer could be of anybody', async () => {
    const { url, sockets } = await plain((socket) => socket.write(EMPTY));
    await post(url, 'a');
    sockets[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"of":"x"}');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await post(url, 'b')).body).toBe('{}');
    expect(sockets).toHaveLength(2);
  });

  it('that brings more than its answer is not asked again', async () => {
    const { url, sockets } = await plain((socket) => socket.write(`${EMPTY}HTTP/1.1 200 OK\r\n`));
    expect((await post(url, 'a')).body).toBe('{}');
    await post(url, 'b');
    expect(sockets).toHaveLength(2);
  });

  it.each(['Connection: close\r\n', 'Connection: keep-alive, Close\r\n'])(
    'that says %j is not asked again',
    async (field) => {
      const { url, sockets } = await plain((socket) => socket.write(EMPTY.replace('OK\r\n', `OK\r\n${field}`)));
      await post(url, 'a');
      await post(url, 'b');
      expect(sockets).toHaveLength(2);
    },
  );

  it('whose answer nobody can read is ended, and the answer is none', async () => {
    const { url, sockets } = await plain((socket) => socket.write(EMPTY.replace(': 2', ': two')));
    await expect(post(url, 'a')).rejects.toMatchObject({ name: 'NoAnswer' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});

describe('more requests than connections', () => {
  it('wait for their turn, and who gave up in the meantime holds up nobody', async () => {
    const waiting: Socket[] = [];
    let isHeld = true;
    const { url, sockets, requests } = await plain((socket) => (isHeld ? waiting.push(socket) : socket.write(EMPTY)));
    const giveUp = new AbortController();
    const first = Array.from({ length: 128 }, () => post(url, 'first'));
    const second = Array.from({ length: 40 }, (_, at) => post(url, 'second', at % 2 === 0 ? giveUp.signal : forever));
    const settled = Promise.allSettled(second);
    while (waiting.length < 128) await new Promise((resolve) => setTimeout(resolve, 5));
    giveUp.abort(new Error('too late'));
    isHeld = false;
    for (const socket of waiting) socket.write(EMPTY);
    await Promise.all(first);
    const outcomes = (await settled).map((outcome) =>
      'reason' in outcome ? outcome.reason.message : outcome.value.body,
    );
    expect(outcomes).toEqual(outcomes.map((_, at) => (at % 2 === 0 ? 'too late' : '{}')));
    expect(sockets).toHaveLength(128);
    expect(requests).toHaveLength(128 + 20);
  });
});

describe('a request', () => {
  it.each(['a\r\nx-b: 1', 'a\nb', 'a\0', 'ä'])('with a field that could end it is not sent: %j', async (value) => {
    const { url, requests } = await plain((socket) => socket.write(EMPTY));
    await expect(ask({ url, headers: { 'x-a': value }, body: '' }, forever)).rejects.toThrow(TypeError);
    expect(requests).toEqual([]);
  });

  it('is not sent for who has given up already', async () => {
    const { url, requests } = await plain((socket) => socket.write(EMPTY));
    await expect(post(url, 'a', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    expect(requests).toEqual([]);
  });

  it('says its host, and its length in octets', async () => {
    const { url, requests } = await plain((socket) => socket.write(EMPTY));
    await post(new URL('/a%20b?c=d', url), 'ä');
    expect(requests).toEqual([`POST /a%20b?c=d HTTP/1.1\r\nhost: ${url.host}\r\ncontent-length: 2\r\n\r\nä`]);
  });
});

describe('over TLS', () => {
  const trusted = getCACertificates('default');
  const identities: Record<string, { readonly key: string; readonly cert: string }> = {};

  async function identityOf(commonName: string) {
    const jwk = await makeSigningKey('RS256', systemRandom);
    const [notBefore, notAfter] = [epochSeconds(1_700_000_000), epochSeconds(2_400_000_000)];
    const der = selfSignedCertificate(jwk, { commonName, serial: systemRandom.bytes(8), notBefore, notAfter });
    const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' });
    return { key: String(key), cert: `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n` };
  }

  beforeAll(async () => {
    for (const name of ['localhost', 'other.example', 'unknown']) {
      identities[name] = await identityOf(name === 'unknown' ? 'localhost' : name);
    }
    const known = [identities['localhost']?.cert ?? '', identities['other.example']?.cert ?? ''];
    setDefaultCACertificates([...trusted, ...known]);
  });
  afterAll(() => setDefaultCACertificates(trusted));

  const secure = (name: string, answer: (socket: Socket) => void = (socket) => socket.write(EMPTY)) =>
    listening(createTlsServer({ ...identities[name], ALPNProtocols: ['http/1.1'] }), answer, 'https');

  it('a request is answered, and a new connection goes on with the session of the last one', async () => {
    const resumed: boolean[] = [];
    const { url } = await secure('localhost', (socket) => {
      resumed.push((socket as TLSSocket).isSessionReused());
      socket.write(EMPTY);
    });
    await post(url, 'a');
    await new Promise((resolve) => setTimeout(resolve, 50));
    dropIdleConnections();
    expect((await post(url, 'b')).body).toBe('{}');
    expect(resumed).toEqual([false, true]);
  });

  it.each([
    ['half a second', () => forever, { name: 'NoAnswer' }],
    ['the signal says', () => AbortSignal.timeout(100), { name: 'TimeoutError' }],
  ])(
    'a handshake that nobody answers is waited for no longer than %s, and its connection is ended',
    async (_, signalOf, error) => {
      const { url, sockets } = await plain(() => {});
      await expect(post(new URL(url.href.replace('http:', 'https:')), 'a', signalOf())).rejects.toMatchObject(error);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
    },
  );

  it.each([
    ['that somebody else signed', 'unknown'],
    ['that is of another name', 'other.example'],
  ])('nothing is sent to who shows a certificate %s', async (_, name) => {
    const { url, requests } = await secure(name);
    await expect(post(url, 'a')).rejects.toMatchObject({ name: 'NoAnswer' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(requests).toEqual([]);
  });
});
