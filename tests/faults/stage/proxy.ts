import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Endpoint, listenNear } from '../../../local/endpoints/server.ts';
import { type ErrorAnswer, type Fault, type Service, THROTTLED, UNAVAILABLE } from './kinds.ts';

const SLOW_MS = 120;
/** Longer than any caller here waits for one answer. */
const LATE_MS = 4_000;

/**
 * The calls of one request in their order, and what is to go wrong with one of them. Shared by the proxies of a lane.
 */
export class CallLog {
  /** `service Operation #n`, n from 1 for each operation. */
  calls: string[] = [];
  fault: Fault | null = null;
  /** Of what was held back: nothing is on its way any more once all are settled. */
  held: Promise<unknown>[] = [];
  #broken: Service | null = null;

  begin(fault: Fault | null): void {
    this.calls = [];
    this.held = [];
    this.fault = fault;
    this.#broken = null;
  }

  /** Notes a call; the fault that befalls it, if any. */
  note(service: Service, operation: string): Fault | null {
    const nth = this.calls.filter((call) => call.startsWith(`${service} ${operation} #`)).length + 1;
    const call = `${service} ${operation} #${nth}`;
    this.calls.push(call);
    if (this.fault === null) return null;
    if (this.fault.call === call) {
      if (this.fault.extent === 'lasting') this.#broken = service;
      return this.fault;
    }
    return this.#broken === service ? this.fault : null;
  }
}

interface Received {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface ProxySettings {
  readonly service: Service;
  readonly upstream: string;
  readonly log: CallLog;
  /** Ends the process that is asking. */
  readonly kill: () => void;
}

/** Stands before a service on loopback and lets each call come through, or not. */
export const startFaultProxy = (settings: ProxySettings): Promise<Endpoint> =>
  listenNear(
    createServer({ keepAliveTimeout: 60_000 }, (request, response) => void serve(settings, request, response)),
    0,
  );

async function serve(settings: ProxySettings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { service, upstream, log, kill } = settings;
  const body = await bytesOf(request);
  const fault = log.note(service, operationOf(service, request, body));
  const deliver = (): Promise<Received> => forward(upstream, request, body);
  const gone = new Promise((resolve) => response.once('close', resolve));
  try {
    await befall({ service, fault, deliver, response, gone, kill, hold: (late) => void log.held.push(late) });
  } catch {
    response.destroy();
  }
}

interface Call {
  readonly service: Service;
  readonly fault: Fault | null;
  readonly deliver: () => Promise<Received>;
  readonly response: ServerResponse;
  /** The caller has closed the connection, or has its answer. */
  readonly gone: Promise<unknown>;
  readonly kill: () => void;
  readonly hold: (late: Promise<unknown>) => void;
}

async function befall({ service, fault, deliver, response, gone, kill, hold }: Call): Promise<void> {
  const late = (): Promise<unknown> => Promise.race([gone, pause(LATE_MS, undefined, { ref: false })]);
  switch (fault?.kind) {
    case undefined:
      return pass(response, await deliver());
    case 'dropped':
      return void response.destroy();
    case 'answer lost':
      await deliver();
      return void response.destroy();
    case 'slow':
      await pause(SLOW_MS);
      return pass(response, await deliver());
    case 'late': {
      const answer = await deliver();
      await late();
      return pass(response, answer);
    }
    case 'late delivery': {
      const delivered = late().then(deliver);
      hold(delivered);
      return pass(response, await delivered);
    }
    case 'half':
      return half(response, await deliver());
    case 'throttled':
      return say(response, THROTTLED[service]);
    case 'unavailable':
      return say(response, UNAVAILABLE[service]);
    case 'garbled':
      return say(response, { status: 200, type: 'text/html', body: '<html>\u0000{"who": knows' });
    case 'killed before':
      return kill();
    case 'killed after': {
      const killed = deliver().then(kill);
      hold(killed);
      return killed;
    }
  }
}

function pass(response: ServerResponse, { status, headers, body }: Received): void {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}

function say(response: ServerResponse, { status, type, body }: ErrorAnswer): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

function half(response: ServerResponse, { status, headers, body }: Received): void {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

function forward(upstream: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Received> {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _, ...rest } = headers;
    const sent = httpRequest(new URL(url ?? '/', upstream), {
      method,
      headers: { ...rest, 'content-length': body.length },
    });
    sent.on('error', reject);
    sent.on('response', async (answer) => {
      const { 'transfer-encoding': __, connection: ___, ...kept } = answer.headers;
      resolve({ status: answer.statusCode ?? 500, headers: kept, body: await bytesOf(answer) });
    });
    sent.end(body);
  });
}

async function bytesOf(message: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function operationOf(service: Service, request: IncomingMessage, body: Buffer): string {
  if (service === 'idp') return (request.url ?? '/').replace(/\?.*/, '');
  if (service === 'sts') return new URLSearchParams(body.toString()).get('Action') ?? '';
  return String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
}
