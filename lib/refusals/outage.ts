import { registry } from './kinds.ts';

/** Retryable: something could not be reached. Never an allow. */
export const outageRefusals = registry({
  configuration_unavailable: {
    class: 'outage',
    says: 'The configuration cannot be read. Try again.',
    cause: 'DynamoDB throttles or is down, the configuration table is empty, or a document in it cannot be compiled.',
    fix: 'Retry; then look at the alarm on faults, and at `token-broker policy apply` for a first deployment.',
  },
  ledger_unavailable: {
    class: 'outage',
    says: 'The issuance cannot be recorded. Try again.',
    cause: 'The ledger did not take the record, so no credential leaves.',
    fix: 'Retry; then look at the throttles of the ledger table.',
  },
  replay_guard_unavailable: {
    class: 'outage',
    says: 'The use of the proof cannot be recorded. Try again.',
    cause: 'The state table did not answer.',
    fix: 'Retry.',
  },
  limits_unavailable: {
    class: 'outage',
    says: 'The limit of the scope cannot be counted. Try again.',
    cause: 'The state table did not answer.',
    fix: 'Retry.',
  },
  revocations_unavailable: {
    class: 'outage',
    says: 'Revocations cannot be read. Try again.',
    cause: 'The state table did not answer.',
    fix: 'Retry.',
  },
  secrets_unavailable: {
    class: 'outage',
    says: 'A secret that this request needs cannot be read. Try again.',
    cause: 'Secrets Manager throttles, is down, or the secret does not exist or cannot be read by this function.',
    fix: 'Retry; then check that the secret exists under its prefix.',
  },
  keys_unavailable: {
    class: 'idp-outage',
    says: 'The keys of the identity provider cannot be had. Try again.',
    cause:
      'Discovery or the key set of the issuer is slow, down, too large or not a key set, and no copy younger than 24 h is kept.',
    fix: 'Retry; then fetch the jwks_uri of the issuer yourself.',
  },
  metadata_unavailable: {
    class: 'idp-outage',
    says: 'The metadata of the identity provider cannot be had. Try again.',
    cause: 'The metadataUrl of the SAML connection is slow, down or too large, and no copy is kept.',
    fix: 'Retry, or keep the metadata document in the configuration.',
  },
  sts_throttled: {
    class: 'provider-outage',
    says: 'AWS STS throttles. Try again.',
    cause: 'The quota of STS in this account and Region is used up.',
    fix: 'Retry with back-off; ask AWS for a higher quota.',
  },
  sts_unavailable: {
    class: 'provider-outage',
    says: 'AWS STS cannot be reached. Try again.',
    cause: 'STS timed out or answered with a server error.',
    fix: 'Retry.',
  },
  deadline_exceeded: {
    class: 'outage',
    says: 'The broker could not answer in time. Try again.',
    cause: 'The deadline of the route passed (SDKs give up after two seconds on the container credentials route).',
    fix: 'Retry; prefer /sts, whose clients wait longer.',
  },
  internal_fault: {
    class: 'outage',
    says: 'The broker failed. Try again.',
    cause:
      'A bug or a dependency in a state that the broker does not know. The log has the cause under the request id.',
    fix: 'Retry; then report it with the request id.',
  },
});
