import { Fault } from '../outcome.ts';
import type { Reason } from '../refusals/registry.ts';

/** Which retryable reason a broken dependency becomes; its text stays in the log. */
export function faultReason(cause: unknown): Reason {
  if (!(cause instanceof Fault)) return 'internal_fault';
  switch (cause.dependency) {
    case 'configuration':
      return 'configuration_unavailable';
    case 'configuration-format':
      return 'configuration_format';
    case 'key-sets':
      return 'keys_unavailable';
    case 'replays':
    case 'sign-ins':
      return 'replay_guard_unavailable';
    case 'limits':
      return 'limits_unavailable';
    case 'ledger':
      return 'ledger_unavailable';
    case 'secrets':
      return 'secrets_unavailable';
    case 'approvals':
      return 'approvals_unavailable';
    case 'revocations':
      return 'revocations_unavailable';
    case 'sts':
      return 'sts_unavailable';
    case 'archive':
      return 'archive_unavailable';
    case 'clock':
    case 'bug':
      return 'internal_fault';
  }
}
