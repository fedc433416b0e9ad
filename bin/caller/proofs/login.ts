import { TOKEN_TYPE } from '../../../lib/oauth-urns.ts';
import { type Login, readLogin } from '../login-store.ts';
import { identityOf, peekClaims } from './jwt.ts';
import type { ProofContext, ProofKind } from './proof.ts';

/** `login`: the broker token that `token-broker login` keeps for this broker. */
export const login: ProofKind = {
  operand: null,
  operandIs: 'none',
  offered: (context) =>
    isForBroker(readLogin(context.broker, context.env)) ? 'somebody has logged in to this broker' : null,
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
  if (!isForBroker(kept)) {
    throw new Error(
      `the login at ${broker} is for ${audienceOf(kept).join(', ')}: log in for a scope whose token is for the broker itself, or use the token there`,
    );
  }
  return kept.token;
}

const audienceOf = ({ token }: Login): readonly unknown[] => [peekClaims(token)?.['aud']].flat();

/** Only a token for the broker itself is a proof there (contract section 3). One that is no JWT is its to judge. */
const isForBroker = (kept: Login | null): boolean =>
  kept !== null && (peekClaims(kept.token) === null || audienceOf(kept).includes(kept.broker));
