import { systemClock } from '../host/clock.ts';
import { deadlines } from '../host/deadline.ts';
import { embeddedMetrics, jsonLog } from '../host/log.ts';
import { readSettings } from '../host/settings.ts';
import type { Clock, Log, Metrics } from '../ports.ts';

/** What every route has, whatever else its function can do. */
export interface LiveRoutePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly deadline: (budgetMs: number) => AbortSignal;
}

export const routePorts = (): LiveRoutePorts => ({
  clock: systemClock,
  log: jsonLog(systemClock),
  metrics: embeddedMetrics(systemClock, `TokenBroker/${readSettings().tablePrefix}`),
  deadline: deadlines(),
});
