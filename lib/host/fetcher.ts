import type { Fetcher, FetchRequest, FetchResult } from '../ports/documents.ts';
import { exchange, type HttpMessage } from './http-exchange.ts';

interface FetcherOptions {
  /** True where the broker's own issuer is loopback: then plain http to a loopback address is dialled too. */
  readonly loopback: boolean;
}

type Failure = Extract<FetchResult, { ok: false }>;

const MAX_REDIRECTS = 3;
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308]);

const failure = (problem: Failure['problem'], cause: string): Failure => ({ ok: false, problem, cause });

/**
 * The port over Node's own https: no credentials in URLs, no redirects off the origin (and none of a POST), addresses
 * judged after the name is resolved and before they are dialled, a cap on the decoded body while it streams, one
 * deadline over all of it.
 */
export function httpFetcher(options: FetcherOptions): Fetcher {
  return {
    async fetch(request, signal) {
      const url = admittedUrl(request.url, options);
      if (url === null) return failure('url', 'not https, or not a plain URL');
      const timeout = AbortSignal.timeout(request.timeoutMs);
      return follow(request, url, AbortSignal.any([signal, timeout]));
    },
  };
}

function admittedUrl(text: string, { loopback }: FetcherOptions): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return null;
  return url.protocol === 'https:' || (loopback && url.protocol === 'http:') ? url : null;
}

async function follow(request: FetchRequest, first: URL, signal: AbortSignal): Promise<FetchResult> {
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const answer = await exchange(request, url, signal);
    if (!answer.ok || !REDIRECT_STATUSES.has(answer.status)) return answer;
    const next = redirectTarget(request, url, answer);
    if (next === null) return failure('redirect', `status ${answer.status} leads elsewhere`);
    url = next;
  }
  return failure('redirect', `more than ${MAX_REDIRECTS}`);
}

function redirectTarget(request: FetchRequest, from: URL, answer: HttpMessage): URL | null {
  const location = answer.headers['location'];
  if (request.redirects === 'none' || request.method !== 'GET' || location === undefined) return null;
  if (!URL.canParse(location, from.href)) return null;
  const to = new URL(location, from);
  return to.origin === from.origin && to.username === '' && to.password === '' ? to : null;
}
