import { explainPorts } from '../lib/composition/explain.ts';
import { admitExplainer, EXPLAIN_SCOPE, type ExplainPorts, explain, MAX_QUESTION_BYTES } from '../lib/explain.ts';
import { apiErrorOf } from '../lib/http/api/api-error.ts';
import { readBearer } from '../lib/http/api/bearer-token.ts';
import { readJsonBody } from '../lib/http/api/json-body.ts';
import { readSearch } from '../lib/http/api/search-parameters.ts';
import { secretJson } from '../lib/http/http-answer.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { type ListScopesPorts, listScopes, SCOPES_PARAMETERS } from '../lib/list-scopes.ts';
import { accept } from '../lib/outcome.ts';

const BUDGET_MS = 9_000;

/**
 * `POST /v1/explain`: why somebody gets a scope or not. `GET /v1/scopes`: what is allowed now. Both for a broker token
 * with `broker:explain`.
 */
export const explainHandler = (ports: RoutePorts & ExplainPorts & ListScopesPorts) =>
  routeHandler(
    [
      {
        name: 'explain',
        paths: ['/v1/explain'],
        methods: ['POST'],
        budgetMs: BUDGET_MS,
        refuse: apiErrorOf(ports.issuer, EXPLAIN_SCOPE),
        handle: async (request, { signal }) => {
          const bearer = readBearer(request);
          if (!bearer.ok) return bearer;
          const admitted = await admitExplainer(ports, bearer.value, signal);
          if (!admitted.ok) return admitted;
          const body = readJsonBody(request, { maxBytes: MAX_QUESTION_BYTES });
          const found = body.ok ? await explain(ports, body.value, signal) : body;
          return found.ok ? accept({ answer: secretJson(200, request.id, found.value) }) : found;
        },
      },
      {
        name: 'scopes',
        paths: ['/v1/scopes'],
        methods: ['GET'],
        budgetMs: BUDGET_MS,
        refuse: apiErrorOf(ports.issuer, EXPLAIN_SCOPE),
        handle: async (request, { signal }) => {
          const bearer = readBearer(request);
          if (!bearer.ok) return bearer;
          const admitted = await admitExplainer(ports, bearer.value, signal);
          if (!admitted.ok) return admitted;
          const search = readSearch(request, SCOPES_PARAMETERS);
          const found = search.ok ? await listScopes(ports, search.value, signal) : search;
          return found.ok ? accept({ answer: secretJson(200, request.id, found.value) }) : found;
        },
      },
    ],
    ports,
  );

export const handler = explainHandler(explainPorts());
