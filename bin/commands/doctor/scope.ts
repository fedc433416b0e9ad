import { GRANT_TYPE } from '../../../lib/oauth-urns.ts';
import { explanations } from '../../../lib/refusals/explained/registry.ts';
import { isReason } from '../../../lib/refusals/registry.ts';
import { type Answer, askBroker, refusalOf, shown } from '../../broker/ask.ts';
import type { Presentable } from '../../broker/proof-sources.ts';
import { type Finding, ok, wrong } from './finding.ts';

const SCOPE = /^[A-Za-z][A-Za-z0-9:._-]{0,127}$/;

export interface Asked {
  readonly issuer: string;
  readonly scope: string;
  readonly intent: string;
}

/**
 * Asks for the scope as a program would, once, and forgets what comes: an issuance like any other, whose intent says
 * where it came from. A scope that grants no AWS session is asked for at the token endpoint.
 */
export async function lookAtScope({ issuer, scope, intent }: Asked, proof: Presentable): Promise<Finding> {
  if (!SCOPE.test(scope)) {
    return wrong('scope', `${shown(scope)} is no name of a scope`, 'a letter, then A-Z a-z 0-9 : . _ -');
  }
  const credentials = await askBroker(`${issuer}/v1/credentials/${scope}`, proof, { intent });
  if (credentials.status === 200) {
    const [role, end, id] = ['RoleArn', 'Expiration', 'IssuanceId'].map((name) =>
      shown(String(credentials.body[name])),
    );
    return ok('scope', `${scope} gives ${role} until ${end} (${id})`);
  }
  // It grants tokens, and this route gives sessions.
  if (credentials.body['reason'] !== 'grant_not_available_here') return refused(scope, credentials);
  const grant_type = proof.kind === 'client' ? 'client_credentials' : GRANT_TYPE.tokenExchange;
  const token = await askBroker(`${issuer}/oauth2/token`, proof, { intent, grant_type, scope });
  if (token.status !== 200) return refused(scope, token);
  return ok('scope', `${scope} gives an access token for ${shown(String(token.body['expires_in']))} s`);
}

function refused(scope: string, answer: Answer): Finding {
  const { reason } = answer.body;
  const other =
    answer.status === 0 ? 'look at the network, and try again' : 'ask who runs the broker, with the request id';
  return wrong('scope', `${scope}: ${refusalOf(answer)}`, isReason(reason) ? explanations[reason].fix : other);
}
