import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeServer, listenOn, portOf } from '../endpoints/server.ts';
import { type GatewayAnswer, gatewayError, internalError, toAnswer } from './answer.ts';
import { readTarget, toEvent } from './event.ts';
import type { RunningFunction } from './function-host.ts';
import { selectRoute } from './routes.ts';
import type { TemplateRoute } from './template.ts';

/** Quotas of HTTP APIs and of a synchronous Lambda call. */
const HEADER_BYTES = 10_240;
const BODY_BYTES = 10 * 1024 * 1024;
const PAYLOAD_BYTES = 6 * 1024 * 1024;
const INTEGRATION_TIMEOUT_MS = 30_000;

export interface Gateway {
  readonly port: number;
  /** From now on requests are answered by these functions; before, with 503. */
  open(api: Api): void;
  /** Ends open connections too. */
  stop(): Promise<void>;
}

export interface Api {
  readonly routes: readonly TemplateRoute[];
  /** By logical id. */
  readonly functions: ReadonlyMap<string, RunningFunction>;
}

const headerBytes = (request: IncomingMessage): number =>
  `${request.method} ${request.url} HTTP/${request.httpVersion}\r\n`.length +
  request.rawHeaders.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, 0);

/** The body, or null where it is longer than the API takes. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES) return null;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function call(running: RunningFunction, event: string): Promise<GatewayAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<GatewayAnswer>((resolve) => {
    timer = setTimeout(() => resolve(gatewayError(503, 'Service Unavailable')), INTEGRATION_TIMEOUT_MS);
  });
  const answer = running.invoke(event).then((result): GatewayAnswer => {
    return result.kind === 'result' ? toAnswer(result.result) : internalError();
  });
  const first = await Promise.race([answer, late]);
  clearTimeout(timer);
  return first;
}

async function answerTo(request: IncomingMessage, { routes, functions }: Api): Promise<GatewayAnswer> {
  if (headerBytes(request) > HEADER_BYTES) return gatewayError(431, 'Request Header Fields Too Large');
  const target = readTarget(request.url ?? '/');
  if (target === null) return gatewayError(400, 'Bad Request');
  const selected = selectRoute(routes, request.method ?? 'GET', target.path);
  const running = selected === null ? undefined : functions.get(selected.route.function);
  if (selected === null || running === undefined) return gatewayError(404, 'Not Found');
  const body = await readBody(request);
  if (body === null) return gatewayError(413, 'Request Entity Too Large');
  const event = JSON.stringify(toEvent(request, target, body, selected, new Date()));
  if (event.length > PAYLOAD_BYTES) return gatewayError(413, 'Request Entity Too Large');
  return call(running, event);
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: GatewayAnswer): void {
  response.statusCode = status;
  for (const [name, value] of headers) response.appendHeader(name, value);
  // What was not read of a refused request would be taken for the next one on this connection.
  if (!request.complete) response.setHeader('connection', 'close');
  const bodiless = status === 204 || status === 304;
  if (!bodiless) response.setHeader('content-length', body.length);
  response.end(bodiless || request.method === 'HEAD' ? undefined : body);
}

async function respond(api: Api | null, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const answer = api === null ? gatewayError(503, 'Service Unavailable') : await answerTo(request, api);
    send(request, response, answer);
  } catch {
    // The caller hung up while its body was read, or a header of the answer cannot be sent.
    if (response.headersSent) response.destroy();
    else send(request, response, internalError());
  }
}

function refuseUnreadable(error: Error & { code?: string }, socket: Duplex): void {
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/**
 * Takes 127.0.0.1:`port` (0: any free port) and, once opened, serves the routes of a template over their functions as
 * an HTTP API does: its events, its answers, its quotas and its own errors (400, 404, 413, 431, 500, 503). Rejects with
 * `EADDRINUSE` where the port is taken.
 */
export async function startGateway(port: number): Promise<Gateway> {
  let api: Api | null = null;
  const server = createServer({ maxHeaderSize: 128 * 1024, keepAliveTimeout: 60_000 }, (request, response) => {
    void respond(api, request, response);
  });
  server.on('clientError', refuseUnreadable);
  await listenOn(server, port);
  return {
    port: portOf(server),
    open(opened) {
      api = opened;
    },
    stop: () => closeServer(server),
  };
}
