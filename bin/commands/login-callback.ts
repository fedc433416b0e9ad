import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface CallbackListener {
  /** `http://127.0.0.1:PORT/callback` (RFC 8252 section 7.3). */
  readonly redirectUri: string;
  /** The code that came with our state. Rejects with what the broker said instead, or when nobody came. */
  code(signal: AbortSignal): Promise<string>;
  close(): void;
}

export interface Expected {
  readonly issuer: string;
  readonly state: string;
  /** Of 127.0.0.1; 0: any that is free. */
  readonly port: number;
}

const page = (title: string, text: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><body style="font:1rem/1.5 system-ui,sans-serif;margin:3rem auto;max-width:34rem;padding:0 1rem"><h1>${title}</h1><p>${text}</p></body></html>`;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  connection: 'close',
};

function send(response: ServerResponse, status: number, title: string, text: string): void {
  response.writeHead(status, HEADERS).end(page(title, text));
}

/**
 * Listens on a port of 127.0.0.1 for the browser to come back, once. What does not carry our state is turned away
 * and changes nothing.
 */
export async function listenForCallback(expected: Expected): Promise<CallbackListener> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // Whoever waits for it sees the rejection; one that nobody awaits is no crash.
  promise.catch(() => undefined);
  const server = createServer((request, response) => {
    const answer = readCallback(request, expected);
    if (answer === null) return send(response, 404, 'Nothing here', 'This is not the page you are looking for.');
    if ('problem' in answer) {
      send(response, 200, 'Not signed in', 'Your terminal says why. You can close this page.');
      return reject(new Error(answer.problem));
    }
    send(response, 200, 'Signed in', 'You can close this page and go back to your terminal.');
    resolve(answer.code);
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(expected.port, '127.0.0.1', listening);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return {
    redirectUri: `http://127.0.0.1:${address.port}/callback`,
    code: (signal) => {
      signal.addEventListener('abort', () => reject(new Error('nobody signed in within ten minutes')), { once: true });
      return promise;
    },
    close: () => {
      server.close();
      server.closeIdleConnections();
    },
  };
}

/**
 * null: not the answer we wait for. State first (RFC 6749 section 10.12), then iss (RFC 9207 section 2.4), then what it
 * says.
 */
function readCallback({ method, url }: IncomingMessage, { issuer, state }: Expected) {
  const target = new URL(url ?? '/', 'http://127.0.0.1');
  if (method !== 'GET' || target.pathname !== '/callback') return null;
  const query = target.searchParams;
  if (query.getAll('state').length !== 1 || query.get('state') !== state) return null;
  if (query.get('iss') !== issuer) return { problem: 'the answer came from another issuer than the one asked' };
  const [code, error] = [query.get('code'), query.get('error')];
  if (error !== null) return { problem: told(error, query) };
  return code === null ? { problem: 'the answer has no code' } : { code };
}

/** From the broker, by way of the browser: printable ASCII only goes to a terminal. */
function told(error: string, query: URLSearchParams): string {
  const parts = [error, query.get('error_description'), query.get('reason'), query.get('request_id')];
  const [code, text, reason, request] = parts.map((part) => part?.replace(/[^\x20-\x7e]/g, '?').slice(0, 300));
  const known = [reason, request === undefined ? undefined : `request ${request}`].filter((part) => part !== undefined);
  return `${text ?? code}${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
}
