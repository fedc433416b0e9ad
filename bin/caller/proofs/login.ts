import { TOKEN_TYPE } from '../../../lib/oauth-urns.ts';
import { readLogin } from '../login-store.ts';
import { identityOf } from './jwt.ts';
import type { ProofContext, ProofKind } from './proof.ts';

/** `login`: the broker token that `token-broker login` keeps for this broker. */
export const login: ProofKind = {
  operand: null,
  operandIs: 'none',
  offered: (context) =>
    readLogin(context.broker, context.env) === null ? null : 'somebody has logged in to this broker',
  source: (_, context) => ({
    name: 'login',
    identity: async () => identityOf(tokenOf(context)),
    present: async () => ({ kind: 'token', token: tokenOf(context), type: TOKEN_TYPE.access_token }),
  }),
};

function tokenOf({ broker, env }: ProofContext): string {
  const kept = readLogin(broker, env);
  if (kept === null) throw new Error(`nobody has logged in to ${broker}: run token-broker login --broker ${broker}`);
  if (kept.expires * 1000 <= Date.now())
    throw new Error(`the login at ${broker} has ended: run token-broker login again`);
  return kept.token;
}
