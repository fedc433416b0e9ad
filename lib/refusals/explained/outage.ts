import type { outageRefusals } from '../outage.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../outage.ts`, and what to change. */
export const outageExplanations: Explanations<typeof outageRefusals> = {
  configuration_unavailable: {
    cause: 'DynamoDB throttles or is down, the configuration table is empty, or a document in it cannot be compiled.',
    fix: 'Retry; then look at the alarm on faults, and at `token-broker policy apply` for a first deployment.',
  },
  configuration_format: {
    cause:
      'The configuration in force was applied by a later release of the command line than the deployed functions are: its documents may say what they do not know.',
    fix: 'Deploy that release, or put the version before in force again: `token-broker policy rollback`.',
  },
  ledger_unavailable: {
    cause: 'The ledger did not take the record, so no credential leaves.',
    fix: 'Retry; then look at the throttles of the ledger table.',
  },
  archive_unavailable: {
    cause: 'The bucket of the archive fails, throttles, cannot be reached, or what lies there is not what was written.',
    fix: 'Try again. Operators: the log line has the cause; docs/archive.md has what happens when each step fails.',
  },
  replay_guard_unavailable: {
    cause: 'The state table did not answer.',
    fix: 'Retry.',
  },
  limits_unavailable: {
    cause: 'The state table did not answer.',
    fix: 'Retry.',
  },
  approvals_unavailable: {
    cause: 'DynamoDB (state or ledger table) could not be reached or throttled. What needs an approval refuses then.',
    fix: 'Check the tables; raise warm throughput if they throttle.',
  },
  revocations_unavailable: {
    cause: 'The state table did not answer.',
    fix: 'Retry.',
  },
  secrets_unavailable: {
    cause: 'Secrets Manager throttles, is down, or the secret does not exist or cannot be read by this function.',
    fix: 'Retry; then check that the secret exists under its prefix.',
  },
  keys_unavailable: {
    cause:
      'Discovery or the key set of the issuer is slow, down, too large or not a key set, and no copy younger than 24 h is kept.',
    fix: 'Retry; the log (`found`) has which document it was, and what is wrong with it.',
  },
  metadata_unavailable: {
    cause: 'The metadataUrl of the SAML connection is slow, down or too large, and no copy is kept.',
    fix: 'Retry, or keep the metadata document in the configuration.',
  },
  sts_throttled: {
    cause: 'The quota of STS in this account and Region is used up.',
    fix: 'Retry with back-off; ask AWS for a higher quota.',
  },
  sts_unavailable: {
    cause: 'STS timed out or answered with a server error.',
    fix: 'Retry.',
  },
  deadline_exceeded: {
    cause: 'The deadline of the route passed (SDKs give up after two seconds on the container credentials route).',
    fix: 'Retry; prefer /sts, whose clients wait longer.',
  },
  internal_fault: {
    cause:
      'A bug or a dependency in a state that the broker does not know. The log has the cause under the request id.',
    fix: 'Retry; then report it with the request id.',
  },
};
