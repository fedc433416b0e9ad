import { registry } from './kinds.ts';

/** Retryable: something could not be reached. Never an allow. */
export const outageRefusals = registry({
  configuration_unavailable: {
    class: 'outage',
    says: 'The configuration cannot be read. Try again.',
  },
  configuration_format: {
    class: 'outage',
    says: 'The configuration is of a later release than this function. Try again.',
  },
  ledger_unavailable: {
    class: 'outage',
    says: 'The issuance cannot be recorded. Try again.',
  },
  archive_unavailable: {
    class: 'outage',
    says: 'The archive of the ledger cannot be read. Try again.',
  },
  replay_guard_unavailable: {
    class: 'outage',
    says: 'The use of the proof cannot be recorded. Try again.',
  },
  limits_unavailable: {
    class: 'outage',
    says: 'The limit of the scope cannot be counted. Try again.',
  },
  approvals_unavailable: {
    class: 'outage',
    says: 'The approval that this request needs cannot be read. Try again.',
  },
  revocations_unavailable: {
    class: 'outage',
    says: 'Revocations cannot be read. Try again.',
  },
  secrets_unavailable: {
    class: 'outage',
    says: 'A secret that this request needs cannot be read. Try again.',
  },
  keys_unavailable: {
    class: 'idp-outage',
    says: 'The keys of the identity provider cannot be had. Try again.',
  },
  metadata_unavailable: {
    class: 'idp-outage',
    says: 'The metadata of the identity provider cannot be had. Try again.',
  },
  sts_throttled: {
    class: 'provider-outage',
    says: 'AWS STS throttles. Try again.',
  },
  sts_unavailable: {
    class: 'provider-outage',
    says: 'AWS STS cannot be reached. Try again.',
  },
  deadline_exceeded: {
    class: 'outage',
    says: 'The broker could not answer in time. Try again.',
  },
  internal_fault: {
    class: 'outage',
    says: 'The broker failed. Try again.',
  },
});
