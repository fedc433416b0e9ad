import { isJsonObject, type JsonObject } from '../../../lib/json.ts';
import { GRANT_TYPE } from '../../../lib/oauth-urns.ts';
import { explanations } from '../../../lib/refusals/explained/registry.ts';
import { isReason } from '../../../lib/refusals/registry.ts';
import { shown } from './broker.ts';
import { type Finding, ok, wrong } from './finding.ts';
import type { Presentable } from './proof-sources.ts';

const TIMEOUT_MS = 30_000;
const SCOPE = /^[A-Za-z][A-Za-z0-9:._-]{0,127}$/;

export interface Asked {
  readonly issuer: string;
  readonly scope: string;
  readonly intent: string;
}

/**
 * Asks for the scope as a program would, once, and forgets what comes: an issuance like any other, whose intent says
 * where it came from. A scope that grants no AWS session is asked for at the token endpoint.
 */
export async function lookAtScope(asked: Asked, proof: Presentable): Promise<Finding> {
  const { issuer, scope, intent } = asked;
  if (!SCOPE.test(scope))
    return wrong('scope', `${shown(scope)} is no name of a scope`, 'a letter, then A-Z a-z 0-9 : . _ -');
  const form = { ...subject(proof), intent };
  const credentials = await post(`${issuer}/v1/credentials/${scope}`, form, proof);
  if (credentials.status === 200) {
    const { RoleArn: role, Expiration: end, IssuanceId: id } = credentials.body;
    return ok('scope', `${scope} gives ${shown(String(role))} until ${shown(String(end))} (${shown(String(id))})`);
  }
  // It grants tokens, and this route gives sessions.
  if (credentials.body['reason'] !== 'grant_not_available_here') return refused(scope, credentials);
  const grant_type = proof.kind === 'client' ? 'client_credentials' : GRANT_TYPE.tokenExchange;
  const token = await post(`${issuer}/oauth2/token`, { ...form, grant_type, scope }, proof);
  if (token.status !== 200) return refused(scope, token);
  return ok('scope', `${scope} gives an access token for ${shown(String(token.body['expires_in']))} s`);
}

interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

const subject = (proof: Presentable): Readonly<Record<string, string>> =>
  proof.kind === 'client' ? {} : { subject_token: proof.token, subject_token_type: proof.type };

async function post(url: string, form: Readonly<Record<string, string>>, proof: Presentable): Promise<Answer> {
  const init = { method: 'POST', body: new URLSearchParams(form), headers: authorization(proof) };
  try {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body: unknown = await response.json().catch(() => null);
    return { status: response.status, body: isJsonObject(body) ? body : {} };
  } catch {
    return { status: 0, body: {} };
  }
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
function authorization(proof: Presentable): Readonly<Record<string, string>> {
  if (proof.kind !== 'client') return {};
  const [id, secret] = [proof.client, proof.secret].map((part) => new URLSearchParams({ p: part }).toString().slice(2));
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

function refused(scope: string, { status, body }: Answer): Finding {
  if (status === 0) return wrong('scope', `${scope}: no answer came`, 'look at the network, and try again');
  const { reason, error_description: said, request_id: request } = body;
  const told = `${scope}: ${shown(String(said ?? `HTTP ${status}`))} (${shown(String(reason))}, request ${shown(String(request))})`;
  return wrong(
    'scope',
    told,
    isReason(reason) ? explanations[reason].fix : 'give the request id to who runs the broker',
  );
}
