import type { RunningFunction } from './gateway/function-host.ts';
import type { TemplateSchedule } from './gateway/template.ts';

/**
 * AWS Lambda's example event of a scheduled rule (EventBridge User Guide, "Scheduled events"), as far as it matters.
 */
const scheduled = (): string =>
  JSON.stringify({
    source: 'aws.events',
    'detail-type': 'Scheduled Event',
    time: new Date().toISOString(),
    detail: {},
  });

/** Calls functions by the clock as EventBridge does, until it is stopped. What they say is in their own logs. */
export function runSchedules(
  schedules: readonly TemplateSchedule[],
  functions: ReadonlyMap<string, RunningFunction>,
): { stop(): void } {
  const timers = schedules.map(({ function: logicalId, everyMinutes }) => {
    const run = (): void => void functions.get(logicalId)?.invoke(scheduled());
    return setInterval(run, everyMinutes * 60_000).unref();
  });
  return {
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
