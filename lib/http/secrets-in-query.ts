import { accept, type Outcome, refuse } from '../outcome.ts';
import { Parameters } from './parameters.ts';

/**
 * Every parameter that carries a secret or a proof on any route of this broker, and those by which the same protocols
 * carry others. In a query they would stand in histories, referrers and the logs of whatever lies between (RFC 6749
 * section 2.3.1, RFC 6750 section 5.3, RFC 9700 section 4.3.2). A code comes back in the query of the client's redirect
 * URI: a route of this broker that is such a URI says so, and its code is bound to a verifier that no query has.
 */
export const SECRET_PARAMETERS = [
  // RFC 6749, RFC 7636, RFC 8628.
  'client_secret',
  'password',
  'code',
  'code_verifier',
  'device_code',
  'access_token',
  'refresh_token',
  'id_token',
  // RFC 7662 section 2.1, RFC 7009 section 2.1.
  'token',
  // RFC 7521 section 4.
  'assertion',
  'client_assertion',
  // RFC 8693 section 2.1.
  'subject_token',
  'actor_token',
  // The page that asks the person.
  'secret',
  // SAML bindings section 3.5.
  'SAMLResponse',
  // AWS STS, AssumeRoleWithWebIdentity and AssumeRoleWithSAML.
  'WebIdentityToken',
  'SAMLAssertion',
] as const;

/**
 * Reads the query of any route: names are compared as the routes would read them, that is decoded, and a name counts
 * with or without a value. Refuses with malformed_request (see `Parameters.parse`) and proof_in_query,
 * which names the parameter and never its value.
 */
export function readQuery(rawQuery: string, redirectUri: 'redirect-uri' | 'other' = 'other'): Outcome<Parameters> {
  const query = Parameters.parse(rawQuery);
  if (!query.ok) return query;
  const secrets =
    redirectUri === 'redirect-uri' ? SECRET_PARAMETERS.filter((each) => each !== 'code') : SECRET_PARAMETERS;
  const name = secrets.find((each) => query.value.has(each));
  if (name === undefined) return accept(query.value);
  return refuse('proof_in_query', { detail: `${name} must not be sent in a query string.`, log: { found: name } });
}
