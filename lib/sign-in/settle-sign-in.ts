import type { Principal } from '../identity/principal.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Configurations } from '../ports/configuration.ts';
import type { Clock, Random } from '../ports/host.ts';
import { toEpochSeconds } from '../time.ts';
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

export interface SettlePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly configurations: Configurations;
  readonly signIns: SignIns;
}

/** Who signed in, and from where, as API Gateway says. */
interface Person {
  readonly principal: Principal;
  readonly sourceIp: string;
}

/**
 * Remembers who signed in, once, to be decided on. Where a program named a resource and no scope, what it may ask for
 * is known from here on: the scopes of that resource that this person may have. Refuses with target_mismatch where
 * there is none, and with sign_in_unknown.
 */
export async function settleSignIn(
  ports: SettlePorts,
  pending: PendingSignIn,
  person: Person,
  signal: AbortSignal,
): Promise<Outcome<SignedIn>> {
  const { principal } = person;
  const asked =
    pending.authorization === null ? accept(null) : await withScopes(ports, pending.authorization, person, signal);
  if (!asked.ok) return asked;
  const authorization = asked.value;
  const secret = makeSecret(ports.random);
  const answered = await ports.signIns.answer({ ...pending, authorization }, principal, secret, signal);
  if (!answered) return refuse('sign_in_unknown');
  const { requestId } = pending;
  return accept({ principal, question: authorization === null ? null : { authorization, requestId, secret } });
}

/** The same whether nobody has anything there or only this person has not. */
const NOTHING_THERE = 'There is nothing at this resource that you may have by signing in.';

async function withScopes(
  { clock, configurations }: SettlePorts,
  authorization: AuthorizationRequest,
  { principal, sourceIp }: Person,
  signal: AbortSignal,
): Promise<Outcome<AuthorizationRequest>> {
  if (authorization.scopes.length > 0) return accept(authorization);
  const configuration = await configurations.current(signal);
  const target = { names: authorization.targets, tokenType: null, principalArn: null };
  const request = { requestedDuration: null, intent: null, narrowing: null, route: 'token', target } as const;
  // Nobody acts: a public client is not authenticated (RFC 6749 section 2.1).
  const who = { principal, actor: null, client: null, proof: null };
  const { scopesOfTarget } = await import('../issuance/authorize.ts');
  const found = await scopesOfTarget(
    { ...request, caller: { sourceIp } },
    who,
    { configuration, signal },
    toEpochSeconds(clock.now()),
  );
  return found === null
    ? refuse('target_mismatch', { detail: NOTHING_THERE })
    : accept({ ...authorization, scopes: found.map(({ scope }) => scope.scope) });
}
