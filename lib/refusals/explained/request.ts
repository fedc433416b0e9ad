import type { requestRefusals } from '../request.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../request.ts`, and what to change. */
export const requestExplanations: Explanations<typeof requestRefusals> = {
  malformed_request: {
    cause: 'The body is not what its content type says, or a part of the request cannot be decoded.',
    fix: 'Send the request as the protocol has it: a form for /oauth2/* and /sts, no body for a GET.',
  },
  unsupported_content_type: {
    cause:
      "The body came in another type than the route reads: a form, or JSON at the broker's own API (/v1/explain, /v1/revocations, /v1/approvals/{id}).",
    fix: 'Send Content-Type: application/x-www-form-urlencoded there, application/json here; error_description says which.',
  },
  request_too_large: {
    cause: 'The body or a parameter is longer than the broker reads.',
    fix: 'Send one proof only; a SAML response is at most 100 KB, a JWT at most 20,000 characters.',
  },
  parameter_repeated: {
    cause: 'RFC 6749 section 3.2: parameters must not be included more than once (audience and resource may).',
    fix: 'Send each parameter once, and not both in the query and in the form.',
  },
  parameter_missing: {
    cause: 'A parameter that this request needs is missing or empty.',
    fix: 'See error_description for its name.',
  },
  parameter_required: {
    cause: 'The scope declares a parameter without a default, and the request gives it no value.',
    fix: 'Send it in authorization_details: [{"type":"token_broker","parameters":{"NAME":"VALUE"}}].',
  },
  parameter_invalid: {
    cause: 'A parameter is too long, has characters that are not allowed, or contradicts another.',
    fix: 'See error_description for its name.',
  },
  authorization_details_invalid: {
    cause:
      'authorization_details is no JSON array of one object of the type token_broker with at most policy and parameters (RFC 9396 section 5).',
    fix: 'Send [{"type":"token_broker","policy":{…},"parameters":{"NAME":"VALUE"}}], either member left out where there is none; error_description says what came.',
  },
  proof_missing: {
    cause: 'There is no Authorization header and no subject_token.',
    fix: 'Set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or AWS_CONTAINER_AUTHORIZATION_TOKEN, or send subject_token in a POST. A newline at the end of the token file makes some SDKs drop the header.',
  },
  proof_in_query: {
    cause: 'A token, assertion or secret was in the URL, where logs and histories keep it.',
    fix: 'Send it in the Authorization header or in a form. Treat the one that was sent as disclosed.',
  },
  several_proofs: {
    cause: 'The request carries two proofs, for example an Authorization header and subject_token.',
    fix: 'Send one.',
  },
  proof_type_unsupported: {
    cause:
      'subject_token_type or the Authorization scheme is not one that this route takes, or the proof not one that the scope can pass on.',
    fix: 'See the route in docs/how-an-exchange-works.md. A scope that passes on an ID token says in error_description what it needs.',
  },
  duration_out_of_range: {
    cause:
      'duration is not a whole number of seconds between the minimum and the maxDuration of the scope. It is refused, never clamped.',
    fix: 'Leave it out for the default of the scope, or ask for 900 seconds to maxDuration.',
  },
  intent_required: {
    cause:
      'The scope says `requires: { intent: true }` and the request has none. It cannot be had at /sts, whose protocol has no place for one.',
    fix: 'Send intent, up to 256 characters that say why.',
  },
  grant_type_unsupported: {
    cause: 'grant_type is not one of those in the metadata document.',
    fix: 'See grant_types_supported in /.well-known/oauth-authorization-server.',
  },
  scope_missing: {
    cause: 'The request names no scope; the broker has no default one (RFC 6749 section 3.3).',
    fix: 'Send scope; or resource alone, for the scopes of that resource that you may have.',
  },
  scope_malformed: {
    cause:
      'A blank before, behind or twice between the names of `scope`, a tab, a quote, or a letter outside of ASCII.',
    fix: 'Write the names with one blank between them (`+` or `%20` in a form), as RFC 6749 section 3.3 has it.',
  },
  requested_token_type_mismatch: {
    cause: 'requested_token_type names another type of token than the grant of the scope (RFC 8693 section 2.1).',
    fix: 'Leave it out, or ask for the type that issued_token_type says.',
  },
  unknown_action: {
    cause:
      'An STS call other than AssumeRoleWithWebIdentity or AssumeRoleWithSAML came to /sts, often because AWS_ENDPOINT_URL_STS is set for the whole process.',
    fix: 'Give a program that calls STS itself its credentials by `credential_process` or `AWS_CONTAINER_CREDENTIALS_FULL_URI` instead.',
  },
  method_not_allowed: {
    cause: 'For example a GET of /sts or of /oauth2/token.',
    fix: 'Use the method in the Allow header.',
  },
  revocation_unknown: {
    cause: '`undo` of a revocation that does not stand: of another kind or name, or lifted already.',
    fix: '`token-broker revoke --list` shows those that stand.',
  },
  revocation_final: {
    cause: '`undo` for an issuance that is no AWS session. A token that has ended stays ended (contract, section 7).',
    fix: 'Have a new token issued.',
  },
  revocations_full: {
    cause:
      'Every function reads all revocations every few seconds, so that there is a bound (200,000 characters, about 800).',
    fix: 'Lift those that the configuration says by now (a scope with `enabled: false`, a `deny` rule), or revoke a connection or a scope instead of many principals.',
  },
  receipt_not_ready: {
    cause:
      'The record is in the ledger and not in the log yet: the log follows within a minute, and within ten what is `started` and never finished.',
    fix: 'Ask again after Retry-After. Operators: where it lasts, the alarm archive-lag and docs/archive.md say why.',
  },
  issuance_unknown: {
    cause: 'The id is misspelt, or the record is older than the retention of the ledger.',
    fix: 'Copy the id from the answer, the session name or the list.',
  },
  route_unknown: {
    cause: 'The path is misspelt or belongs to another version.',
    fix: 'See the routes in README.md.',
  },
};
