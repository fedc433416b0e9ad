import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';

/** A service of the local stack on loopback. */
export interface Endpoint {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  stop(): Promise<void>;
}

export const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** Rejects with `EADDRINUSE` where the port is taken. */
export const listenOn = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve();
    });
  });

/** The port of a server that listens. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The server does not listen on a port.');
  return address.port;
}

/** Ends the server, and the connections that clients keep alive. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

/**
 * Listens on `preferred`, so that what was pasted once works after a restart; where that is taken (or 0), on any free
 * port.
 */
export async function listenNear(server: Server, preferred: number): Promise<Endpoint> {
  try {
    await listenOn(server, preferred);
  } catch (error) {
    if (!isPortTaken(error)) throw error;
    await listenOn(server, 0);
  }
  return { url: `http://127.0.0.1:${portOf(server)}`, stop: () => closeServer(server) };
}

export const serve = (preferred: number, listener: RequestListener): Promise<Endpoint> =>
  listenNear(createServer({ keepAliveTimeout: 60_000 }, listener), preferred);

/** The whole body as text. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
