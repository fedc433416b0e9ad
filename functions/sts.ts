import { stsPorts } from '../lib/composition/sts.ts';
import { traced } from '../lib/composition/tracing.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { assumedRoleAnswer } from '../lib/http/sts/sts-answer.ts';
import { stsError } from '../lib/http/sts/sts-error.ts';
import { readStsRequest } from '../lib/http/sts/sts-request.ts';
import { type IssuePorts, issue } from '../lib/issue.ts';
import { accept, refuse } from '../lib/outcome.ts';

/** STS clients wait a minute and more; API Gateway waits 30 s. */
const BUDGET_MS = 10_000;

/** `POST /sts`, `POST /sts/{scope}`: the query API of AWS STS, for SDKs whose STS endpoint is this broker. */
export const stsHandler = (ports: RoutePorts & IssuePorts) =>
  routeHandler(
    [
      {
        name: 'sts',
        paths: ['/sts', '/sts/{scope}'],
        methods: ['POST'],
        budgetMs: BUDGET_MS,
        refuse: stsError,
        handle: async (request, { signal }) => {
          const parsed = readStsRequest(request);
          if (!parsed.ok) return parsed;
          const issued = await issue(ports, parsed.value.issuance, signal);
          if (!issued.ok) return issued;
          const { record, minted } = issued.value;
          if (minted.secret.kind !== 'aws-session') return refuse('grant_not_available_here');
          return accept({
            answer: assumedRoleAnswer(parsed.value, minted.secret, issued.value),
            issuance: record.id,
            grant: record.grant ?? 'aws-session',
          });
        },
      },
    ],
    ports,
  );

export const handler = traced(stsHandler, stsPorts());
