import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** A kept connection spares a handshake; one is enough, since a process answers one request at a time. */
const agents = {
  'http:': new HttpAgent({ keepAlive: true, maxSockets: 4 }),
  'https:': new HttpsAgent({ keepAlive: true, maxSockets: 4 }),
};

/** The collector took nothing of it. */
export class CollectorError extends Error {
  readonly code: string;

  constructor(code: string) {
    super('the collector did not take the spans');
    this.name = 'CollectorError';
    this.code = code;
  }
}

/**
 * Posts a body in JSON to a collector; redirects are not followed. A kept connection that was ended in between costs
 * nothing: it goes out again over a new one. Rejects with `CollectorError`, or as Node.js does.
 */
export async function postToCollector(url: URL, body: string, signal: AbortSignal): Promise<void> {
  const first = await postOnce(url, body, signal);
  const status = first === 'dead connection' ? await postOnce(url, body, signal) : first;
  if (status === 'dead connection') throw new CollectorError('ECONNRESET');
  if (status < 200 || status > 299) throw new CollectorError(`HTTP ${status}`);
}

function postOnce(url: URL, body: string, signal: AbortSignal): Promise<number | 'dead connection'> {
  const secure = url.protocol === 'https:';
  const agent = agents[secure ? 'https:' : 'http:'];
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = (secure ? httpsRequest : httpRequest)(url, { method: 'POST', headers, agent, signal });
    sent.on('response', (answer) => {
      // What it says beside its status is nothing that anybody here waits for.
      answer.on('error', reject).on('end', () => resolve(answer.statusCode ?? 0));
      answer.resume();
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve('dead connection');
      else reject(error);
    });
    sent.end(body);
  });
}
