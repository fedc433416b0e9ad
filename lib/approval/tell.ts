import type { ApprovalEvent, ApprovalRequest, ApprovalState } from './approvals.ts';

/**
 * Tells those who listen (EventBridge), at once where that succeeds. Never throws: what is not told now is kept as yet
 * to be told, and told later (ADR 48).
 */
export type Tell = (
  request: ApprovalRequest,
  event: ApprovalEvent,
  state: ApprovalState | null,
  signal: AbortSignal,
) => Promise<void>;
