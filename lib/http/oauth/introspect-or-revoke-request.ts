import type { ClientProof } from '../../identity/principal.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { type HttpRequest, readFormBody } from '../http-request.ts';
import { Parameters } from '../parameters.ts';
import { readClientProof } from './endpoint-authentication.ts';

const FORM_BYTES = 64 * 1024;
const QUERY_PROOFS = ['token', 'client_secret', 'client_assertion'];

/** What introspection (RFC 7662 section 2.1) and revocation (RFC 7009 section 2.1) are asked: a token, by a client that authenticates. */
export interface TokenForm {
  readonly client: ClientProof;
  readonly token: string;
}

/** Parses the form that both endpoints share. `token_type_hint` is ignored: there is one kind of token. */
export function readTokenForm(request: HttpRequest): Outcome<TokenForm> {
  const query = Parameters.parse(request.rawQuery);
  if (!query.ok) return query;
  if (QUERY_PROOFS.some((name) => query.value.has(name))) return refuse('proof_in_query');
  const body = readFormBody(request, FORM_BYTES);
  if (!body.ok) return body;
  const form = Parameters.parse(body.value);
  if (!form.ok) return form;
  if (form.value.repeated() !== null) return refuse('parameter_repeated');
  const client = readClientProof(request, form.value);
  if (!client.ok) return client;
  // A name alone, a public client's too, authenticates nobody.
  if (client.value === null || client.value.method === 'none') return refuse('client_authentication_missing');
  const token = form.value.one('token');
  if (token === null) return refuse('parameter_missing', { detail: 'token is required.' });
  return accept({ client: client.value, token });
}
