import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Endpoint, readText, serve } from '../../../local/endpoints/server.ts';

/** An endpoint of AWS behind a proxy that keeps what was asked of it, and can be out of order. */
export interface Watched extends Endpoint {
  /** The bodies of the requests that were passed on, in their order. */
  readonly bodies: readonly string[];
  /** `down` answers 500, `silent` never answers. */
  become(state: State): void;
}

type State = 'well' | 'down' | 'silent';

function passOn(target: string, request: IncomingMessage, body: string, response: ServerResponse): void {
  const { method = 'POST', headers } = request;
  const onward = httpRequest(new URL(request.url ?? '/', target), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.writeHead(502).end());
  onward.end(body);
}

/** Stands before `endpoint`, and stops it with itself. */
export async function watch(endpoint: Endpoint): Promise<Watched> {
  const bodies: string[] = [];
  let state: State = 'well';
  const { url, stop } = await serve(0, async (request, response) => {
    const body = await readText(request);
    if (state === 'silent') return;
    if (state === 'down') return void response.writeHead(500).end();
    bodies.push(body);
    passOn(endpoint.url, request, body, response);
  });
  return {
    url,
    bodies,
    become: (next) => {
      state = next;
    },
    stop: async () => {
      await stop();
      await endpoint.stop();
    },
  };
}
