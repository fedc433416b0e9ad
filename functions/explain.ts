import { explainPorts } from '../lib/composition/explain.ts';
import { admitExplainer, EXPLAIN_SCOPE, type ExplainPorts, explain, MAX_QUESTION_BYTES } from '../lib/explain.ts';
import { apiErrorOf } from '../lib/http/api/api-error.ts';
import { type Admit, showBearer } from '../lib/http/api/for-bearer.ts';
import { readJsonBody } from '../lib/http/api/json-body.ts';
import { readSearch } from '../lib/http/api/search-parameters.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { type ListScopesPorts, listScopes, SCOPES_PARAMETERS } from '../lib/list-scopes.ts';

const BUDGET_MS = 9_000;

/**
 * `POST /v1/explain`: why somebody gets a scope or not. `GET /v1/scopes`: what is allowed now. Both for a broker token
 * with `broker:explain`.
 */
export const explainHandler = (ports: RoutePorts & ExplainPorts & ListScopesPorts) => {
  const admit: Admit<unknown> = (bearer, _, signal) => admitExplainer(ports, bearer, signal);
  const common = { budgetMs: BUDGET_MS, refuse: apiErrorOf(ports.issuer, EXPLAIN_SCOPE) };
  return routeHandler(
    [
      {
        ...common,
        name: 'explain',
        paths: ['/v1/explain'],
        methods: ['POST'],
        handle: showBearer(admit, async (request, signal) => {
          const body = readJsonBody(request, { maxBytes: MAX_QUESTION_BYTES });
          return body.ok ? explain(ports, body.value, signal) : body;
        }),
      },
      {
        ...common,
        name: 'scopes',
        paths: ['/v1/scopes'],
        methods: ['GET'],
        handle: showBearer(admit, async (request, signal) => {
          const search = readSearch(request, SCOPES_PARAMETERS);
          return search.ok ? listScopes(ports, search.value, signal) : search;
        }),
      },
    ],
    ports,
  );
};

export const handler = explainHandler(explainPorts());
