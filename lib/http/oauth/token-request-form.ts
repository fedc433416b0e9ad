import { type Outcome, refuse } from '../../outcome.ts';
import { type HttpRequest, readFormBody } from '../http-request.ts';
import { Parameters, sayable } from '../parameters.ts';
import type { OauthContext } from './oauth-error.ts';
import { grantTypeUri } from './subject-token.ts';

/** A SAML response of 100 KB is 134 KB of base64; form encoding may triple it. */
const FORM_BYTES = 512 * 1024;
const QUERY_PROOFS = [
  'subject_token',
  'actor_token',
  'assertion',
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
];

/** Reads the form of `POST /oauth2/token`: nothing from the query, no parameter twice but `audience` and `resource` (RFC 8693 section 2.1). */
export function readGrantForm(request: HttpRequest): Outcome<Parameters> {
  const query = Parameters.parse(request.rawQuery);
  if (query.ok && QUERY_PROOFS.some((name) => query.value.has(name))) return refuse('proof_in_query');
  const body = readFormBody(request, FORM_BYTES);
  if (!body.ok) return body;
  const form = Parameters.parse(body.value);
  if (!form.ok) return form;
  const repeated = form.value.repeated(['audience', 'resource']);
  if (repeated === null) return form;
  return refuse('parameter_repeated', sayable(repeated) ? { detail: `${repeated} is given more than once.` } : {});
}

/** Which codes a refusal of this request has, from its grant type alone. */
export function oauthContext(request: HttpRequest): OauthContext {
  const form = readGrantForm(request);
  switch (form.ok ? form.value.one('grant_type') : null) {
    case grantTypeUri('token-exchange'):
      return 'exchange';
    case grantTypeUri('jwt-bearer'):
    case grantTypeUri('saml2-bearer'):
      return 'assertion';
    case 'authorization_code':
      return 'code';
    default:
      return 'other';
  }
}
