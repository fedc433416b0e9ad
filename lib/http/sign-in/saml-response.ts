import { accept, type Outcome, refuse } from '../../outcome.ts';
import { type HttpRequest, readFormBody } from '../http-request.ts';
import { Parameters, sayable } from '../parameters.ts';

/** A response of 100 KB is 134 KB of base64; form encoding may triple it. */
const FORM_BYTES = 512 * 1024;

/** Reads `SAMLResponse` of a POST to the assertion consumer service (SAML bindings section 3.5.4). RelayState is not looked at. */
export function readSamlResponse(request: HttpRequest): Outcome<string> {
  const query = Parameters.parse(request.rawQuery);
  if (query.ok && query.value.has('SAMLResponse')) return refuse('proof_in_query');
  const body = readFormBody(request, FORM_BYTES);
  if (!body.ok) return body;
  const form = Parameters.parse(body.value);
  if (!form.ok) return form;
  const twice = form.value.repeated();
  if (twice !== null)
    return refuse('parameter_repeated', sayable(twice) ? { detail: `${twice} is given more than once.` } : {});
  const document = form.value.one('SAMLResponse');
  return document === null ? refuse('parameter_missing', { detail: 'SAMLResponse is required.' }) : accept(document);
}
