import type { JsonObject } from '../json.ts';
import type { Log } from '../ports/log.ts';
import type { ApprovalEvent, ApprovalRequest, ApprovalState, Approvals } from './approvals.ts';
import { DETAIL_TYPES, eventDetail } from './event.ts';

/**
 * Tells those who listen (EventBridge), at once where that succeeds. Never throws: what is not told now is kept as yet
 * to be told, and told later (ADR 49).
 */
export type Tell = (
  request: ApprovalRequest,
  event: ApprovalEvent,
  state: ApprovalState | null,
  signal: AbortSignal,
) => Promise<void>;

export interface TellPorts {
  readonly issuer: string;
  readonly approvals: Pick<Approvals, 'told'>;
  readonly put: (detailType: string, detail: JsonObject, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
}

/** Longest wait for an event beside a request that somebody waits for. */
const TELLING_MS = 300;

/** The event, then that it was told: in between it may be told twice, and never not at all. */
export const telling =
  ({ issuer, approvals, put, log }: TellPorts): Tell =>
  async (request, event, state, signal) => {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(TELLING_MS)]);
    try {
      await put(DETAIL_TYPES[event], eventDetail(event, request, state, issuer), soon);
      await approvals.told(request.id, event, signal);
    } catch (cause) {
      log.error('approval_untold', { found: event }, cause);
    }
  };
