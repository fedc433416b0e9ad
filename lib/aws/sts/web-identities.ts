import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { WebIdentities } from '../../ports/sessions.ts';
import type { Sts } from './client.ts';
import { stsRefusal } from './sts-refusal.ts';

/** The token is sent at once and need not last: seconds, of 60 to 3,600. */
const LIFETIME = 120;

/**
 * The port over AWS STS, GetWebIdentityToken (outbound identity federation), at the Region's endpoint: the global one
 * does not have it. What STS refuses is `web_identity_refused`; throttling and outages keep their reasons.
 */
export const stsWebIdentities = (client: Sts): WebIdentities => ({
  async token(audience, algorithm, signal): Promise<Outcome<string>> {
    const input = { Audience: [audience], SigningAlgorithm: algorithm, DurationSeconds: LIFETIME };
    try {
      const token = (await client.call('GetWebIdentityToken', input, signal)).text('WebIdentityToken');
      if (token) return accept(token);
      return refuse('sts_unavailable', { log: { errorCode: 'IncompleteAnswer' } });
    } catch (error) {
      const { refusal } = stsRefusal('role', error);
      const isOutage = refusal.reason === 'sts_throttled' || refusal.reason === 'sts_unavailable';
      return { ok: false, refusal: isOutage ? refusal : { ...refusal, reason: 'web_identity_refused' } };
    }
  },
});
