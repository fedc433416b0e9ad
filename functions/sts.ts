import { stsPorts } from '../lib/composition/sts.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { assumedRoleAnswer, type StsSubject } from '../lib/http/sts/sts-answer.ts';
import { readStsRequest } from '../lib/http/sts/sts-request.ts';
import { stsError } from '../lib/http/sts/sts-xml.ts';
import type { Principal } from '../lib/identity/principal.ts';
import { type IssuePorts, issue } from '../lib/issue.ts';
import { accept, refuse } from '../lib/outcome.ts';

/** STS clients wait a minute and more; API Gateway waits 30 s. */
const BUDGET_MS = 10_000;

/** `POST /sts`, `POST /sts/{scope}`: the query API of AWS STS, for SDKs whose STS endpoint is this broker. */
export const stsHandler = (ports: RoutePorts & IssuePorts) =>
  routeHandler(
    {
      name: 'sts',
      methods: ['POST'],
      budgetMs: BUDGET_MS,
      refuse: (refusal, request, headers) => stsError(refusal, request.id, headers),
      handle: async (request, signal) => {
        const parsed = readStsRequest(request);
        if (!parsed.ok) return parsed;
        const issued = await issue(ports, parsed.value.issuance, signal);
        if (!issued.ok) return issued;
        const { record, minted, principal } = issued.value;
        if (minted.secret.kind !== 'aws-session') return refuse('grant_not_available_here');
        const subject = stsSubject(principal, parsed.value.principalArn);
        return accept({
          answer: assumedRoleAnswer(parsed.value.action, minted.secret, record, subject),
          issuance: record.id,
          grant: record.grant ?? 'aws-session',
        });
      },
    },
    ports,
  );

/** STS says who the proof was for: a token's audience, an assertion's recipient. */
function stsSubject({ claims, proof, recipient }: Principal, principalArn: string | null): StsSubject {
  const audience = proof.kind === 'saml' ? recipient : claims.values.get('aud');
  const nameIdFormat = claims.values.get('nameIdFormat');
  return {
    audience: typeof audience === 'string' ? audience : Array.isArray(audience) ? audience.join(' ') : null,
    nameIdFormat: typeof nameIdFormat === 'string' ? nameIdFormat : null,
    principalArn,
  };
}

export const handler = stsHandler(stsPorts());
