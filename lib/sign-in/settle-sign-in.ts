import type { Principal } from '../identity/principal.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Random } from '../ports/host.ts';
import { makeSecret } from './secret.ts';
import type { AuthorizationRequest, PendingSignIn, SignIns } from './sign-ins.ts';

export interface SignedIn {
  readonly principal: Principal;
  /** What the person is now asked; null: nobody asked for anything. */
  readonly question: {
    readonly authorization: AuthorizationRequest;
    readonly requestId: string;
    /** For the form of the page. */
    readonly secret: string;
  } | null;
}

/** Remembers who signed in, once, to be decided on. Refuses with sign_in_unknown. */
export async function settleSignIn(
  ports: { readonly random: Random; readonly signIns: SignIns },
  pending: PendingSignIn,
  principal: Principal,
  signal: AbortSignal,
): Promise<Outcome<SignedIn>> {
  const secret = makeSecret(ports.random);
  if (!(await ports.signIns.answer(pending, principal, secret, signal))) return refuse('sign_in_unknown');
  const { authorization, requestId } = pending;
  return accept({ principal, question: authorization === null ? null : { authorization, requestId, secret } });
}
