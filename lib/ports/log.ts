/** Log lines and metrics. Types only. */
import type { LogMembers } from '../log-members.ts';

/** One JSON line a call, of the members that may be logged. */
export interface Log {
  info(event: string, members: LogMembers): void;
  error(event: string, members: LogMembers, cause?: unknown): void;
}

/** What a log line says: `event` and its members. */
export interface LogLine {
  readonly event: string;
  readonly members: LogMembers;
}

/** Each is one log line too, which says `line` beside its metrics: a second one would be paid for. */
export interface Metrics {
  issued(dimensions: { readonly grant: string; readonly route: string }, latencyMs: number, line: LogLine): void;
  refused(
    dimensions: {
      readonly reason: string;
      readonly route: string;
      readonly outcome: 'denied' | 'failed' | 'unauthenticated';
    },
    latencyMs: number,
    line: LogLine,
  ): void;
}

/** What rules and scopes under `mode: report` would have decided otherwise. */
export interface ReportMetrics {
  reported(outcome: 'wouldDeny' | 'wouldAllow', scope: string): void;
}

/** How often each person is asked: whoever approves a hundred requests a day reads none of them. */
export interface ApprovalMetrics {
  decided(dimensions: { readonly decision: 'approve' | 'deny'; readonly approver: string }): void;
}
