import { registry } from './kinds.ts';

/** A signed sts:GetCallerIdentity request that names nobody here. */
export const awsIamRefusals = registry({
  signed_request_malformed: {
    class: 'proof',
    says: 'The signed AWS request is malformed.',
  },
  signed_request_not_accepted: {
    class: 'proof',
    says: 'The signed AWS request is not one that is accepted here.',
  },
  server_id_mismatch: {
    class: 'proof',
    says: 'The signed AWS request is for another server.',
  },
  signed_request_attempts_exceeded: {
    class: 'limit',
    says: 'Too many signed AWS requests of this key or address were refused. Wait before the next try.',
  },
  account_not_allowed: {
    class: 'proof',
    says: 'The signed AWS request names nobody here.',
  },
  caller_identity_unsupported: {
    class: 'proof',
    says: 'The signed AWS request names nobody here.',
  },
  caller_identity_unavailable: {
    class: 'idp-outage',
    says: 'AWS STS cannot be asked who signed the request. Try again.',
  },
});
