import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { SignatureV4 } from '@smithy/signature-v4';
import { allowedBy } from '../../../bin/signer/allowed.ts';
import { endpointsOf } from '../../../bin/signer/endpoints.ts';
import type { Line } from '../../../bin/signer/log.ts';
import { type Proxied, startProxy } from '../../../bin/signer/proxy.ts';
import { Sha256 } from '../../../lib/aws/wire/sha256.ts';

export const PLACEHOLDER = { accessKeyId: 'PLACEHOLDER000000000', secretAccessKey: 'placeholder-secret' };
export const SESSION = {
  AccessKeyId: 'ASIACANARYCANARYCANA',
  SecretAccessKey: 'canary+of/the-secret',
  SessionToken: 'canary+of/the-token==',
};

/** What arrived at the service, as it stood on the wire. */
export interface Arrived {
  readonly line: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sent instead of the body and its length, in this coding. */
  readonly chunks?: { readonly coding: string; readonly text: string };
  readonly keys?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly service?: string;
}

/** A proxy in front of a service that answers as it is told, by default `ok`; raw sockets, and AWS's own signer. */
export async function aProxy(options: Partial<Proxied> & { readonly allow?: readonly string[] } = {}) {
  const arrived: Arrived[] = [];
  const log: Line[] = [];
  const script = {
    answer: (_request: IncomingMessage, response: ServerResponse): unknown => response.end('ok'),
  };
  const service = createServer(async (request, response) => {
    const { rawHeaders, method, url } = request;
    const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
    const headers = new Map(names.map((name, at) => [name, rawHeaders[2 * at + 1] ?? '']));
    let body = '';
    try {
      for await (const chunk of request) body += chunk;
    } catch {
      return;
    }
    arrived.push({ line: `${method} ${url}`, headers, body });
    script.answer(request, response);
  });
  const port = await new Promise<number>((listening) =>
    service.listen(0, '127.0.0.1', () => {
      const address = service.address();
      listening(typeof address === 'object' && address !== null ? address.port : 0);
    }),
  );
  const document = { Version: 1, ...SESSION, Expiration: '2099-01-01T00:00:00Z', IssuanceId: 'iss_1' } as const;
  const proxy = await startProxy({
    placeholder: PLACEHOLDER,
    credentials: () => document,
    endpoints: endpointsOf({ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` }),
    allowed: allowedBy(options.allow ?? []),
    streaming: 'refused',
    log: { write: (line) => void log.push(line), problem: () => null },
    ...options,
  });
  const host = new URL(proxy.url).host;
  return {
    ...{ proxy, host, port, arrived, log, script },
    sign: (request: Request = {}) => signedText(host, request),
    send: (text: string, answers: number | 'half' = 1) => exchange(proxy.url, text, answers),
    stop: async () => {
      await proxy.close();
      service.closeAllConnections();
      await new Promise((closed) => service.close(closed));
    },
  };
}

/** A request's text, signed by the placeholder in its header. */
async function signedText(host: string, request: Request): Promise<string> {
  const { method = 'GET', path = '/reports/a', query = {}, headers = {}, body = '', chunks } = request;
  const signer = signerOf(request);
  const length = body === '' || chunks !== undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const [hostname = '', port = ''] = host.split(':');
  const signed = await signer.sign({
    ...{ method, path, query, body, protocol: 'http:', hostname, port: Number(port) },
    headers: { host, ...headers, ...length },
  });
  const asked = Object.entries(query).map((pair) => pair.map(encodeURIComponent).join('='));
  const unsigned = chunks === undefined ? [] : [['transfer-encoding', chunks.coding]];
  const lines = [...Object.entries(signed.headers), ...unsigned].map(([name, value]) => `${name}: ${value}`);
  const target = [path, ...asked.slice(0, 1)].join('?') + asked.slice(1).map((each) => `&${each}`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${chunks?.text ?? body}`;
}

export const signerOf = ({ keys = PLACEHOLDER, service = 's3' }: Request) =>
  new SignatureV4({
    ...{ service, region: 'eu-central-1', sha256: Sha256, credentials: keys },
    ...{ uriEscapePath: service !== 's3', applyChecksum: service === 's3' },
  });

/** Writes it, and reads so many answers, or until the other side closes. `half`: says that nothing follows. */
function exchange(url: string, text: string, answers: number | 'half'): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((done) => {
    let said = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(text, 'latin1');
      if (answers === 'half') socket.end();
    });
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1');
      if (answers !== 'half' && wholeAnswers(said) >= answers) socket.destroy();
    });
    socket.on('error', () => undefined).on('close', () => done(said));
  });
}

/** How many answers with a length there are, those to `Expect` not counted. */
function wholeAnswers(said: string): number {
  const [head, length] =
    /^(?:HTTP\/1.1 100 Continue\r\n\r\n)?HTTP[\s\S]*?content-length: (\d+)[\s\S]*?\r\n\r\n/i.exec(said) ?? [];
  const end = (head?.length ?? 0) + Number(length);
  return head === undefined || said.length < end ? 0 : 1 + wholeAnswers(said.slice(end));
}
