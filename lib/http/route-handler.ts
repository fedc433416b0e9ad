import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Fault, type Outcome, type Refusal, refuse } from '../outcome.ts';
import type { Clock, Log, Metrics } from '../ports.ts';
import type { Reason } from '../refusals/registry.ts';
import { classOf } from './describe-refusal.ts';
import type { HttpAnswer } from './http-answer.ts';
import { type HttpRequest, readRequest } from './http-request.ts';

/** What every route asks of the world beside its use case. */
export interface RoutePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Aborts when the route must have answered; the time since a cold start counts. */
  deadline(budgetMs: number): AbortSignal;
}

/** An answer with what the log and the metrics say of it. */
export interface RouteAnswer {
  readonly answer: HttpAnswer;
  readonly issuance?: string;
  readonly grant?: string;
}

export interface Route {
  /** For log and metrics: a short constant, never a path. */
  readonly name: string;
  /** `any`: the route refuses, or answers, whatever the method is. */
  readonly methods: readonly string[] | 'any';
  /** Milliseconds from the event's arrival to the answer. */
  readonly budgetMs: number;
  handle(request: HttpRequest, signal: AbortSignal): Promise<Outcome<RouteAnswer>>;
  /** The one place that knows the wire form of a refusal here. */
  refuse(refusal: Refusal, request: HttpRequest, headers: Record<string, string>): HttpAnswer;
}

/** A Lambda handler around a route: method check, deadline, faults into retryable answers, one log line and one metric a request. */
export const routeHandler = (route: Route, ports: RoutePorts) =>
  middy<APIGatewayProxyEventV2, HttpAnswer>().handler(async (event) => {
    const arrived = ports.clock.now();
    const request = readRequest(event);
    const outcome = await run(route, ports, request);
    const latencyMs = ports.clock.now() - arrived;
    if (outcome.ok) return observeAnswer(route, ports, request, outcome.value, latencyMs);
    return observeRefusal(route, ports, request, outcome.refusal, latencyMs);
  });

async function run(route: Route, ports: RoutePorts, request: HttpRequest): Promise<Outcome<RouteAnswer>> {
  if (route.methods !== 'any' && !route.methods.includes(request.method)) return refuse('method_not_allowed');
  const signal = ports.deadline(route.budgetMs);
  try {
    return await route.handle(request, signal);
  } catch (cause) {
    const reason = signal.aborted ? 'deadline_exceeded' : faultReason(cause);
    ports.log.error('fault', { requestId: request.id, route: route.name, reason }, cause);
    return refuse(reason);
  }
}

/** Which retryable reason a broken dependency becomes; its text stays in the log. */
export function faultReason(cause: unknown): Reason {
  if (!(cause instanceof Fault)) return 'internal_fault';
  switch (cause.dependency) {
    case 'configuration':
      return 'configuration_unavailable';
    case 'key-sets':
      return 'keys_unavailable';
    case 'replays':
    case 'sign-ins':
      return 'replay_guard_unavailable';
    case 'limits':
      return 'limits_unavailable';
    case 'ledger':
      return 'ledger_unavailable';
    case 'secrets':
      return 'secrets_unavailable';
    case 'revocations':
      return 'revocations_unavailable';
    case 'sts':
      return 'sts_unavailable';
    case 'clock':
    case 'bug':
      return 'internal_fault';
  }
}

function observeAnswer(
  route: Route,
  ports: RoutePorts,
  request: HttpRequest,
  { answer, issuance, grant }: RouteAnswer,
  latencyMs: number,
): HttpAnswer {
  const { id: requestId, sourceIp } = request;
  ports.log.info('answered', {
    requestId,
    route: route.name,
    status: answer.statusCode,
    issuance,
    grant,
    sourceIp,
    latencyMs,
  });
  if (grant !== undefined) ports.metrics.issued({ grant, route: route.name }, latencyMs);
  return answer;
}

function observeRefusal(
  route: Route,
  ports: RoutePorts,
  request: HttpRequest,
  refusal: Refusal,
  latencyMs: number,
): HttpAnswer {
  const headers =
    refusal.reason === 'method_not_allowed' && route.methods !== 'any' ? { allow: route.methods.join(', ') } : {};
  const answer = route.refuse(refusal, request, headers);
  const { id: requestId, sourceIp, userAgent } = request;
  const { reason, log } = refusal;
  ports.log.info('refused', {
    requestId,
    route: route.name,
    status: answer.statusCode,
    reason,
    sourceIp,
    userAgent,
    latencyMs,
    ...log,
  });
  ports.metrics.refused({ reason, route: route.name, outcome: refusal.recorded ?? outcomeOf(refusal) }, latencyMs);
  return answer;
}

/** Of a refusal that did not come from an issuance: the class says it. */
function outcomeOf(refusal: Refusal): 'denied' | 'failed' | 'unauthenticated' {
  switch (classOf(refusal)) {
    case 'scope':
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
    case 'expired-proof':
    case 'client':
    case 'unsupported':
      return 'unauthenticated';
  }
}
