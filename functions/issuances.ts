import { issuancesPorts } from '../lib/composition/issuances.ts';
import { apiError } from '../lib/http/api/api-error.ts';
import { readBearer } from '../lib/http/api/bearer-token.ts';
import { secretJson } from '../lib/http/http-answer.ts';
import type { HttpRequest } from '../lib/http/http-request.ts';
import { Parameters, sayable } from '../lib/http/parameters.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { SEARCH_PARAMETERS, type SearchParameter } from '../lib/ledger/filter.ts';
import { accept, type Outcome, refuse } from '../lib/outcome.ts';
import { admitReader, listIssuances, type ReadLedgerPorts, showIssuance } from '../lib/read-ledger.ts';

const BUDGET_MS = 20_000;

/** `GET /v1/issuances`, `GET /v1/issuances/{id}`: the ledger, for a broker token with `broker:issuances:read`. */
export const issuancesHandler = (ports: RoutePorts & ReadLedgerPorts) =>
  routeHandler(
    {
      name: 'issuances',
      methods: ['GET'],
      budgetMs: BUDGET_MS,
      refuse: (refusal, request, headers) => apiError(refusal, request.id, headers),
      handle: async (request, signal) => {
        const bearer = readBearer(request);
        if (!bearer.ok) return bearer;
        const admitted = await admitReader(ports, bearer.value, signal);
        if (!admitted.ok) return admitted;
        const id = request.parameters['id'];
        const found = id === undefined ? await list(ports, request, signal) : await showIssuance(ports, id, signal);
        return found.ok ? accept({ answer: secretJson(200, request.id, found.value) }) : found;
      },
    },
    ports,
  );

async function list(ports: ReadLedgerPorts, request: HttpRequest, signal: AbortSignal) {
  const search = readSearch(request);
  return search.ok ? listIssuances(ports, search.value, signal) : search;
}

/** A filter that is not known is refused: left out in silence, it would show more than was asked for. */
function readSearch(request: HttpRequest): Outcome<Partial<Record<SearchParameter, string>>> {
  const query = Parameters.parse(request.rawQuery);
  if (!query.ok) return query;
  const repeated = query.value.repeated();
  if (repeated !== null)
    return refuse('parameter_repeated', sayable(repeated) ? { detail: `${repeated} is given more than once.` } : {});
  const unknown = query.value.names().find((name) => !SEARCH_PARAMETERS.some((known) => known === name));
  if (unknown !== undefined) {
    return refuse('parameter_invalid', {
      detail: `A parameter is not known here. Known: ${SEARCH_PARAMETERS.join(', ')}.`,
    });
  }
  const given = SEARCH_PARAMETERS.flatMap((name) =>
    query.value.has(name) ? [[name, query.value.one(name) ?? '']] : [],
  );
  return accept(Object.fromEntries(given));
}

export const handler = issuancesHandler(issuancesPorts());
