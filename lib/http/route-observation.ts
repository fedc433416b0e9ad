import type { Refusal } from '../outcome.ts';
import type { Log, Metrics } from '../ports/log.ts';
import { classOf } from './describe-refusal.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { HttpRequest } from './http-request.ts';
import type { RouteAnswer } from './route.ts';

interface ObservationPorts {
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What log and metrics say of every request. */
interface Observed {
  readonly request: HttpRequest;
  /** The route's name. */
  readonly route: string;
  readonly latencyMs: number;
}

/** One log line, with metrics where something was issued. */
export function observeAnswer(
  { log, metrics }: ObservationPorts,
  { request, route, latencyMs }: Observed,
  { answer, issuance, grant }: RouteAnswer,
): void {
  const { id: requestId, sourceIp } = request;
  const members = { requestId, status: answer.statusCode, issuance, sourceIp };
  if (grant === undefined) log.info('answered', { ...members, route, latencyMs });
  else metrics.issued({ grant, route }, latencyMs, { event: 'answered', members });
}

/** One log line, with what the refusal has for the log only, and its metrics. */
export function observeRefusal(
  { metrics }: Pick<ObservationPorts, 'metrics'>,
  { request, route, latencyMs }: Observed,
  refusal: Refusal,
  answer: HttpAnswer,
): void {
  const { id: requestId, sourceIp, userAgent } = request;
  const { reason } = refusal;
  const status = answer.statusCode;
  const members = { requestId, status, sourceIp, userAgent, ...refusal.log };
  const outcome = refusal.recorded ?? outcomeOf(refusal);
  metrics.refused({ reason, route, outcome }, latencyMs, { event: 'refused', members });
}

/** Of a refusal that did not come from an issuance: the class says it. */
function outcomeOf(refusal: Refusal): 'denied' | 'failed' | 'unauthenticated' {
  switch (classOf(refusal)) {
    case 'scope':
    case 'pending':
    case 'declined':
    case 'target':
    case 'limit':
    case 'unauthorized-client':
      return 'denied';
    case 'outage':
    case 'idp-outage':
    case 'provider-outage':
    case 'provider':
      return 'failed';
    case 'request':
    case 'proof':
    case 'key-proof':
    case 'expired-proof':
    case 'not-yet':
    case 'client':
    case 'unsupported':
      return 'unauthenticated';
  }
}
