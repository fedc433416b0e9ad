import { systemClock } from '../host/clock.ts';
import { deadlines } from '../host/deadline.ts';
import { embeddedMetrics, jsonLog } from '../host/log.ts';
import { readSettings, type Settings } from '../host/settings.ts';
import type { Clock } from '../ports/host.ts';
import type { ApprovalMetrics, Log, Metrics, ReportMetrics } from '../ports/log.ts';

/** What every route has, whatever else its function can do. */
export interface LiveRoutePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics & ReportMetrics & ApprovalMetrics;
  readonly deadline: (budgetMs: number) => AbortSignal;
}

/** Of this deployment, as log lines. */
export const metricsOf = ({ tablePrefix }: Pick<Settings, 'tablePrefix'>): LiveRoutePorts['metrics'] =>
  embeddedMetrics(systemClock, `TokenBroker/${tablePrefix}`);

export const routePorts = (): LiveRoutePorts => ({
  clock: systemClock,
  log: jsonLog(systemClock),
  metrics: metricsOf(readSettings()),
  deadline: deadlines(),
});
