import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import { crc32 } from 'node:zlib';
import { systemClock } from '../../host/clock.ts';
import { NoAnswer } from './aws-error.ts';

export interface WireRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Longest wait for a new connection, and then for the whole answer. */
const CONNECT_MS = 500;
const ANSWER_MS = 1_000;
/**
 * A connection that was idle for longer is doubted: the process may have been frozen, a NAT gateway may have forgotten
 * it. So long it may keep silent then, before a new one is asked instead. Most answers take a tenth of it.
 */
const DOUBTED_AFTER_MS = 3_000;
const DOUBTED_ANSWER_MS = 250;
/** AWS closes what is idle for a minute or so: older ones are not tried at all. */
const MOST_IDLE_MS = 50_000;
const MAX_SOCKETS = 128;
/** BatchGetItem's 16 MB and what JSON makes of them: whoever sends more is not AWS. */
const MOST_BYTES = 32 * 1024 * 1024;

const plain = new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
const secure = new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });

/**
 * When each connection last brought an answer, by the wall clock: a monotonic one may stand still in a frozen process.
 */
const lastUsed = new WeakMap<Socket, number>();
let lastAnswer = 0;

const idleSockets = (): readonly Socket[] =>
  [plain, secure].flatMap(({ freeSockets }) => Object.values(freeSockets).flatMap((sockets) => sockets ?? []));

/** A clock that went back says nothing of it: then the connection counts as old. */
function idleMs(socket: Socket): number {
  const idle = systemClock.now() - (lastUsed.get(socket) ?? 0);
  return idle < 0 ? MOST_IDLE_MS : idle;
}

/** Ends every kept connection that nobody uses: what comes next goes over new ones. */
export function dropIdleConnections(): void {
  for (const socket of idleSockets()) socket.destroy();
}

function dropLongIdle(): void {
  for (const socket of idleSockets()) if (idleMs(socket) >= MOST_IDLE_MS) socket.destroy();
}

/** A kept connection that brought nothing: closed at the other end, or silent for longer than it is trusted with. */
class DeadConnection extends NoAnswer {}

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

function askOnce(wire: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
  const request = send(wire, signal);
  return new Promise((resolve, reject) => {
    const fail = (error: NoAnswer): void => {
      clearTimeout(timer);
      reject(error);
      request.destroy();
    };
    const waitAtMost = (milliseconds: number, error: () => NoAnswer): void => {
      clearTimeout(timer);
      timer = setTimeout(() => fail(error()), milliseconds);
    };
    const late = (): NoAnswer => new NoAnswer('no answer in time');
    let timer: NodeJS.Timeout | undefined;
    request.on('socket', (socket) => {
      if (!request.reusedSocket) {
        waitAtMost(CONNECT_MS, () => new NoAnswer('no connection in time'));
        onConnected(socket, wire, () => waitAtMost(ANSWER_MS, late));
      } else if (idleMs(socket) <= DOUBTED_AFTER_MS) waitAtMost(ANSWER_MS, late);
      else waitAtMost(DOUBTED_ANSWER_MS, () => new DeadConnection('a connection that was idle is silent'));
    });
    request.on('error', (cause) => fail(request.reusedSocket ? new DeadConnection(cause) : new NoAnswer(cause)));
    request.on('response', (response) => {
      waitAtMost(ANSWER_MS, late);
      const { socket, statusCode = 0, headers } = response;
      readBody(response).then((body) => {
        clearTimeout(timer);
        lastAnswer = systemClock.now();
        lastUsed.set(socket, lastAnswer);
        resolve({ status: statusCode, headers, body });
      }, fail);
    });
  });
}

/**
 * Rejects with `NoAnswer` where the body breaks off, is larger than any of AWS's, or is not the one of whose octets
 * DynamoDB says the CRC-32 (`x-amz-crc32`): one digit more makes another time, and it would still be JSON.
 */
async function readBody(response: IncomingMessage): Promise<string> {
  const body = await octetsOf(response);
  const sum = response.headers['x-amz-crc32'];
  if (sum !== undefined && sum !== String(crc32(body))) throw new NoAnswer('the answer is not the one that was sent');
  return body.toString('utf8');
}

/** By events: an iterator over the answer would cost more than all the rest of its reading. */
const octetsOf = (response: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= MOST_BYTES) chunks.push(chunk);
      else response.destroy(new NoAnswer('the answer is too large'));
    });
    response.on('end', () => resolve(Buffer.concat(chunks)));
    response.on('error', (cause) => reject(cause instanceof NoAnswer ? cause : new NoAnswer(cause)));
    response.on('close', () => reject(new NoAnswer('the answer broke off')));
  });

/** Of an endpoint's URL, which is the same object for the life of the process. */
const targets = new WeakMap<URL, ReturnType<typeof urlToHttpOptions>>();

function targetOf(url: URL): ReturnType<typeof urlToHttpOptions> {
  const target = targets.get(url) ?? urlToHttpOptions(url);
  targets.set(url, target);
  return target;
}

function onConnected(socket: Socket, { url }: WireRequest, connected: () => void): void {
  socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
}

function send({ url, headers, body }: WireRequest, signal: AbortSignal): ClientRequest {
  const [start, agent] =
    url.protocol === 'https:' ? ([httpsRequest, secure] as const) : ([httpRequest, plain] as const);
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  const request = start({ ...targetOf(url), method: 'POST', headers: { ...headers, ...length }, agent, signal });
  request.end(body);
  return request;
}
