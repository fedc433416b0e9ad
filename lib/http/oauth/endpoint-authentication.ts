import type { ClientProof } from '../../identity/principal.ts';
import { JWT_CLIENT_ASSERTION } from '../../oauth-urns.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { readBasic, unreadable } from '../basic.ts';
import type { HttpRequest } from '../http-request.ts';
import { invalidParameter, type Parameters } from '../parameters.ts';

/**
 * Reads how the client authenticates at an endpoint of ours (RFC 6749 section 2.3, RFC 7521 section 4.2); null: it
 * does not say who it is. Two methods in one request are refused, also where both would be right. A parameter without a
 * value counts as omitted (RFC 6749 section 3.2), so that an empty `client_secret` beside a header is no second method.
 */
export function readClientAuthentication(request: HttpRequest, form: Parameters): Outcome<ClientProof | null> {
  const authorization = request.headers['authorization'];
  const assertion = form.one('client_assertion') ?? form.one('client_assertion_type');
  const secret = form.one('client_secret');
  const methods = [authorization, assertion, secret].filter((method) => method !== null && method !== undefined);
  if (methods.length > 1) return refuse('client_methods_several');
  if (authorization !== undefined) return readHeader(authorization, form.one('client_id'));
  if (assertion !== null) return readAssertion(form);
  const client = form.one('client_id');
  if (secret === null) return accept(client === null ? null : { method: 'none', client });
  return client === null ? unreadable('client_id_missing') : accept({ method: 'client_secret_post', client, secret });
}

/** A `client_id` beside the header must name the same client. */
function readHeader(authorization: string, clientId: string | null): Outcome<ClientProof> {
  const match = /^basic +(\S+)$/i.exec(authorization.trim());
  if (match?.[1] === undefined) return unreadable('authorization_scheme');
  const basic = readBasic(match[1]);
  if (basic.ok && clientId !== null && basic.value.client !== clientId) return unreadable('client_id_mismatch');
  return basic;
}

function readAssertion(form: Parameters): Outcome<ClientProof> {
  const assertion = form.one('client_assertion');
  if (assertion === null)
    return refuse('parameter_missing', { detail: 'client_assertion is required beside client_assertion_type.' });
  if (form.one('client_assertion_type') !== JWT_CLIENT_ASSERTION) {
    return invalidParameter(`client_assertion_type must be ${JWT_CLIENT_ASSERTION}.`);
  }
  return accept({ method: 'private_key_jwt', assertion, client: form.one('client_id') });
}
