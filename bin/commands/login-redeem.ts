import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { BROKER_TOKEN_TYPE, GRANT_TYPE } from '../../lib/oauth-urns.ts';

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
  const token = answer['access_token'];
  if (!response.ok || typeof token !== 'string') throw new Error(refusalOf(answer, response.status));
  const isCredentials = answer['issued_token_type'] === BROKER_TOKEN_TYPE.awsCredentials;
  if (isCredentials) return { text: `${token}\n`, token: null };
  return { text: `${token}\n`, token: `${JSON.stringify(answer, null, 2)}\n` };
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
