import { registry } from './kinds.ts';

/** The request itself is wrong, whoever sent it. */
export const requestRefusals = registry({
  malformed_request: {
    class: 'request',
    says: 'The request is malformed.',
  },
  unsupported_content_type: {
    class: 'request',
    says: 'The content type must be application/x-www-form-urlencoded.',
  },
  request_too_large: {
    class: 'request',
    says: 'The request is too large.',
  },
  parameter_repeated: {
    class: 'request',
    says: 'A parameter is given more than once.',
  },
  parameter_missing: {
    class: 'request',
    says: 'A required parameter is missing.',
  },
  parameter_required: {
    class: 'request',
    says: 'A parameter of the scope is missing.',
  },
  parameter_invalid: {
    class: 'request',
    says: 'A parameter has a value that cannot be accepted.',
  },
  authorization_details_invalid: {
    class: 'request',
    says: 'The authorization details cannot be accepted.',
  },
  proof_missing: {
    class: 'proof',
    says: 'No proof of identity was presented.',
  },
  proof_in_query: {
    class: 'request',
    says: 'A proof must not be sent in a query string.',
  },
  several_proofs: {
    class: 'request',
    says: 'Exactly one proof of identity is accepted.',
  },
  proof_type_unsupported: {
    class: 'request',
    says: 'This kind of proof is not accepted here.',
  },
  duration_out_of_range: {
    class: 'request',
    says: 'The requested duration is out of range.',
  },
  intent_required: {
    class: 'request',
    says: 'This scope requires an intent.',
  },
  grant_type_unsupported: {
    class: 'unsupported',
    says: 'The grant type is not served.',
  },
  scope_missing: {
    class: 'scope',
    says: 'scope is required, or resource alone at /oauth2.',
  },
  scope_malformed: {
    class: 'scope',
    says: 'scope must be names of visible ASCII characters with one blank between them, and none around.',
  },
  requested_token_type_mismatch: {
    class: 'request',
    says: 'The requested token type is not what the scope grants.',
  },
  unknown_action: {
    class: 'unsupported',
    says: 'This action is not served here.',
  },
  method_not_allowed: {
    class: 'request',
    says: 'This method is not served on this route.',
  },
  revocation_unknown: {
    class: 'request',
    says: 'No revocation of that stands.',
  },
  revocation_final: {
    class: 'request',
    says: 'What has ended a token cannot be lifted.',
  },
  revocations_full: {
    class: 'request',
    says: 'There are as many revocations as there can be.',
  },
  receipt_not_ready: {
    class: 'not-yet',
    says: 'The issuance is not in the log yet. Try again in a minute.',
  },
  issuance_unknown: {
    class: 'request',
    says: 'There is no such issuance.',
  },
  route_unknown: {
    class: 'request',
    says: 'There is no such route.',
  },
});
