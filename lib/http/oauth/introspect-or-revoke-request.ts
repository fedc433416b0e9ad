import type { ClientProof } from '../../identity/principal.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { readForm } from '../form.ts';
import type { HttpRequest } from '../http-request.ts';
import { missingParameter } from '../parameters.ts';
import { readClientAuthentication } from './endpoint-authentication.ts';

const FORM = { maxBytes: 64 * 1024 };

/**
 * A token, by a client that authenticates: what introspection (RFC 7662 section 2.1) and revocation (RFC 7009 section
 * 2.1) are asked.
 */
interface IntrospectOrRevokeRequest {
  readonly client: ClientProof;
  readonly token: string;
}

/** Parses the form that both endpoints share. `token_type_hint` is ignored: there is one kind of token. */
export function readIntrospectOrRevoke(request: HttpRequest): Outcome<IntrospectOrRevokeRequest> {
  const form = readForm(request, FORM);
  if (!form.ok) return form;
  const client = readClientAuthentication(request, form.value);
  if (!client.ok) return client;
  // A name alone, a public client's too, authenticates nobody.
  if (client.value === null || client.value.method === 'none') return refuse('client_authentication_missing');
  const token = form.value.one('token');
  return token === null ? missingParameter('token') : accept({ client: client.value, token });
}
