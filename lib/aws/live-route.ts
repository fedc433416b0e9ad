import type { Clock, Log, Metrics } from '../ports.ts';
import { systemClock } from './clock.ts';
import { deadlines } from './deadline.ts';
import { embeddedMetrics, jsonLog } from './log.ts';
import { readSettings, type Settings } from './settings.ts';

/** What every route has, whatever else its function can do. */
export function liveRoutePorts(): {
  clock: Clock;
  log: Log;
  metrics: Metrics;
  deadline: (budgetMs: number) => AbortSignal;
} {
  return {
    clock: systemClock,
    log: jsonLog(systemClock),
    metrics: embeddedMetrics(systemClock),
    deadline: deadlines(),
  };
}

export function liveSettings(): Pick<Settings, 'issuer' | 'version' | 'build'> {
  const { issuer, version, build } = readSettings();
  return { issuer, version, build };
}
