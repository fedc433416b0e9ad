import { urlToHttpOptions } from 'node:url';
import { crc32 } from 'node:zlib';
import { systemClock } from '../../host/clock.ts';
import type { ReadAnswer } from './answer-reader.ts';
import { NoAnswer } from './aws-error.ts';
import { Connection, DeadConnection, DOUBTED_AFTER_MS, MOST_IDLE_MS, type Peer } from './connection.ts';

export interface WireRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WireAnswer extends Pick<ReadAnswer, 'status' | 'headers'> {
  readonly body: string;
}

const MOST_CONNECTIONS = 128;
/** What a header field of ours may hold: anything else could end it, and begin another. */
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;

/** The connections to one origin. */
interface Origin {
  readonly peer: Peer;
  /** In the order in which they became idle: the last one is asked first. */
  readonly idle: Connection[];
  /** How many there are, idle and in use. */
  open: number;
  /** Requests for which there is none, in their order: each is called when one may be had. */
  readonly waiting: Set<() => void>;
}

const origins = new Map<string, Origin>();
/** Of an endpoint's URL, which is the same object for the life of the process. */
const targets = new WeakMap<URL, { readonly origin: Origin; readonly start: string }>();
let lastAnswer = 0;

function targetOf(url: URL): { readonly origin: Origin; readonly start: string } {
  const known = targets.get(url);
  if (known !== undefined) return known;
  const { path } = urlToHttpOptions(url);
  const origin = origins.get(url.origin) ?? { peer: peerOf(url), idle: [], open: 0, waiting: new Set() };
  origins.set(url.origin, origin);
  const target = { origin, start: `POST ${path} HTTP/1.1\r\n` };
  targets.set(url, target);
  return target;
}

function peerOf(url: URL): Peer {
  const isSecure = url.protocol === 'https:';
  const { hostname } = urlToHttpOptions(url);
  return { isSecure, host: hostname ?? '', port: Number(url.port || (isSecure ? 443 : 80)), session: undefined };
}

/** Ends every kept connection that nobody uses: what comes next goes over new ones. */
export function dropIdleConnections(): void {
  for (const { idle } of origins.values()) for (const connection of [...idle]) connection.end('it is idle');
}

function dropLongIdle(): void {
  for (const { idle } of origins.values()) {
    for (const connection of [...idle])
      if (connection.idleMs >= MOST_IDLE_MS) connection.end('it was idle for too long');
  }
}

/**
 * Sends one POST and reads its answer. A connection that turns out dead costs no request: all that are idle are dropped
 * (what killed one will have killed the others), and the request goes out once more over a new one. A request may
 * therefore arrive twice. Throws `NoAnswer`, or the signal's reason once it is aborted.
 */
export async function ask(wire: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
  if (systemClock.now() - lastAnswer > DOUBTED_AFTER_MS) dropLongIdle();
  try {
    return await askOnce(wire, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DeadConnection)) throw error;
    dropIdleConnections();
    return askOnce(wire, signal);
  }
}

async function askOnce(wire: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
  signal.throwIfAborted();
  const { origin, start } = targetOf(wire.url);
  const request = start + headAndBody(wire);
  const connection = connectionOf(origin) ?? (await connectionInTurn(origin, signal));
  const { status, headers, body } = await connection.ask(request, signal);
  if (connection.isOpen) {
    origin.idle.push(connection);
    callNext(origin);
  }
  lastAnswer = systemClock.now();
  return { status, headers, body: textOf(body, headers) };
}

function headAndBody({ url, headers, body }: WireRequest): string {
  const length = String(Buffer.byteLength(body));
  const fields = Object.entries({ host: url.host, ...headers, 'content-length': length }).map(([name, value]) => {
    if (!FIELD_VALUE.test(value)) throw new TypeError(`a header field may not hold that: ${name}`);
    return `${name}: ${value}\r\n`;
  });
  return `${fields.join('')}\r\n${body}`;
}

/** Null: all are in use, and there may be no more. */
function connectionOf(origin: Origin): Connection | null {
  const kept = origin.idle.pop();
  if (kept !== undefined) return kept;
  if (origin.open >= MOST_CONNECTIONS) return null;
  origin.open += 1;
  return new Connection(origin.peer, (ended) => {
    origin.open -= 1;
    const at = origin.idle.indexOf(ended);
    if (at >= 0) origin.idle.splice(at, 1);
    callNext(origin);
  });
}

function callNext({ waiting }: Origin): void {
  const [next] = waiting;
  next?.();
}

async function connectionInTurn(origin: Origin, signal: AbortSignal): Promise<Connection> {
  for (;;) {
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        origin.waiting.delete(goOn);
        signal.removeEventListener('abort', goOn);
        resolve();
      };
      origin.waiting.add(goOn);
      signal.addEventListener('abort', goOn);
    });
    // Who waits no longer leaves its turn to the next.
    if (signal.aborted) callNext(origin);
    signal.throwIfAborted();
    const connection = connectionOf(origin);
    if (connection !== null) return connection;
  }
}

/**
 * Throws `NoAnswer` where the body is not the one of whose octets DynamoDB says the CRC-32 (`x-amz-crc32`): one digit
 * more makes another time, and it would still be JSON.
 */
function textOf(body: Buffer, headers: WireAnswer['headers']): string {
  const sum = headers['x-amz-crc32'];
  if (sum !== undefined && sum !== String(crc32(body))) throw new NoAnswer('the answer is not the one that was sent');
  return body.toString('utf8');
}
