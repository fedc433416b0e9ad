import type { Explanation, Issuance, IssuancePage, ScopePage } from './record.ts';
import { endSession, type Session } from './session.ts';
import type { Filter } from './view.ts';

/** Why there is nothing to show: in the broker's own words where it has answered. */
export interface Problem {
  /** 0: nobody answered. */
  readonly status: number;
  readonly reason: string;
  readonly description: string;
  readonly requestId: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

interface Request {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON, in a POST. */
  readonly body?: unknown;
}

/** Asks the broker's API as the bearer of the session's token, for JSON. Rejects only where `signal` ends it. */
export async function ask<T>(session: Session, request: Request, signal: AbortSignal): Promise<Result<T>> {
  const answer = await askText(session, request, signal);
  return answer.ok ? { ok: true, value: JSON.parse(answer.value) } : answer;
}

/** The same, for what is no JSON. */
export async function askText(session: Session, request: Request, signal: AbortSignal): Promise<Result<string>> {
  const answer = await fetchAnswer(session, request, signal);
  if (!answer.ok) return answer;
  const { response, text } = answer.value;
  if (response.ok) return { ok: true, value: text };
  // The token is over, or was revoked: whoever looks at the page is told so, and by nothing that it held.
  if (response.status === 401) endSession(session);
  return { ok: false, problem: problemOf(response, text) };
}

async function fetchAnswer(
  { token }: Session,
  { path, query = {}, body }: Request,
  signal: AbortSignal,
): Promise<Result<{ readonly response: Response; readonly text: string }>> {
  const authorization = `Bearer ${token}`;
  const given = Object.keys(query).length === 0 ? '' : `?${new URLSearchParams(query)}`;
  const post = { method: 'POST', headers: { authorization, 'content-type': 'application/json' } };
  const init = body === undefined ? { headers: { authorization } } : { ...post, body: JSON.stringify(body) };
  try {
    const response = await fetch(`${path}${given}`, { ...init, signal });
    return { ok: true, value: { response, text: await response.text() } };
  } catch (cause) {
    if (signal.aborted) throw cause;
    const description = 'The broker could not be reached.';
    return { ok: false, problem: { status: 0, reason: '', description, requestId: '' } };
  }
}

/** An error of the broker has its own members; one of the API in front, which throttles, has none of them. */
function problemOf({ status, headers }: Response, text: string): Problem {
  const body = jsonObject(text);
  const word = (member: string): string => (typeof body[member] === 'string' ? body[member] : '');
  return {
    status,
    reason: word('reason'),
    description: word('error_description') || word('message') || `The broker answered ${status}.`,
    requestId: word('request_id') || (headers.get('x-request-id') ?? ''),
  };
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

export interface Search {
  readonly filter: Filter;
  /** Milliseconds since the epoch, both inclusive; null: open. */
  readonly from: number | null;
  readonly to: number | null;
  readonly limit: number;
  readonly cursor: string | null;
}

/** One page of the ledger, newest first. */
export function listIssuances(session: Session, search: Search, signal: AbortSignal): Promise<Result<IssuancePage>> {
  const { filter, from, to, limit, cursor } = search;
  const query = {
    ...filter,
    ...(from === null ? {} : { from: new Date(from).toISOString() }),
    ...(to === null ? {} : { to: new Date(to).toISOString() }),
    limit: String(limit),
    ...(cursor === null ? {} : { cursor }),
  };
  return ask(session, { path: '/v1/issuances', query }, signal);
}

export const showIssuance = (session: Session, id: string, signal: AbortSignal): Promise<Result<Issuance>> =>
  ask(session, { path: `/v1/issuances/${encodeURIComponent(id)}` }, signal);

/** One page of the scopes in force, in the order of their names. */
export const listScopes = (
  session: Session,
  query: { readonly scope?: string; readonly cursor?: string },
  signal: AbortSignal,
): Promise<Result<ScopePage>> => ask(session, { path: '/v1/scopes', query }, signal);

/** Who is asked about: claims of a connection, a token, or who is on record. */
export type Question = { readonly scope: string } & (
  | { readonly connection: string; readonly claims: unknown }
  | { readonly token: string }
  | { readonly issuance: string }
);

export const explain = (session: Session, question: Question, signal: AbortSignal): Promise<Result<Explanation>> =>
  ask(session, { path: '/v1/explain', body: question }, signal);
