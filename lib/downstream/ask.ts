import { parseFetchedJson } from '../identity/strict-json.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { FetchRequest, FetchResult } from '../ports/documents.ts';
import type { Reason } from '../refusals/registry.ts';
import { type Milliseconds, milliseconds } from '../time.ts';
import type { CircuitNames, Circuits, RequestEnd } from './circuits.ts';
import type { DownstreamPorts } from './downstream-ports.ts';
import { providerError, type ReadAnswer } from './provider-error.ts';

/** What a request of ours always has. */
const MOST_BYTES = 64 * 1024;
const TIMEOUT_MS = 5_000;
const MOST_TRIES = 3;
/** First wait between two tries, with jitter; doubled for the next. */
const FIRST_WAIT_MS = 100;
/** A server that asks for a longer pause is not waited for. */
const LONGEST_WAIT_MS = 2_000;

/** What asking needs of the world. */
export type AskPorts = Pick<DownstreamPorts, 'clock' | 'random' | 'fetcher' | 'pauses'>;

/** One request, made anew for each try: an assertion in it is good once. */
export interface Asking {
  readonly circuit: CircuitNames;
  readonly host: string;
  /**
   * `unprocessed`: the request holds a proof that the server may take once, so it is sent again only where the server
   * says that it did nothing.
   */
  readonly repeat: 'any-outage' | 'unprocessed';
  build(): Promise<Outcome<Pick<FetchRequest, 'url' | 'method' | 'headers' | 'body' | 'publicAddressOnly'>>>;
}

type Tried = Outcome<ReadAnswer> & { readonly again?: Milliseconds | 'soon' };

/**
 * Asks a server, at most three times while it fails in a way that another try may mend (5xx, a broken connection; 429
 * and 503 with a short Retry-After), with jittered pauses and never past the signal. A server that took a request and
 * hangs is not asked again. Any status below 500 but 429 is an answer. Refuses with `provider_unavailable`,
 * `provider_timeout`, `provider_throttled`, `provider_circuit_open`, `provider_redirected`, `provider_address_refused`,
 * `provider_answer_too_large`, and with what `build` refuses.
 */
export async function ask(
  ports: AskPorts,
  circuits: Circuits,
  asking: Asking,
  signal: AbortSignal,
): Promise<Outcome<ReadAnswer>> {
  for (let attempt = 1; ; attempt += 1) {
    const wait = circuits.enter(asking.circuit, ports.clock.now());
    if (wait !== null) return refuse('provider_circuit_open', { retryAfter: wait, log: { host: asking.host } });
    const { again, ...outcome } = await tryOnce(ports, circuits, asking, signal);
    if (again === undefined || attempt === MOST_TRIES) return outcome;
    const pause = again === 'soon' ? jittered(ports, FIRST_WAIT_MS * 2 ** attempt) : again;
    if (!(await ports.pauses.wait(pause, signal))) return outcome;
  }
}

async function tryOnce(ports: AskPorts, circuits: Circuits, asking: Asking, signal: AbortSignal): Promise<Tried> {
  const built = await asking.build();
  if (!built.ok) return built;
  const limits = { maxBytes: MOST_BYTES, timeoutMs: TIMEOUT_MS, redirects: 'none' } as const;
  const result = await ports.fetcher.fetch({ ...built.value, ...limits }, signal);
  circuits.ended(asking.circuit, endOf(result, signal), ports.clock.now());
  return result.ok ? read(asking, result) : notAnswered(asking, result);
}

function endOf(result: FetchResult, signal: AbortSignal): RequestEnd {
  if (result.ok) return result.status >= 500 ? 'failed' : 'answered';
  switch (result.problem) {
    case 'timeout':
    case 'network':
      if (result.connected !== false) return 'failed';
      // A connection that our own deadline cut short says nothing of the server.
      return signal.aborted ? 'unsent' : 'unconnected';
    case 'redirect':
    case 'too-large':
      return 'answered';
    case 'address':
    case 'url':
      return 'unsent';
  }
}

function read({ host, repeat }: Asking, answer: Extract<FetchResult, { ok: true }>): Tried {
  const { status, headers } = answer;
  const read = { status, headers, json: parseFetchedJson(answer.body, { maxBytes: MOST_BYTES }) };
  if (status !== 429 && status < 500) return accept(read);
  const refused = providerError(read, host, 'not');
  if (repeat === 'unprocessed' && status !== 429 && status !== 503) return refused;
  const { retryAfter } = refused.refusal;
  if (retryAfter === undefined) return { ...refused, again: 'soon' };
  return retryAfter * 1000 > LONGEST_WAIT_MS ? refused : { ...refused, again: milliseconds(retryAfter * 1000) };
}

const PROBLEMS: Readonly<Record<Extract<FetchResult, { ok: false }>['problem'], Reason>> = {
  timeout: 'provider_timeout',
  network: 'provider_unavailable',
  'too-large': 'provider_answer_too_large',
  redirect: 'provider_redirected',
  address: 'provider_address_refused',
  url: 'provider_address_refused',
};

function notAnswered({ host, repeat }: Asking, { problem, cause }: Extract<FetchResult, { ok: false }>): Tried {
  const refused = refuse(PROBLEMS[problem], { log: { host, problem, errorCode: cause } });
  return problem === 'network' && repeat === 'any-outage' ? { ...refused, again: 'soon' } : refused;
}

/** Half of it to all of it, so that instances that failed together do not come back together. */
function jittered({ random }: AskPorts, longestMs: number): Milliseconds {
  const [byte = 0] = random.bytes(1);
  return milliseconds(Math.round(longestMs * (0.5 + byte / 510)));
}
