import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { errorMessage } from '../error-message.ts';
import type { Keeper } from './keeper.ts';

export interface Endpoint {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface Served {
  readonly keepers: readonly Keeper[];
  /** What `Authorization` has to be. Secret. */
  readonly token: string;
  /** A loopback address. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/**
 * The endpoint that AWS SDKs take for a container's (`AWS_CONTAINER_CREDENTIALS_FULL_URI`): `GET /credentials/SCOPE`
 * from memory, for whoever has the token, and `GET /healthz`. A page in a browser that was sent here by a name of its
 * own has a foreign `Host`, and gets nothing.
 */
export async function serveCredentials({ keepers, token, host, port }: Served): Promise<Endpoint> {
  const server = createServer((request, response) => {
    if (!isOwnHost(request)) return refuse(response, 403, 'this endpoint is asked by its address alone');
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    if (request.method !== 'GET') return refuse(response, 405, 'GET alone');
    if (path === '/healthz') return answerHealth(response, keepers);
    if (!hasToken(request, token)) return refuse(response, 401, 'the authorization token is missing or another one');
    const asked = scopeOf(path);
    const keeper = keepers.find(({ scope }) => scope === asked);
    if (keeper === undefined) {
      return refuse(response, 404, `served here: ${keepers.map(({ scope }) => `/credentials/${scope}`).join(', ')}`);
    }
    const document = keeper.current();
    if (leftMs(keeper) <= 0) return refuse(response, 503, 'the credentials have ended, and the broker gave no others');
    return send(response, 200, document);
  });
  await new Promise<void>((listening, failed) => server.once('error', failed).listen(port, host, listening)).catch(
    (error: unknown) => {
      throw new Error(`${host}:${port} cannot be listened on (${errorMessage(error)}): choose another port`);
    },
  );
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    close: () =>
      new Promise((closed) => {
        for (const keeper of keepers) keeper.stop();
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** A colon of its name may be written as it is or as %3A (RFC 3986 section 3.3); one final slash is ignored. */
const scopeOf = (path: string): string | undefined =>
  /^\/credentials\/([^/]+)\/?$/.exec(path)?.[1]?.replaceAll(/%3a/gi, ':');

const HOSTS = /^(?:127\.[0-9]+\.[0-9]+\.[0-9]+|localhost|\[::1\])(?::([0-9]+))?$/;

function isOwnHost({ headers, socket }: IncomingMessage): boolean {
  const [whole, port = '80'] = HOSTS.exec(headers.host ?? '') ?? [];
  return whole !== undefined && Number(port) === socket.localPort;
}

/** Compared as digests: neither its length nor its beginning takes another time. */
function hasToken({ headers }: IncomingMessage, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(token));
}

const leftMs = (keeper: Keeper): number => Date.parse(keeper.current().Expiration) - Date.now();

function answerHealth(response: ServerResponse, keepers: readonly Keeper[]): void {
  const credentials = keepers.map((keeper) => ({
    scope: keeper.scope,
    expires: keeper.current().Expiration,
    validForSeconds: Math.max(0, Math.floor(leftMs(keeper) / 1000)),
  }));
  send(response, credentials.every(({ validForSeconds }) => validForSeconds > 0) ? 200 : 503, { credentials });
}

/** One body that every SDK reads some of, as the broker's own. */
function refuse(response: ServerResponse, status: number, message: string): void {
  const code = status === 503 ? 'ServiceUnavailable' : 'AccessDenied';
  send(response, status, { code, message, Code: code, Message: message });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
