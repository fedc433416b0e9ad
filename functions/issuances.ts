import { issuancesPorts } from '../lib/composition/issuances.ts';
import { apiError } from '../lib/http/api/api-error.ts';
import { showBearer } from '../lib/http/api/for-bearer.ts';
import { readSearch } from '../lib/http/api/search-parameters.ts';
import type { Route, RouteRequest } from '../lib/http/route.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import type { JsonObject } from '../lib/json.ts';
import { SEARCH_PARAMETERS } from '../lib/ledger/filter.ts';
import { STATS_PARAMETERS } from '../lib/ledger/stats.ts';
import type { Outcome } from '../lib/outcome.ts';
import { admitReader, countIssuances, listIssuances, type ReadLedgerPorts, showIssuance } from '../lib/read-ledger.ts';

const BUDGET_MS = 20_000;

/**
 * `GET /v1/issuances`, `GET /v1/issuances/{id}`, `GET /v1/stats`: the ledger, for a broker token with
 * `broker:issuances:read`.
 */
export const issuancesHandler = (ports: RoutePorts & ReadLedgerPorts) =>
  routeHandler(
    [
      {
        name: 'issuances',
        paths: ['/v1/issuances', '/v1/issuances/{id}'],
        ...readable(ports, (request, signal) => {
          const id = request.pathParameters['id'];
          return id === undefined ? list(ports, request, signal) : showIssuance(ports, id, signal);
        }),
      },
      {
        name: 'stats',
        paths: ['/v1/stats'],
        ...readable(ports, async (request, signal) => {
          const question = readSearch(request, STATS_PARAMETERS);
          return question.ok ? countIssuances(ports, question.value, signal) : question;
        }),
      },
    ],
    ports,
  );

/** A route that shows an admitted reader what `read` finds. */
const readable = (
  ports: ReadLedgerPorts,
  read: (request: RouteRequest, signal: AbortSignal) => Promise<Outcome<JsonObject>>,
): Pick<Route, 'methods' | 'budgetMs' | 'refuse' | 'handle'> => ({
  methods: ['GET'],
  budgetMs: BUDGET_MS,
  refuse: apiError(ports.issuer),
  handle: showBearer((bearer, _, signal) => admitReader(ports, bearer, signal), read),
});

async function list(ports: ReadLedgerPorts, request: RouteRequest, signal: AbortSignal) {
  const search = readSearch(request, SEARCH_PARAMETERS);
  return search.ok ? listIssuances(ports, search.value, signal) : search;
}

export const handler = issuancesHandler(issuancesPorts());
