import { tokenPorts } from '../lib/composition/token.ts';
import { oauthError } from '../lib/http/oauth/oauth-error.ts';
import { readTokenRequest } from '../lib/http/oauth/token-request.ts';
import { oauthContext } from '../lib/http/oauth/token-request-form.ts';
import { tokenAnswer } from '../lib/http/oauth/token-response.ts';
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
    {
      name: 'token',
      methods: ['POST'],
      budgetMs: BUDGET_MS,
      refuse: (refusal, request, headers) => oauthError(refusal, request.id, oauthContext(request), headers),
      handle: async (request, signal) => {
        const parsed = readTokenRequest(request);
        if (!parsed.ok) return parsed;
        const issued =
          'issuance' in parsed.value
            ? await issue(ports, parsed.value.issuance, signal)
            : await issueByCode(ports, parsed.value.presented, parsed.value.asked, signal);
        if (!issued.ok) return issued;
        const { record } = issued.value;
        return accept({
          answer: tokenAnswer(issued.value, parsed.value, toEpochSeconds(ports.clock.now()), request.id),
          issuance: record.id,
          ...(record.grant === null ? {} : { grant: record.grant }),
        });
      },
    },
    ports,
  );

export const handler = tokenHandler(tokenPorts());
