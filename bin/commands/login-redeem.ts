import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { BROKER_TOKEN_TYPE, GRANT_TYPE } from '../../lib/oauth-urns.ts';
import { peekClaims } from '../caller/proofs/jwt.ts';

export interface Redeemable {
  readonly issuer: string;
  readonly client: string;
  readonly scope: string;
  readonly code: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly intent: string | undefined;
  readonly duration: string | undefined;
}

export interface Redeemed {
  /** What to print: the credential document, or the token alone. Secret. */
  readonly text: string;
  /** A token with all that was said of it, as JSON; null: AWS credentials, which are a document already. Secret. */
  readonly token: string | null;
  /** A token of this broker, and when it ends (epoch seconds); null: what came is none. Secret. */
  readonly kept: { readonly token: string; readonly expires: number } | null;
}

const TIMEOUT_MS = 30_000;

/** Redeems the code by token exchange, which gives every kind of grant. Throws with what the broker said. */
export async function redeemCode(redeemable: Redeemable): Promise<Redeemed> {
  const { issuer, client, scope, code, verifier, redirectUri, intent, duration } = redeemable;
  const body = new URLSearchParams({
    grant_type: GRANT_TYPE.tokenExchange,
    subject_token_type: BROKER_TOKEN_TYPE.authorizationCode,
    subject_token: code,
    client_id: client,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    scope,
    ...(intent === undefined ? {} : { intent }),
    ...(duration === undefined ? {} : { duration }),
  });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(`${issuer}/oauth2/token`, { method: 'POST', body, redirect: 'error', signal });
  const answer = await readAnswer(response);
  if (!response.ok || typeof answer['access_token'] !== 'string') throw new Error(refusalOf(answer, response.status));
  return redeemedOf(answer, issuer);
}

/** A token response, as what to print and what to keep. */
export function redeemedOf(answer: JsonObject, issuer: string): Redeemed {
  const token = String(answer['access_token']);
  const text = `${token}\n`;
  if (answer['issued_token_type'] === BROKER_TOKEN_TYPE.awsCredentials) return { text, token: null, kept: null };
  const claims = peekClaims(token);
  const expires = claims?.['iss'] === issuer ? claims['exp'] : undefined;
  const kept = typeof expires === 'number' ? { token, expires } : null;
  return { text, token: `${JSON.stringify(answer, null, 2)}\n`, kept };
}

async function readAnswer(response: Response): Promise<JsonObject> {
  try {
    const answer: unknown = await response.json();
    return isJsonObject(answer) ? answer : {};
  } catch {
    return {};
  }
}

function refusalOf({ error_description: said, reason, request_id: request }: JsonObject, status: number): string {
  if (typeof said !== 'string') return `the broker answered ${status}`;
  return `${said} (${String(reason)}, request ${String(request)})`;
}
