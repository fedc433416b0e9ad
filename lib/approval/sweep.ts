import type { Clock } from '../ports/host.ts';
import type { Ledger } from '../ports/ledger.ts';
import { epochMilliseconds, toEpochSeconds } from '../time.ts';
import type { ApprovalEvent, ApprovalRequest, ApprovalState, Approvals } from './approvals.ts';
import { expiryRecord } from './record.ts';
import type { Tell } from './tell.ts';

export interface SweepPorts {
  readonly clock: Clock;
  readonly approvals: Approvals;
  readonly ledger: Pick<Ledger, 'finished'>;
  readonly tell: Tell;
}

/** `within` and `for` are a day at most each. */
const SWEPT_MS = 3 * 86_400_000;

/**
 * By the clock: brings to its end what was left half-way, and tells what has yet to be told. What nobody decided in
 * time gets its record here; a word whose record is due gets it written. One that fails is `failed`'s to say, and stays
 * for the next time.
 */
export async function sweepApprovals(
  ports: SweepPorts,
  failed: (id: string, cause: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const from = epochMilliseconds(Math.max(0, ports.clock.now() - SWEPT_MS));
  for (const { request, events } of await ports.approvals.untold(from, signal)) {
    try {
      const found = request.kind === 'asks' ? await ports.approvals.read(request.digest, signal) : null;
      const state = found?.id === request.id ? found : null;
      for (const event of events) await settle(ports, request, event, state, signal);
    } catch (cause) {
      failed(request.id, cause);
    }
  }
}

async function settle(
  ports: SweepPorts,
  request: ApprovalRequest,
  event: ApprovalEvent,
  state: ApprovalState | null,
  signal: AbortSignal,
): Promise<void> {
  const { approvals, ledger, tell, clock } = ports;
  const decided = state?.decision?.decision ?? null;
  switch (event) {
    case 'expired':
      if (toEpochSeconds(clock.now()) < request.ends) return;
      if (state === null || state.status !== 'pending') return approvals.told(request.id, event, signal);
      await ledger.finished(expiryRecord(request), signal);
      return tell(request, event, state, signal);
    case 'approved':
    case 'denied':
      // Marked beforehand by somebody whose word did not stand.
      if (state === null || decided !== (event === 'approved' ? 'approve' : 'deny')) {
        return approvals.told(request.id, event, signal);
      }
      if (!state.recorded && state.decision !== null) {
        await ledger.finished(state.decision.record, signal);
        await approvals.recorded(state, signal);
      }
      return tell(request, event, state, signal);
    case 'asked':
    case 'used':
    case 'break-glass':
      return tell(request, event, state, signal);
  }
}
