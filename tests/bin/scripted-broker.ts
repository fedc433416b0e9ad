import { createServer, type Server } from 'node:http';

/** A broker whose answers a test sets: sessions of seconds, refusals, outages. */
export interface ScriptedBroker {
  readonly url: string;
  /** Lifetime of what it gives, in seconds; null: it refuses; `down`: 503. */
  gives: number | null | 'down';
  /** A scope that it refuses whatever it gives of others. */
  refuses: string | null;
  asked: number;
  stop(): void;
}

export async function startScriptedBroker(): Promise<ScriptedBroker> {
  const server: Server = createServer((request, response) => {
    request.resume();
    broker.asked += 1;
    const refusal = {
      error: 'invalid_scope',
      error_description: 'Not allowed.',
      reason: 'not_allowed',
      request_id: 'r-1',
    };
    if (broker.gives === null || request.url?.endsWith(`/${broker.refuses}`) === true)
      return response.writeHead(403).end(JSON.stringify(refusal));
    if (broker.gives === 'down') return response.writeHead(503).end('{"reason":"ledger_unavailable"}');
    const Expiration = new Date(Date.now() + broker.gives * 1000).toISOString();
    const keys = { AccessKeyId: `ASIA${broker.asked}`, SecretAccessKey: 's-e-c-r-e-t', SessionToken: 't', Token: 't' };
    return response.end(JSON.stringify({ Version: 1, ...keys, Expiration }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const broker: ScriptedBroker = {
    url: `http://127.0.0.1:${port}`,
    gives: 3600,
    refuses: null,
    asked: 0,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return broker;
}
