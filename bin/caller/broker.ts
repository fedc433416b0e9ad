import type { JsonObject } from '../../lib/json.ts';
import { BROKER_TOKEN_TYPE, GRANT_TYPE, TOKEN_TYPE } from '../../lib/oauth-urns.ts';
import { addAssertion, basic } from './client-authentication.ts';
import { type CredentialDocument, isCredentialDocument } from './credential-document.ts';
import { type Answer, ask, Unreachable } from './http.ts';
import type { Presented } from './proofs/proof.ts';
import { ATTEMPT_MS } from './settings.ts';

/** A token response (RFC 6749 section 5.1). Secret. */
export interface TokenAnswer extends JsonObject {
  readonly access_token: string;
}

/** What is asked for beside a proof. */
export interface Request {
  readonly broker: string;
  readonly scope: string;
  readonly intent: string | null;
  readonly durationSeconds: number | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly policy: string | null;
  readonly actor: Presented | null;
  /** What the credentials are for, for the record: `console`. Absent: nothing of its own. */
  readonly purpose?: 'console';
  /** Told once why an answer takes long: what the first attempt met. */
  readonly waiting?: (why: string) => void;
}

/** The broker said no. Its message is what a person reads: the reason, what was found, and the request's id. */
export class BrokerRefusal extends Error {
  override readonly name = 'BrokerRefusal';
  readonly status: number;
  /** A code of docs/refusals.md, or `http_<status>` where the answer was not the broker's. */
  readonly reason: string;
  readonly description: string;
  readonly requestId: string | null;
  /** The request waits for somebody to approve it; null: it does not. */
  readonly pending: PendingApproval | null;

  constructor({ status, body, retryAfterSeconds }: Answer) {
    const text = (name: string) => (typeof body[name] === 'string' ? String(body[name]) : null);
    const reason = text('reason') ?? text('error') ?? `http_${status}`;
    const description = text('error_description') ?? text('message') ?? `the broker answered ${status}`;
    const requestId = text('request_id') ?? text('requestId');
    const pending = pendingOf(reason, body);
    const where = pending === null ? '' : `\napproval: ${printable(pending.uri)}`;
    const again = isTooLong(retryAfterSeconds) ? `\nretry_after: ${retryAfterSeconds} s` : '';
    const request = requestId === null ? '' : `\nrequest_id: ${printable(requestId)}`;
    super(`${reason}: ${printable(description)}${where}${again}${request}`);
    this.pending = pending;
    this.status = status;
    this.reason = reason;
    this.description = description;
    this.requestId = requestId;
  }
}

/** Where and how long a request waits (contract section 7). */
export interface PendingApproval {
  readonly id: string;
  readonly uri: string;
  readonly expiresIn: number;
  /** Seconds until it may be asked again. */
  readonly interval: number;
}

function pendingOf(reason: string, body: JsonObject): PendingApproval | null {
  const { approval_id: id, approval_uri: uri, expires_in: expiresIn, interval } = body;
  if (reason !== 'authorization_pending' || typeof id !== 'string' || typeof uri !== 'string') return null;
  const seconds = (value: unknown, least: number) => (typeof value === 'number' && value > least ? value : least);
  return { id, uri, expiresIn: seconds(expiresIn, 1), interval: seconds(interval, 1) };
}

/** True for what another attempt may not meet: no connection, a limit, an outage. A refusal is an answer. */
export const mayPass = (error: unknown): boolean =>
  error instanceof BrokerRefusal ? error.status === 429 || error.status >= 500 : isUnreachableForNow(error);

const isUnreachableForNow = (error: unknown): boolean => error instanceof Unreachable && error.mayPass;

/** What another machine sent goes to a terminal without a control character. */
const printable = (text: string): string => text.replace(/[^\P{C}\n]/gu, '?');

/** AWS credentials of `/v1/credentials/{scope}`. Throws BrokerRefusal or Unreachable. */
export async function fetchCredentials(
  request: Request,
  proof: Presented,
  signal: AbortSignal,
): Promise<CredentialDocument> {
  if (request.actor?.kind === 'client-key') return exchangedCredentials(request, proof, signal);
  const isByKey = proof.kind === 'client-key' && request.actor === null;
  const presented = isByKey ? await tokenOfKey(request, proof, signal) : proof;
  const form = askedForm(request, presented);
  if (request.purpose !== undefined) form.set('purpose', request.purpose);
  const headers = basicOf(clientOf(request, presented));
  const url = `${request.broker}/v1/credentials/${encodeURIComponent(request.scope)}`;
  const send = () => ask(url, { method: 'POST', headers, form, signal });
  const document = await persistently(send, signal, request.waiting);
  if (!isCredentialDocument(document))
    throw new Error(`${request.broker} answered no credentials: it is no token broker`);
  return document;
}

/** A client with a key authenticates at the token endpoint alone, which gives the same in an exchange. */
async function exchangedCredentials(request: Request, proof: Presented, signal: AbortSignal) {
  const document = credentialsIn(await fetchToken(request, proof, signal));
  if (document === null) throw new Error(`scope ${request.scope} grants a token: token-broker token prints it`);
  return document;
}

/**
 * A token of the scope, or its credentials (`issued_token_type`), of `/oauth2/token`. Throws BrokerRefusal,
 * Unreachable.
 */
