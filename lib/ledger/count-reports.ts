import type { Ledger } from '../ports/ledger.ts';
import type { ReportMetrics } from '../ports/log.ts';
import type { IssuanceRecord } from './record.ts';

/** A ledger that counts what rules under report would have decided otherwise: once for each decision. */
export function countingReports(ledger: Ledger, metrics: ReportMetrics): Ledger {
  const count = ({ scope, decision: { wouldDeny, wouldAllow } }: IssuanceRecord): void => {
    if (wouldDeny !== undefined) metrics.reported('wouldDeny', wouldDeny.scope ?? scope);
    if (wouldAllow !== undefined) metrics.reported('wouldAllow', wouldAllow.scope ?? scope);
  };
  return {
    started: (record, signal) => ledger.started(record, signal),
    finished: async (record, signal, after) => {
      await ledger.finished(record, signal, after);
      count(record);
    },
    denied: (record) => {
      count(record);
      return ledger.denied(record);
    },
  };
}
