import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Outcome, refuse } from '../outcome.ts';
import type { Clock } from '../ports/host.ts';
import type { Log, Metrics } from '../ports/log.ts';
import { faultReason } from './fault-reason.ts';
import type { HttpAnswer } from './http-answer.ts';
import { type HttpRequest, readRequest } from './http-request.ts';
import { matchPath } from './path-pattern.ts';
import type { RefusalRenderer, Route, RouteAnswer } from './route.ts';
import { observeAnswer, observeRefusal } from './route-observation.ts';
import { readQuery } from './secrets-in-query.ts';

/** What every route asks of the world beside its use case. */
export interface RoutePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Aborts when the route must have answered; the time since a cold start counts. */
  deadline(budgetMs: number): AbortSignal;
}

/**
 * A Lambda handler around the routes of one function. Every request, whatever its route, is looked at in one order:
 * path (404), method (405 with `Allow`), query (no secret, nothing that cannot be decoded), then the route's own
 * handling under its deadline; faults become retryable answers. One log line and one metric a request. A path of none
 * of the routes is refused as the first route refuses.
 */
export const routeHandler = (routes: readonly [Route, ...Route[]], ports: RoutePorts) =>
  middy<APIGatewayProxyEventV2, HttpAnswer>().handler(async (event) => {
    const arrived = ports.clock.now();
    const request = readRequest(event);
    const { route, outcome, renderer, headers } = await dispatch(routes, ports, request);
    const observed = { request, route, latencyMs: ports.clock.now() - arrived };
    if (outcome.ok) {
      observeAnswer(ports, observed, outcome.value);
      return outcome.value.answer;
    }
    const answer = renderer(outcome.refusal, request.id, headers);
    observeRefusal(ports, observed, outcome.refusal, answer);
    return answer;
  });

/** What became of a request, and how it is said if it was refused. */
interface Dispatched {
  /** The route's name. */
  readonly route: string;
  readonly outcome: Outcome<RouteAnswer>;
  readonly renderer: RefusalRenderer;
  readonly headers: Readonly<Record<string, string>>;
}

async function dispatch(
  routes: readonly [Route, ...Route[]],
  ports: RoutePorts,
  request: HttpRequest,
): Promise<Dispatched> {
  const found = findRoute(routes, request.path);
  if (found === null) {
    return { route: 'unknown', outcome: refuse('route_unknown'), renderer: routes[0].refuse, headers: {} };
  }
  const { route, pathParameters } = found;
  if (!route.methods.includes(request.method)) {
    const headers = { allow: route.methods.join(', ') };
    const detail = `This route serves ${route.methods.join(' and ')} only.`;
    return { route: route.name, outcome: refuse('method_not_allowed', { detail }), renderer: route.refuse, headers };
  }
  return { route: route.name, headers: {}, ...(await handle(route, ports, request, pathParameters)) };
}

function findRoute(routes: readonly Route[], path: string) {
  for (const route of routes) {
    for (const pattern of route.paths) {
      const pathParameters = matchPath(pattern, path);
      if (pathParameters !== null) return { route, pathParameters };
    }
  }
  return null;
}

async function handle(
  route: Route,
  ports: RoutePorts,
  request: HttpRequest,
  pathParameters: Readonly<Record<string, string>>,
): Promise<Pick<Dispatched, 'outcome' | 'renderer'>> {
  let renderer = route.refuse;
  const refuseAs = (other: RefusalRenderer) => {
    renderer = other;
  };
  const query = readQuery(request.rawQuery, route.receives === 'code' ? 'redirect-uri' : 'other');
  if (!query.ok) return { outcome: query, renderer };
  const signal = ports.deadline(route.budgetMs);
  try {
    const outcome = await route.handle({ ...request, pathParameters, query: query.value }, { signal, refuseAs });
    return { outcome, renderer };
  } catch (cause) {
    const reason = signal.aborted ? 'deadline_exceeded' : faultReason(cause);
    ports.log.error('fault', { requestId: request.id, route: route.name, reason }, cause);
    return { outcome: refuse(reason), renderer };
  }
}
