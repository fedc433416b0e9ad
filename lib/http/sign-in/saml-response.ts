import { accept, type Outcome } from '../../outcome.ts';
import { readForm } from '../form.ts';
import type { HttpRequest } from '../http-request.ts';
import { missingParameter } from '../parameters.ts';

/** A response of 100 KB is 134 KB of base64; form encoding may triple it. */
const FORM = { maxBytes: 512 * 1024 };

/**
 * Reads `SAMLResponse` of a POST to the assertion consumer service (SAML bindings section 3.5.4). RelayState is not
 * looked at.
 */
export function readSamlResponse(request: HttpRequest): Outcome<string> {
  const form = readForm(request, FORM);
  if (!form.ok) return form;
  const document = form.value.one('SAMLResponse');
  return document === null ? missingParameter('SAMLResponse') : accept(document);
}
