import { liveRoutePorts, liveSettings } from '../lib/aws/live-route.ts';
import { publicJson } from '../lib/http/answer.ts';
import { credentialsError } from '../lib/http/credentials-error.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route.ts';
import { accept, refuse } from '../lib/outcome.ts';

export interface HealthPorts extends RoutePorts {
  readonly version: string;
  readonly build: string;
}

/** `GET /healthz`: which build answers. It asks nothing else, so it is up where only a dependency is down. Every other path is 404. */
export const healthHandler = (ports: HealthPorts) =>
  routeHandler(
    {
      name: 'health',
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      budgetMs: 1_000,
      refuse: (refusal, request, headers) => credentialsError(refusal, request.id, headers),
      handle: async (request) => {
        if (request.path !== '/healthz') return refuse('route_unknown');
        if (request.method !== 'GET' && request.method !== 'HEAD') return refuse('method_not_allowed');
        const { version, build } = ports;
        return accept({ answer: publicJson(request.id, { status: 'ok', version, build }, 0) });
      },
    },
    ports,
  );

export const handler = healthHandler({ ...liveRoutePorts(), ...liveSettings() });
