import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, connect as dial, type Server, type Socket } from 'node:net';

/** One request as it reached the server. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** A server on loopback. `reply` says what it answers; null: nothing, ever. */
export async function httpServer(reply: (request: Received) => Reply | null | Promise<Reply | null>) {
  const received: Received[] = [];
  const server = createServer({ keepAliveTimeout: 600_000 }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const one = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
    received.push(one);
    const answer = await reply(one);
    if (answer === null) return;
    response.writeHead(answer.status ?? 200, answer.headers ?? {}).end(answer.body ?? '{}');
  });
  const port = await listen(server);
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    port,
    received,
    /** As a server does whose connections were idle for too long. */
    closeConnections: () => server.closeAllConnections(),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * What lies between: a way to a port that can be made to forget its connections, as a NAT gateway does. What is sent
 * over one of those is acknowledged and goes nowhere.
 */
export async function way(port: number) {
  const pairs = new Set<readonly [Socket, Socket]>();
  const held = new Set<Socket>();
  let opened = 0;
  let isBlocked = false;
  const server = createTcpServer((near) => {
    opened += 1;
    if (isBlocked) {
      held.add(near);
      near.on('error', () => near.destroy()).resume();
      return;
    }
    const far = dial(port, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const socket of pair) socket.on('error', () => socket.destroy());
    near.on('close', () => {
      pairs.delete(pair);
      far.destroy();
    });
    near.pipe(far);
    far.pipe(near);
  });
  const wayPort = await listen(server);
  const forget = (): void => {
    for (const [near, far] of pairs) {
      near.unpipe(far);
      far.unpipe(near);
      near.resume();
    }
  };
  return {
    url: new URL(`http://127.0.0.1:${wayPort}/`),
    /** Connections that were opened so far. */
    opened: () => opened,
    forget,
    /** From now on nothing comes through, over new connections either: who asks waits. */
    block: () => {
      isBlocked = true;
      forget();
    },
    unblock: () => {
      isBlocked = false;
      for (const near of held) near.destroy();
    },
    reset: () => {
      for (const [near] of pairs) near.resetAndDestroy();
    },
    stop: async () => {
      for (const near of [...held, ...[...pairs].map(([near]) => near)]) near.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
