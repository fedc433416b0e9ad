import { tokenPorts } from '../lib/composition/token.ts';
import { traced } from '../lib/composition/tracing.ts';
import { oauthError } from '../lib/http/oauth/oauth-error.ts';
import { readTokenRequest } from '../lib/http/oauth/token-request.ts';
import { tokenResponse } from '../lib/http/oauth/token-response.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { type IssuePorts, issue } from '../lib/issue.ts';
import { accept } from '../lib/outcome.ts';
import { type CodePorts, issueByCode } from '../lib/sign-in/issue-by-code.ts';
import { toEpochSeconds } from '../lib/time.ts';

/** An authorization server behind a grant may take seconds; API Gateway waits 30 s. */
const BUDGET_MS = 15_000;

/** `POST /oauth2/token`: every grant type of this authorization server (contract section 3). */
export const tokenHandler = (ports: RoutePorts & IssuePorts & CodePorts) =>
  routeHandler(
    [
      {
        name: 'token',
        paths: ['/oauth2/token'],
        methods: ['POST'],
        budgetMs: BUDGET_MS,
        refuse: oauthError('invalid_request'),
        handle: async (request, { signal, refuseAs }) => {
          const parsed = readTokenRequest(request, refuseAs);
          if (!parsed.ok) return parsed;
          const { presented, asked } = parsed.value;
          const issued =
            presented.kind === 'proofs'
              ? await issue(ports, { ...asked, proofs: presented.proofs, scopes: presented.scopes }, signal)
              : await issueByCode(ports, presented, asked, signal);
          if (!issued.ok) return issued;
          const { record } = issued.value;
          return accept({
            answer: tokenResponse(issued.value, parsed.value, toEpochSeconds(ports.clock.now()), request.id),
            issuance: record.id,
            ...(record.grant === null ? {} : { grant: record.grant }),
          });
        },
      },
    ],
    ports,
  );

export const handler = traced(tokenHandler, tokenPorts());
