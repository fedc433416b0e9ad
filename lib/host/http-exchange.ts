import { lookup as resolveName } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { FetchRequest, FetchResult } from '../ports/documents.ts';
import { addressKind } from './address-guard.ts';
import { BodyTooLarge, readBody } from './http-body.ts';

export type HttpMessage = Extract<FetchResult, { ok: true }>;
type Failure = Extract<FetchResult, { ok: false }>;

/** A name that leads to an address that may not be dialled. */
class AddressRefused extends Error {}

/** Which addresses a request may dial: any, public ones only, or (plain http) loopback only. */
type Reach = 'any' | 'public' | 'loopback';

const mayDial = (reach: Reach, address: string): boolean => reach === 'any' || addressKind(address) === reach;

/**
 * The name is resolved once, judged, and that very address is dialled: a second answer of the name server has no
 * effect.
 */
function lookupWithin(reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const [first] = addresses;
      const refused = addresses.some(({ address }) => !mayDial(reach, address));
      if (first === undefined || refused) return callback(new AddressRefused('address refused'), '');
      if (options.all === true) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

/** A socket is shared only among requests that may dial the same addresses. */
const agents = {
  any: new HttpsAgent({ keepAlive: true, maxSockets: 64, lookup: lookupWithin('any') }),
  public: new HttpsAgent({ keepAlive: true, maxSockets: 64, lookup: lookupWithin('public') }),
  loopback: new HttpAgent({ keepAlive: false, lookup: lookupWithin('loopback') }),
};

/** How far a request came with a connection: waiting for one, making one of its own, having one. */
interface Progress {
  stage: 'waiting' | 'connecting' | 'connected';
}

/** One request and its answer, redirects not followed. Never throws. */
export async function exchange(request: FetchRequest, url: URL, signal: AbortSignal): Promise<FetchResult> {
  const reach = reachOf(request, url);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  // An address in the URL is dialled without a lookup.
  if (reach === null || (isIP(literal) !== 0 && !mayDial(reach, literal))) return failure('address', 'refused');
  const progress: Progress = { stage: 'waiting' };
  try {
    const answer = await send(request, url, reach, { signal, progress });
    const body = await readBody(answer, request.maxBytes, signal);
    return { ok: true, status: answer.statusCode ?? 0, headers: headersOf(answer), body };
  } catch (error) {
    return failed(error, signal, progress);
  }
}

/** null: a request for public addresses can't go to a loopback one. */
function reachOf(request: FetchRequest, url: URL): Reach | null {
  if (url.protocol === 'http:') return request.publicAddressOnly ? null : 'loopback';
  return request.publicAddressOnly ? 'public' : 'any';
}

function send(
  request: FetchRequest,
  url: URL,
  reach: Reach,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: Progress },
): Promise<IncomingMessage> {
  const isPlain = url.protocol === 'http:';
  const start = isPlain ? httpRequest : httpsRequest;
  const headers = { 'accept-encoding': 'gzip, identity', ...request.headers };
  const attempt = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const outgoing = start(url, { method: request.method, headers, agent: agents[reach], signal });
      outgoing.on('socket', (socket) => {
        progress.stage = outgoing.reusedSocket ? 'connected' : 'connecting';
        if (outgoing.reusedSocket) return;
        socket.once(isPlain ? 'connect' : 'secureConnect', () => {
          progress.stage = 'connected';
        });
      });
      outgoing.on('response', resolve);
      outgoing.on('error', (error) => reject(outgoing.reusedSocket ? new StaleSocket(error) : error));
      outgoing.end(request.body);
    });
  // A kept connection may have been closed at the other end while this process was frozen: a GET may simply be sent
  // again.
  return attempt().catch((error: unknown) => {
    if (error instanceof StaleSocket && request.method === 'GET' && !signal.aborted) return attempt();
    throw error;
  });
}

class StaleSocket extends Error {
  constructor(cause: Error) {
    super('the kept connection was closed', { cause });
  }
}

function headersOf(answer: IncomingMessage): Record<string, string> {
  const entries = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]],
  );
  return Object.fromEntries(entries);
}

function failed(error: unknown, signal: AbortSignal, { stage }: Progress): Failure {
  if (error instanceof BodyTooLarge) return failure('too-large', 'body');
  if (error instanceof AddressRefused) return failure('address', 'refused');
  const failed = signal.aborted ? failure('timeout', 'deadline') : failure('network', codeOf(error));
  return stage === 'connecting' ? { ...failed, connected: false } : failed;
}

/** The system's or OpenSSL's code; never a message, which may repeat what was sent. */
function codeOf(error: unknown): string {
  const cause = error instanceof StaleSocket ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}

const failure = (problem: Failure['problem'], cause: string): Failure => ({ ok: false, problem, cause });
