import { healthPorts } from '../lib/composition/health.ts';
import { credentialsError } from '../lib/http/credentials/credentials-error.ts';
import { publicJson } from '../lib/http/http-answer.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { accept } from '../lib/outcome.ts';

export interface HealthPorts extends RoutePorts {
  readonly version: string;
  readonly build: string;
}

/**
 * `GET /healthz`: which build answers. It asks nothing else, so it is up where only a dependency is down. The gateway
 * sends every path here that is no other function's: 404.
 */
export const healthHandler = (ports: HealthPorts) =>
  routeHandler(
    [
      {
        name: 'health',
        paths: ['/healthz'],
        methods: ['GET', 'HEAD'],
        budgetMs: 1_000,
        refuse: credentialsError,
        handle: async ({ id }) => {
          const { version, build } = ports;
          return accept({ answer: publicJson(id, { status: 'ok', version, build }, 0) });
        },
      },
    ],
    ports,
  );

export const handler = healthHandler(healthPorts());
