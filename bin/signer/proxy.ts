import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { CredentialDocument } from '../caller/credential-document.ts';
import { type Refused, refuse } from './answer.ts';
import { arrivalOf } from './arrival.ts';
import { wholeBodies } from './body.ts';
import { forward } from './forward.ts';
import { isAsking, type Judging, judged } from './judge.ts';
import type { Line, Log } from './log.ts';
import type { Keys } from './signature.ts';

export type Proxied = Omit<Judging, 'readWhole'>;

export interface Proxy {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

/** More than a program's pools hold; what comes beyond is not taken. */
const CONNECTIONS = 1024;
const HEADERS_MS = 20_000;
/** Longer than the pools of SDKs keep theirs, so that nobody writes into a connection that closes. */
const KEPT_MS = 75_000;

/**
 * Listens on loopback, and sends on what the placeholder's keys signed, signed anew with the session's. Whatever else
 * comes is refused, and every request is a line of the log.
 */
export async function startProxy(proxied: Proxied): Promise<Proxy> {
  const readWhole = wholeBodies();
  const server = createServer({ headersTimeout: HEADERS_MS, keepAliveTimeout: KEPT_MS, requestTimeout: 0 });
  const take = (request: IncomingMessage, response: ServerResponse) =>
    void serve({ ...proxied, readWhole }, request, response).catch(() => response.destroy());
  server.on('request', take).on('checkContinue', take);
  server.maxConnections = CONNECTIONS;
  refuseOthers(server, proxied.log);
  await new Promise<void>((listening, failed) => server.once('error', failed).listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** What is no request to a service: a tunnel, or nothing that HTTP/1.1 can be read of. */
function refuseOthers(server: Server, log: Log): void {
  const end = (socket: Duplex, method: string, refused: string) => {
    const line = { service: '', region: '', method, action: null, resource: null, host: null, issuance: null };
    log.write({ ...line, status: 400, refused: `token-broker sign: ${refused}` });
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  };
  server.on('connect', (_request, socket) => end(socket, 'CONNECT', 'it asks for a tunnel'));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET') socket.destroy();
    else end(socket, '', `it cannot be read (${error.code ?? 'unknown'})`);
  });
}

async function serve(judging: Judging, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { credentials, log } = judging;
  const arrival = arrivalOf(request);
  const { said, asked, from, fate } = await judged(judging, request, response, arrival);
  const issuance = credentials()['IssuanceId'];
  const written = (rest: Pick<Line, 'host' | 'status' | 'refused'>): void =>
    log.write({
      ...{ service: said?.service ?? '', region: said?.region ?? '', method: arrival.raw.method },
      ...{ action: asked?.[0]?.action ?? null, resource: asked?.[0]?.resource ?? null },
      ...rest,
      issuance: typeof issuance === 'string' ? issuance : null,
    });
  const host = 'sent' in fate ? fate.sent.url.host : null;
  const no = (refused: Refused): void => {
    written({ host, status: refused.status, refused: refused.message });
    // Who asked whether to send a body, and was refused, does not send it.
    const connection = from === 'program' && !isAsking(request) ? 'keep' : 'close';
    refuse(response, arrival.raw, { service: said?.service ?? '', refused, connection });
  };
  if ('refused' in fate) return no(fate.refused);
  if (isAsking(request) && !Buffer.isBuffer(fate.sent.body)) response.writeContinue();
  const answered = (status: number) => written({ host, status });
  const failed = await forward(fate.sent, keysOf(credentials()), response, answered);
  if (failed !== null) no(failed);
}

const keysBefore = new WeakMap<CredentialDocument, Keys>();

/** The same for the same document: what is derived of them is kept with them. */
function keysOf(document: CredentialDocument): Keys {
  const known = keysBefore.get(document);
  if (known !== undefined) return known;
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = document;
  const keys = { accessKeyId, secretAccessKey, sessionToken };
  keysBefore.set(document, keys);
  return keys;
}
