import { issuancesPorts } from '../lib/composition/issuances.ts';
import { apiError } from '../lib/http/api/api-error.ts';
import { readBearer } from '../lib/http/api/bearer-token.ts';
import { readSearch } from '../lib/http/api/search-parameters.ts';
import { secretJson } from '../lib/http/http-answer.ts';
import type { RouteRequest } from '../lib/http/route.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { SEARCH_PARAMETERS } from '../lib/ledger/filter.ts';
import { accept } from '../lib/outcome.ts';
import { admitReader, listIssuances, type ReadLedgerPorts, showIssuance } from '../lib/read-ledger.ts';

const BUDGET_MS = 20_000;

/** `GET /v1/issuances`, `GET /v1/issuances/{id}`: the ledger, for a broker token with `broker:issuances:read`. */
export const issuancesHandler = (ports: RoutePorts & ReadLedgerPorts) =>
  routeHandler(
    [
      {
        name: 'issuances',
        paths: ['/v1/issuances', '/v1/issuances/{id}'],
        methods: ['GET'],
        budgetMs: BUDGET_MS,
        refuse: apiError,
        handle: async (request, { signal }) => {
          const bearer = readBearer(request);
          if (!bearer.ok) return bearer;
          const admitted = await admitReader(ports, bearer.value, signal);
          if (!admitted.ok) return admitted;
          const id = request.pathParameters['id'];
          const found = id === undefined ? await list(ports, request, signal) : await showIssuance(ports, id, signal);
          return found.ok ? accept({ answer: secretJson(200, request.id, found.value) }) : found;
        },
      },
    ],
    ports,
  );

async function list(ports: ReadLedgerPorts, request: RouteRequest, signal: AbortSignal) {
  const search = readSearch(request, SEARCH_PARAMETERS);
  return search.ok ? listIssuances(ports, search.value, signal) : search;
}

export const handler = issuancesHandler(issuancesPorts());