export async function fetchToken(request: Request, proof: Presented, signal: AbortSignal): Promise<TokenAnswer> {
  const form = askedForm(request, proof);
  form.set('scope', request.scope);
  form.set('grant_type', proof.kind === 'token' ? GRANT_TYPE.tokenExchange : 'client_credentials');
  return tokenAnswer(request, form, clientOf(request, proof), signal);
}

/** Who authenticates: the client itself, or the one that acts for whom the proof names. null: nobody. */
function clientOf({ actor }: Request, proof: Presented): Presented | null {
  if (proof.kind !== 'token') return proof;
  return actor === null || actor.kind === 'token' ? null : actor;
}

const basicOf = (client: Presented | null): Readonly<Record<string, string>> =>
  client?.kind === 'client-secret' ? { authorization: basic(client) } : {};

/** A client's assertion is good once: each attempt brings one of its own. */
async function tokenAnswer(
  { broker, waiting }: Pick<Request, 'broker' | 'waiting'>,
  form: URLSearchParams,
  client: Presented | null,
  signal: AbortSignal,
) {
  const headers = basicOf(client);
  const send = async () => {
    if (client?.kind === 'client-key') await addAssertion(form, broker, client);
    return ask(`${broker}/oauth2/token`, { method: 'POST', headers, form, signal });
  };
  const answer = await persistently(send, signal, waiting);
  if (!isTokenAnswer(answer)) throw new Error(`${broker} answered no token: it is no token broker`);
  return answer;
}

/**
 * A client with a key has nothing that `/v1/credentials` takes: it gets a broker token for the broker itself, of
 * whichever scope gives it one, and brings that (contract section 6).
 */
async function tokenOfKey(request: Request, proof: Extract<Presented, { kind: 'client-key' }>, signal: AbortSignal) {
  const form = new URLSearchParams({ grant_type: 'client_credentials', resource: request.broker });
  if (proof.scope !== null) form.set('scope', proof.scope);
  const { access_token } = await tokenAnswer(request, form, proof, signal);
  return { kind: 'token', token: access_token, type: TOKEN_TYPE.access_token } as const;
}

function askedForm({ intent, durationSeconds, parameters, policy, actor }: Request, proof: Presented) {
  const form = new URLSearchParams();
  if (intent !== null) form.set('intent', intent);
  if (durationSeconds !== null) form.set('duration', String(durationSeconds));
  if (Object.keys(parameters).length > 0) {
    const details = { type: 'token_broker', parameters, ...(policy === null ? {} : { policy: JSON.parse(policy) }) };
    form.set('authorization_details', JSON.stringify([details]));
  } else if (policy !== null) form.set('policy', policy);
  if (proof.kind === 'token') addToken(form, 'subject', proof);
  else if (actor !== null) throw new Error('whoever acts does so for somebody: --proof names that one, and no client');
  if (actor?.kind === 'token') addToken(form, 'actor', actor);
  return form;
}

function addToken(
  form: URLSearchParams,
  who: 'subject' | 'actor',
  { token, type }: { token: string; type: string },
): void {
  form.set(`${who}_token`, token);
  form.set(`${who}_token_type`, type);
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4000;

/** Whether it is to be asked again only once nobody waits any more, as a limit's window says. */
const isTooLong = (retryAfterSeconds: number | null): boolean =>
  retryAfterSeconds !== null && retryAfterSeconds * 1000 >= ATTEMPT_MS;

/**
 * Asks again what may pass (no connection, 429, 5xx), with pauses that grow, until `signal` ends it. `waiting` is told
 * once why it takes so long.
 */
async function persistently(
  attempt: () => Promise<Answer>,
  signal: AbortSignal,
  waiting: Request['waiting'],
): Promise<JsonObject> {
  let pauseMs = FIRST_PAUSE_MS;
  let last: Error = new Unreachable('nothing was asked', true);
  for (;;) {
    let waitMs = pauseMs * (0.5 + Math.random());
    try {
      const answer = await attempt();
      if (answer.status === 200) return answer.body;
      last = new BrokerRefusal(answer);
      if (!mayPass(last) || isTooLong(answer.retryAfterSeconds)) throw last;
      if (answer.retryAfterSeconds !== null) waitMs = Math.max(waitMs, answer.retryAfterSeconds * 1000);
    } catch (error) {
      if (!isUnreachableForNow(error) || !(error instanceof Error)) throw error;
      // The deadline ends an attempt too: what the one before it met says more.
      if (!signal.aborted || last.message === 'nothing was asked') last = error;
    }
    if (pauseMs === FIRST_PAUSE_MS) waiting?.(last.message);
    if (!(await pauseOf(waitMs, signal))) throw last;
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** False where the deadline comes first. */
function pauseOf(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      done(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      done(true);
    }, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}

const isTokenAnswer = (answer: JsonObject): answer is TokenAnswer => typeof answer['access_token'] === 'string';

/** The AWS credentials in a token response, or null where it is a token. Secret. */
export function credentialsIn(answer: TokenAnswer): CredentialDocument | null {
  if (answer['issued_token_type'] !== BROKER_TOKEN_TYPE.awsCredentials) return null;
  const document: unknown = JSON.parse(answer.access_token);
  return isCredentialDocument(document) ? document : null;
}
