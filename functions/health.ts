import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { healthPorts } from '../lib/composition/health.ts';
import { credentialsError } from '../lib/http/credentials/credentials-error.ts';
import { publicJson } from '../lib/http/http-answer.ts';
import { withoutFinalSlash } from '../lib/http/http-request.ts';
import { type Route, type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { accept, refuse } from '../lib/outcome.ts';

export interface HealthPorts extends RoutePorts {
  readonly version: string;
  readonly build: string;
}

/** `GET /healthz`: which build answers. It asks nothing else, so it is up where only a dependency is down. Every other path is 404. */
export const healthHandler = (ports: HealthPorts) => {
  const health = routeHandler(
    { ...shared, name: 'health', methods: ['GET', 'HEAD'], handle: answerBuild(ports) },
    ports,
  );
  const unknown = routeHandler(
    { ...shared, name: 'unknown', methods: 'any', handle: async () => refuse('route_unknown') },
    ports,
  );
  return (event: APIGatewayProxyEventV2, context: Context) =>
    (withoutFinalSlash(event.rawPath) === '/healthz' ? health : unknown)(event, context);
};

const shared: Pick<Route, 'budgetMs' | 'refuse'> = {
  budgetMs: 1_000,
  refuse: (refusal, request, headers) => credentialsError(refusal, request.id, headers),
};

const answerBuild =
  ({ version, build }: HealthPorts): Route['handle'] =>
  async ({ id }) =>
    accept({ answer: publicJson(id, { status: 'ok', version, build }, 0) });

export const handler = healthHandler(healthPorts());
