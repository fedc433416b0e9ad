import type { IssuePorts } from '../issue.ts';
import type { Limits } from '../ports/limits.ts';
import type { Log, LogLine, Metrics } from '../ports/log.ts';
import type { Replays } from '../ports/replays.ts';
import { currentTrace, step } from './trace.ts';

/** What a function that issues has of the world, as far as it is traced. */
export interface TraceablePorts extends IssuePorts {
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The same ports; each call of one is a span of the request that it is made for, and each log line names its trace. */
export function tracedPorts<P extends TraceablePorts>(ports: P): P {
  const { configurations, revocations, consent, ledger } = ports;
  return {
    ...ports,
    step,
    ...observing(ports),
    configurations: {
      ...configurations,
      current: (signal) => step('read configuration', () => configurations.current(signal)),
    },
    revocations: {
      ...revocations,
      standing: (signal) => step('read revocations', () => revocations.standing(signal)),
    },
    authenticators: tracedAuthenticators(ports.authenticators),
    ...(consent === undefined ? {} : { consent: (asked, signal) => step('approval', () => consent(asked, signal)) }),
    replays: tracedReplays(ports.replays),
    limits: tracedLimits(ports.limits),
    ledger: {
      started: (record, signal) => step('record started', () => ledger.started(record, signal)),
      finished: (record, signal, after) =>
        step(`record ${record.outcome}`, () => ledger.finished(record, signal, after)),
      denied: (record) => step('record denied', () => ledger.denied(record)),
    },
  } satisfies TraceablePorts as P;
}

/** One span for each kind of proof, by the name of the kind. */
function tracedAuthenticators(authenticators: IssuePorts['authenticators']): IssuePorts['authenticators'] {
  const { dpop, jwt, saml, awsIam, client } = authenticators;
  return {
    ...(dpop === undefined ? {} : { dpop: (proof) => step('verify dpop', () => dpop(proof)) }),
    ...(jwt === undefined ? {} : { jwt: (proof, context) => step('verify jwt', () => jwt(proof, context)) }),
    ...(saml === undefined ? {} : { saml: (proof, context) => step('verify saml', () => saml(proof, context)) }),
    ...(awsIam === undefined
      ? {}
      : { awsIam: (envelope, context) => step('verify aws-iam', () => awsIam(envelope, context)) }),
    ...(client === undefined
      ? {}
      : { client: (proof, publicOnes, context) => step('verify client', () => client(proof, publicOnes, context)) }),
  };
}

const tracedReplays = (replays: Replays): Replays => ({
  ...replays,
  claim: (claim, signal) => step('claim proof', () => replays.claim(claim, signal)),
});

function tracedLimits(limits: Limits): Limits {
  const { countAhead } = limits;
  const count: Limits['count'] = (counts, now, signal) => {
    const counted = () => limits.count(counts, now, signal);
    return counts.length === 0 ? counted() : step('count limits', counted);
  };
  if (countAhead === undefined) return { count };
  return {
    count,
    countAhead: (...args) => {
      const ahead = countAhead(...args);
      return { ...ahead, settle: (signal) => step('count limits', () => ahead.settle(signal)) };
    },
  };
}

/** What log and metrics say of a request is said of its trace too, as far as it is of the names below. */
function observing({ log, metrics }: TraceablePorts): Pick<TraceablePorts, 'log' | 'metrics'> {
  const traceId = () => currentTrace()?.id;
  const named = ({ event, members }: LogLine): LogLine => ({ event, members: { ...members, traceId: traceId() } });
  const say = (said: Readonly<Record<string, unknown>>): void => {
    const kept = Object.entries(said).flatMap(([name, value]) =>
      typeof value === 'string' ? [[`token_broker.${name}`, value] as const] : [],
    );
    currentTrace()?.say(Object.fromEntries(kept));
  };
  return {
    log: {
      info: (event, members) => {
        say({ route: members.route, issuance: members.issuance });
        log.info(event, { ...members, traceId: traceId() });
      },
      error: (event, members, cause) => log.error(event, { ...members, traceId: traceId() }, cause),
    },
    metrics: {
      ...metrics,
      issued: (dimensions, latencyMs, line) => {
        say({ ...dimensions, issuance: line.members.issuance });
        metrics.issued(dimensions, latencyMs, named(line));
      },
      refused: (dimensions, latencyMs, line) => {
        say({ ...dimensions, issuance: line.members.issuance });
        metrics.refused(dimensions, latencyMs, named(line));
      },
    },
  };
}
