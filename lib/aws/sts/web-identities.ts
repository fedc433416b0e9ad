import { GetWebIdentityTokenCommand, type STSClient } from '@aws-sdk/client-sts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { WebIdentities } from '../../ports.ts';
import { stsRefusal } from './sts-refusal.ts';

/** The token is sent at once and need not last: seconds, of 60 to 3,600. */
const LIFETIME = 120;

/**
 * The port over AWS STS, GetWebIdentityToken (outbound identity federation), at the Region's endpoint: the global one does not have it. What STS refuses is
 * `web_identity_refused`; throttling and outages keep their reasons.
 */
export const stsWebIdentities = (client: STSClient): WebIdentities => ({
  async token(audience, algorithm, abortSignal): Promise<Outcome<string>> {
    const input = { Audience: [audience], SigningAlgorithm: algorithm, DurationSeconds: LIFETIME };
    try {
      const { WebIdentityToken } = await client.send(new GetWebIdentityTokenCommand(input), { abortSignal });
      if (WebIdentityToken) return accept(WebIdentityToken);
      return refuse('sts_unavailable', { log: { errorCode: 'IncompleteAnswer' } });
    } catch (error) {
      const { refusal } = stsRefusal('role', error);
      const isOutage = refusal.reason === 'sts_throttled' || refusal.reason === 'sts_unavailable';
      return { ok: false, refusal: isOutage ? refusal : { ...refusal, reason: 'web_identity_refused' } };
    }
  },
});
