import type { APIGatewayProxyEventV2, Context, ScheduledEvent } from 'aws-lambda';
import { revocationsPorts } from '../lib/composition/revocations.ts';
import { apiErrorOf } from '../lib/http/api/api-error.ts';
import { showBearer } from '../lib/http/api/for-bearer.ts';
import { readJsonBody } from '../lib/http/api/json-body.ts';
import { readSearch } from '../lib/http/api/search-parameters.ts';
import type { RouteRequest } from '../lib/http/route.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { accept } from '../lib/outcome.ts';
import type { RevokePorts } from '../lib/revocation/ports.ts';
import { MAX_REVOCATION_BYTES, parseRevocation } from '../lib/revocation/request.ts';
import {
  admitRevoker,
  listRevocations,
  type Operator,
  REVOKE_SCOPE,
  revoke,
  settlePending,
} from '../lib/revocation/revoke.ts';

type Ports = RoutePorts & RevokePorts;

const BUDGET_MS = 25_000;
/** Of a run by the clock, which nobody waits for; below the function's own time. */
const SETTLING_MS = 24_000;

/** `/v1/revocations`: GET lists, POST revokes or lifts, for a broker token with `broker:revocations`. */
const revocationsRoutes = (ports: Ports) =>
  routeHandler(
    [
      {
        name: 'revocations',
        paths: ['/v1/revocations'],
        methods: ['GET', 'POST'],
        budgetMs: BUDGET_MS,
        refuse: apiErrorOf(ports.issuer, REVOKE_SCOPE),
        handle: showBearer(
          (bearer, _, signal) => admitRevoker(ports, bearer, signal),
          (request, signal, operator) =>
            request.method === 'GET' ? list(ports, request, signal) : write(ports, operator, request, signal),
        ),
      },
    ],
    ports,
  );

async function list(ports: Ports, request: RouteRequest, signal: AbortSignal) {
  const search = readSearch(request, []);
  return search.ok ? accept(await listRevocations(ports, signal)) : search;
}

async function write(ports: Ports, operator: Operator, request: RouteRequest, signal: AbortSignal) {
  const body = readJsonBody(request, { maxBytes: MAX_REVOCATION_BYTES });
  if (!body.ok) return body;
  const asked = parseRevocation(body.value);
  return asked.ok ? revoke(ports, operator, asked.value, signal) : asked;
}

/** By API Gateway for the routes, and by the clock for what is still pending. */
export const revocationsHandler = (ports: Ports) => {
  const routes = revocationsRoutes(ports);
  return async (event: APIGatewayProxyEventV2 | ScheduledEvent, context: Context) => {
    if ('requestContext' in event) return routes(event, context);
    await settleByClock(ports);
    return undefined;
  };
};

async function settleByClock(ports: Ports): Promise<void> {
  const failed = (revocation: string, cause: unknown) =>
    ports.log.error('revocation_pending', { found: revocation }, cause);
  await settlePending(ports, AbortSignal.timeout(SETTLING_MS), failed);
}

export const handler = revocationsHandler(revocationsPorts());
