import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { errorMessage } from '../error-message.ts';

/** One answer, read whole. */
export interface Answer {
  readonly status: number;
  /** Empty where it was no JSON object. */
  readonly body: JsonObject;
  /** Seconds, where the answer says `Retry-After` so. */
  readonly retryAfterSeconds: number | null;
  /** What the other machine's clock says (epoch milliseconds), where it does. */
  readonly dateMs: number | null;
}

/** A machine that could not be asked. Its message says which, why, and what to change where that is known. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  /** False for what the next attempt meets too: a certificate, a redirect. */
  readonly mayPass: boolean;
  constructor(message: string, mayPass: boolean) {
    super(message);
    this.mayPass = mayPass;
  }
}

const MAX_BYTES = 1024 * 1024;

/** Node's codes of certificates that are not trusted, and what to do (Node.js, "X509 certificate error codes"). */
const CERTIFICATES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: is the clock of this machine right?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: name its authority in NODE_EXTRA_CA_CERTS',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name: is the URL right?',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not trusted here: name it in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not trusted here: name it in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not trusted here: name it in NODE_EXTRA_CA_CERTS',
};

export interface Asked {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** At most one of the two. */
  readonly form?: URLSearchParams;
  readonly json?: JsonObject;
  readonly signal: AbortSignal;
}

/**
 * Asks once. No redirect is followed: a proof goes where it was sent, and nowhere else. Throws Unreachable; an answer
 * of any status is an answer.
 */
export async function ask(url: string, { method, headers = {}, form, json, signal }: Asked): Promise<Answer> {
  const { origin } = new URL(url);
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    redirect: 'manual',
    signal,
    ...(form === undefined ? {} : { body: form }),
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  }).catch((error: unknown) => {
    throw unreachable(origin, error);
  });
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    throw new Unreachable(
      `${origin} answers with a redirect, which is not followed: name the broker itself (--broker)`,
      false,
    );
  }
  const date = Date.parse(response.headers.get('date') ?? '');
  const wait = response.headers.get('retry-after') ?? '';
  return {
    status: response.status,
    body: await readBody(origin, response),
    retryAfterSeconds: /^[0-9]{1,9}$/.test(wait) ? Number(wait) : null,
    dateMs: Number.isNaN(date) ? null : date,
  };
}

async function readBody(origin: string, response: Response): Promise<JsonObject> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > MAX_BYTES)
        throw new Unreachable(`${origin} answers more than ${MAX_BYTES} bytes: it is no broker`, false);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof Unreachable ? error : unreachable(origin, error);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** fetch says `fetch failed`, and why in its cause; several addresses fail as one error with theirs. */
function unreachable(origin: string, error: unknown): Unreachable {
  const name = memberOf(error, 'name');
  if (name === 'TimeoutError' || name === 'AbortError')
    return new Unreachable(`${origin} did not answer in time`, true);
  const cause = Object(error).cause ?? error;
  const code = memberOf(cause, 'code') ?? memberOf(Object(cause).errors?.[0], 'code');
  const certificate = code === null ? undefined : CERTIFICATES[code];
  if (certificate !== undefined) return new Unreachable(`${origin} is not trusted: ${certificate} (${code})`, false);
  // What the network does has a code; a port that nobody may ask has none, nor will it the next time.
  return new Unreachable(`${origin} cannot be reached: ${code ?? errorMessage(cause)}`, code !== null);
}

const memberOf = (value: unknown, name: string): string | null => {
  const member: unknown = Object(value)[name];
  return typeof member === 'string' ? member : null;
};
