import { registry } from './kinds.ts';

/** The request itself is wrong, whoever sent it. */
export const requestRefusals = registry({
  malformed_request: {
    class: 'request',
    says: 'The request is malformed.',
    cause: 'The body is not what its content type says, or a part of the request cannot be decoded.',
    fix: 'Send the request as the protocol has it: a form for /oauth2/* and /sts, no body for a GET.',
  },
  unsupported_content_type: {
    class: 'request',
    says: 'The content type must be application/x-www-form-urlencoded.',
    cause: 'The body came as JSON or another type.',
    fix: 'Send Content-Type: application/x-www-form-urlencoded.',
  },
  request_too_large: {
    class: 'request',
    says: 'The request is too large.',
    cause: 'The body or a parameter is longer than the broker reads.',
    fix: 'Send one proof only; a SAML response is at most 100 KB, a JWT at most 20,000 characters.',
  },
  parameter_repeated: {
    class: 'request',
    says: 'A parameter is given more than once.',
    cause: 'RFC 6749 section 3.2: parameters must not be included more than once (audience and resource may).',
    fix: 'Send each parameter once, and not both in the query and in the form.',
  },
  parameter_missing: {
    class: 'request',
    says: 'A required parameter is missing.',
    cause: 'A parameter that this request needs is missing or empty.',
    fix: 'See error_description for its name.',
  },
  parameter_invalid: {
    class: 'request',
    says: 'A parameter has a value that cannot be accepted.',
    cause: 'A parameter is too long, has characters that are not allowed, or contradicts another.',
    fix: 'See error_description for its name.',
  },
  proof_missing: {
    class: 'proof',
    says: 'No proof of identity was presented.',
    cause: 'There is no Authorization header and no subject_token.',
    fix: 'Set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or AWS_CONTAINER_AUTHORIZATION_TOKEN, or send subject_token in a POST. A newline at the end of the token file makes some SDKs drop the header.',
  },
  proof_in_query: {
    class: 'request',
    says: 'A proof must not be sent in a query string.',
    cause: 'A token, assertion or secret was in the URL, where logs and histories keep it.',
    fix: 'Send it in the Authorization header or in a form. Treat the one that was sent as disclosed.',
  },
  several_proofs: {
    class: 'request',
    says: 'Exactly one proof of identity is accepted.',
    cause: 'The request carries two proofs, for example an Authorization header and subject_token.',
    fix: 'Send one.',
  },
  proof_type_unsupported: {
    class: 'request',
    says: 'This kind of proof is not accepted here.',
    cause: 'subject_token_type or the Authorization scheme is not one that this route takes.',
    fix: 'See the route in docs/how-an-exchange-works.md.',
  },
  duration_out_of_range: {
    class: 'request',
    says: 'The requested duration is out of range.',
    cause:
      'duration is not a whole number of seconds between the minimum and the maxDuration of the scope. It is refused, never clamped.',
    fix: 'Leave it out for the default of the scope, or ask for 900 seconds to maxDuration.',
  },
  intent_required: {
    class: 'request',
    says: 'This scope requires an intent.',
    cause:
      'The scope says `requires: { intent: true }` and the request has none. It cannot be had at /sts, whose protocol has no place for one.',
    fix: 'Send intent, up to 256 characters that say why.',
  },
  grant_type_unsupported: {
    class: 'unsupported',
    says: 'The grant type is not served.',
    cause: 'grant_type is not one of those in the metadata document.',
    fix: 'See grant_types_supported in /.well-known/oauth-authorization-server.',
  },
  scope_missing: {
    class: 'scope',
    says: 'scope is required.',
    cause: 'The request names no scope; the broker has no default one (RFC 6749 section 3.3).',
    fix: 'Send scope.',
  },
  requested_token_type_mismatch: {
    class: 'request',
    says: 'The requested token type is not what the scope grants.',
    cause: 'requested_token_type names another type of token than the grant of the scope (RFC 8693 section 2.1).',
    fix: 'Leave it out, or ask for the type that issued_token_type says.',
  },
  unknown_action: {
    class: 'unsupported',
    says: 'This action is not served here.',
    cause:
      'An STS call other than AssumeRoleWithWebIdentity or AssumeRoleWithSAML came to /sts, often because AWS_ENDPOINT_URL_STS is set for the whole process.',
    fix: 'Set the endpoint for one profile only (`services` section, `sts = endpoint_url = ...`).',
  },
  method_not_allowed: {
    class: 'request',
    says: 'This method is not served on this route.',
    cause: 'For example a GET of /sts or of /oauth2/token.',
    fix: 'Use the method in the Allow header.',
  },
  issuance_unknown: {
    class: 'request',
    says: 'There is no such issuance.',
    cause: 'The id is misspelt, or the record is older than the retention of the ledger.',
    fix: 'Copy the id from the answer, the session name or the list.',
  },
  route_unknown: {
    class: 'request',
    says: 'There is no such route.',
    cause: 'The path is misspelt or belongs to another version.',
    fix: 'See the routes in README.md.',
  },
});
