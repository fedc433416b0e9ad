import { explanations } from '../../../lib/refusals/explained/registry.ts';
import { isReason } from '../../../lib/refusals/registry.ts';
import { BrokerRefusal, fetchCredentials, fetchToken, type Request } from '../../caller/broker.ts';
import type { Presented } from '../../caller/proofs/proof.ts';
import { errorMessage } from '../../error-message.ts';
import { type Finding, ok, shown, wrong } from './finding.ts';

const TIMEOUT_MS = 15_000;

/**
 * Asks for the scope as a program would, once, and forgets what comes: an issuance like any other, whose intent says
 * where it came from. A scope that grants no AWS session is asked for at the token endpoint.
 */
export async function lookAtScope(request: Request, proof: Presented): Promise<Finding> {
  const { scope } = request;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const { Expiration: end, RoleArn: role, IssuanceId: id } = await fetchCredentials(request, proof, signal);
    return ok('scope', `${scope} gives ${shown(String(role))} until ${shown(end)} (${shown(String(id))})`);
  } catch (error) {
    // It grants tokens, and that route gives sessions.
    if (!(error instanceof BrokerRefusal) || error.reason !== 'grant_not_available_here') return refused(scope, error);
  }
  try {
    const { expires_in: seconds } = await fetchToken(request, proof, signal);
    return ok('scope', `${scope} gives an access token for ${shown(String(seconds))} s`);
  } catch (error) {
    return refused(scope, error);
  }
}

function refused(scope: string, error: unknown): Finding {
  if (!(error instanceof BrokerRefusal)) {
    return wrong('scope', `${scope}: ${shown(errorMessage(error))}`, 'look at the network, and try again');
  }
  const { reason, description, requestId } = error;
  const told = `${scope}: ${shown(description)} (${shown(reason)}, request ${shown(requestId ?? 'unknown')})`;
  return wrong(
    'scope',
    told,
    isReason(reason) ? explanations[reason].fix : 'ask who runs the broker, with the request id',
  );
}
