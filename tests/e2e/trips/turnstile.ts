import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Endpoint, readText, serve } from '../../../local/endpoints/server.ts';

/** Silence after which nobody is expected to send anything more before an answer comes. */
const QUIET_MS = 60;

/** One round: the operations that were asked beside each other. */
export type Round = readonly string[];

/**
 * While it measures, holds what is asked until nobody asks any more, then lets all of it through at once: a tick of a
 * virtual clock.
 */
export class Turnstile {
  #measures = false;
  #rounds: string[][] = [];
  #waiting: { readonly operation: string; readonly go: () => void }[] = [];
  #quiet: NodeJS.Timeout | undefined;

  hold(operation: string): Promise<void> {
    if (!this.#measures) return Promise.resolve();
    return new Promise((go) => {
      this.#waiting.push({ operation, go });
      clearTimeout(this.#quiet);
      this.#quiet = setTimeout(() => this.#turn(), QUIET_MS);
    });
  }

  #turn(): void {
    const through = this.#waiting;
    this.#waiting = [];
    this.#rounds.push(through.map(({ operation }) => operation).toSorted());
    for (const { go } of through) go();
  }

  /** The rounds that `act` waited for. */
  async of<T>(act: () => Promise<T>): Promise<{ readonly answer: T; readonly rounds: readonly Round[] }> {
    this.#rounds = [];
    this.#measures = true;
    const answer = await act();
    this.#measures = false;
    const rounds = this.#rounds;
    // What goes on behind the answer is nobody's to wait for.
    this.#rounds = [];
    clearTimeout(this.#quiet);
    this.#turn();
    return { answer, rounds };
  }
}

/** `DynamoDB_20120810.PutItem` → `PutItem`; of a form its action. */
const operationOf = (request: IncomingMessage, body: string): string =>
  String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? new URLSearchParams(body).get('Action') ?? '?';

function passOn(target: string, request: IncomingMessage, body: string, response: ServerResponse): void {
  const { method = 'POST', headers } = request;
  const onward = httpRequest(new URL(request.url ?? '/', target), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.writeHead(502).end());
  onward.end(body);
}

/** Stands in front of an endpoint of AWS. */
export const behind = (turnstile: Turnstile, target: string): Promise<Endpoint> =>
  serve(0, async (request, response) => {
    const body = await readText(request);
    await turnstile.hold(operationOf(request, body));
    passOn(target, request, body, response);
  });
