import { credentialsPorts } from '../lib/composition/credentials.ts';
import { traced } from '../lib/composition/tracing.ts';
import { credentialDocument } from '../lib/http/credentials/credential-document.ts';
import { credentialsError } from '../lib/http/credentials/credentials-error.ts';
import { readCredentialsRequest } from '../lib/http/credentials/credentials-request.ts';
import { secretJson } from '../lib/http/http-answer.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { type IssuePorts, issue } from '../lib/issue.ts';
import { accept, refuse } from '../lib/outcome.ts';

/**
 * boto gives up after two seconds; the last words of a failed issuance, API Gateway and the way there take their
 * share of the rest (contract section 3: 1.7 s).
 */
const BUDGET_MS = 1_400;

/** `GET or POST /v1/credentials/{scope}`: AWS credentials for any AWS SDK or CLI. */
export const credentialsHandler = (ports: RoutePorts & IssuePorts) =>
  routeHandler(
    [
      {
        name: 'credentials',
        paths: ['/v1/credentials/{scope}'],
        methods: ['GET', 'POST'],
        budgetMs: BUDGET_MS,
        refuse: credentialsError,
        handle: async (request, { signal }) => {
          const parsed = readCredentialsRequest(request);
          if (!parsed.ok) return parsed;
          const issued = await issue(ports, parsed.value, signal);
          if (!issued.ok) return issued;
          const { record, minted } = issued.value;
          if (minted.secret.kind !== 'aws-session') return refuse('grant_not_available_here');
          const document = credentialDocument(minted.secret, record.scope, record.id);
          return accept({
            answer: secretJson(200, request.id, document),
            issuance: record.id,
            grant: record.grant ?? 'aws-session',
          });
        },
      },
    ],
    ports,
  );

export const handler = traced(credentialsHandler, credentialsPorts());
