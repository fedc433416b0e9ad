import { LOG_MEMBERS, type LogMembers, type LogValue } from '../log-members.ts';
import type { Clock } from '../ports/host.ts';
import type { ApprovalMetrics, Log, LogLine, Metrics, ReportMetrics } from '../ports/log.ts';

const LOGGABLE: ReadonlySet<string> = new Set(LOG_MEMBERS);

/** Longest text of a member, in characters. */
const MAX_CHARACTERS = 512;
/**
 * Controls, formatting (also what turns the direction of a text around), lone surrogates, line and paragraph
 * separators.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const write = (line: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

/** Structured logs: one JSON line a call, on standard output, where AWS Lambda takes it to CloudWatch Logs. */
export const jsonLog = (clock: Clock): Log => {
  const line = (level: string, event: string, members: LogMembers) => ({
    time: new Date(clock.now()).toISOString(),
    level,
    event,
    ...loggable(members),
  });
  return {
    info: (event, members) => write(line('info', event, members)),
    error: (event, members, cause) => write({ ...line('error', event, members), cause: describeCause(cause) }),
  };
};

function loggable(members: LogMembers): Record<string, LogValue> {
  const kept: Record<string, LogValue> = {};
  for (const [name, value] of Object.entries(members)) {
    if (LOGGABLE.has(name) && isLogValue(value)) kept[name] = typeof value === 'string' ? printable(value) : value;
  }
  return kept;
}

const isLogValue = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

const printable = (text: string): string => text.slice(0, MAX_CHARACTERS).replace(UNPRINTABLE, '?');

/**
 * Name, message and stack of our own faults, the name and code alone of anybody else's: their texts may repeat what was
 * sent.
 */
function describeCause(cause: unknown, depth = 0): unknown {
  if (!(cause instanceof Error) || depth > 3) return undefined;
  const own = cause.name === 'Fault' || cause.name === 'SettingsError';
  const { $metadata, code } = cause as {
    $metadata?: { requestId?: unknown; httpStatusCode?: unknown };
    code?: unknown;
  };
  return {
    name: cause.name,
    ...(own ? { message: cause.message } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...($metadata === undefined ? {} : { awsRequestId: $metadata.requestId, httpStatus: $metadata.httpStatusCode }),
    stack: frames(cause),
    cause: describeCause(cause.cause, depth + 1),
  };
}

const frames = (error: Error): readonly string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((frame) => /^\s+at /.test(frame))
    .slice(0, 8)
    .map((frame) => frame.trim());

/**
 * CloudWatch embedded metric format (AWS: "Specification: Embedded metric format"): metrics in log lines, no call and
 * no latency. The line of a request says what its metrics do not: its time is theirs, and so is `Latency`.
 */
export const embeddedMetrics = (clock: Clock, namespace: string): Metrics & ReportMetrics & ApprovalMetrics => {
  const emit = (
    dimensions: Readonly<Record<string, string>>,
    values: Readonly<Record<string, number>>,
    line?: LogLine,
  ) => {
    const metrics = Object.keys(values).map((name) => ({
      Name: name,
      Unit: name === 'Latency' ? 'Milliseconds' : 'Count',
    }));
    const names = Object.keys(dimensions);
    const directive = { Namespace: namespace, Dimensions: [[], names], Metrics: metrics };
    const said = line === undefined ? {} : { level: 'info', event: line.event, ...loggable(line.members) };
    // Dimensions and values stand last: nothing that a line says is counted.
    write({
      ...said,
      ...dimensions,
      ...values,
      _aws: { Timestamp: clock.now(), CloudWatchMetrics: [directive] },
    });
  };
  return {
    reported: (outcome, scope) => emit({ scope }, { [outcome === 'wouldDeny' ? 'WouldDeny' : 'WouldAllow']: 1 }),
    decided: ({ decision, approver }) =>
      emit({ approver: printable(approver) }, { [decision === 'approve' ? 'Approved' : 'Refused']: 1 }),
    issued: ({ grant, route }, latencyMs, line) => emit({ grant, route }, { Issued: 1, Latency: latencyMs }, line),
    refused: ({ reason, route, outcome }, latencyMs, line) => {
      const name = { denied: 'Denied', failed: 'Failed', unauthenticated: 'Unauthenticated' }[outcome];
      emit({ reason, route }, { [name]: 1, Latency: latencyMs }, line);
    },
  };
};
