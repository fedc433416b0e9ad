import type { Principal } from '../identity/principal.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Grant } from '../policy/grants/kinds.ts';
import type { Configurations } from '../ports/configuration.ts';
import type { Clock, Random } from '../ports/host.ts';
import { toEpochSeconds } from '../time.ts';
import { type ActingServer, actingServers } from './acting-servers.ts';
import type { Devices } from './device/devices.ts';
import { refuseDevice } from './device/refuse-device.ts';
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
    /** Who may go on with what the program gets. */
    readonly servers: readonly ActingServer[];
  } | null;
}

export interface SettlePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly configurations: Configurations;
  readonly signIns: SignIns;
  readonly devices: Devices;
}

/** Who signed in, and from where, as API Gateway says. */
interface Person {
  readonly principal: Principal;
  readonly sourceIp: string;
}

/**
 * Remembers who signed in, once, to be decided on. Where a program named a resource and no scope, what it may ask for
 * is known from here on: the scopes of that resource that this person may have. A device that waits elsewhere has its
 * scopes looked at here too, because nobody there can tell the person. Refuses with target_mismatch where there is
 * none, as the rules of the scopes do, and with sign_in_unknown.
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
  if (!asked.ok) return refuseDevice(ports, pending, { refusal: asked.refusal, principal }, signal);
  const authorization = asked.value?.authorization ?? null;
  const secret = makeSecret(ports.random);
  const answered = await ports.signIns.answer({ ...pending, authorization }, principal, secret, signal);
  if (!answered) return refuse('sign_in_unknown');
  const { requestId } = pending;
  return accept({ principal, question: asked.value === null ? null : { ...asked.value, requestId, secret } });
}

/** The same whether nobody has anything there or only this person has not. */
const NOTHING_THERE = 'There is nothing at this resource that you may have by signing in.';

/** What a program asks for as the page says it: its scopes, and whom their tokens are sent to. */
interface AskedScopes {
  readonly authorization: AuthorizationRequest;
  readonly servers: readonly ActingServer[];
}

async function withScopes(
  { clock, configurations }: SettlePorts,
  authorization: AuthorizationRequest,
  { principal, sourceIp }: Person,
  signal: AbortSignal,
): Promise<Outcome<AskedScopes>> {
  const { scopes, device } = authorization;
  const configuration = await configurations.current(signal);
  const target = { names: authorization.targets, tokenType: null, principalArn: null };
  const request = { requestedDuration: null, intent: null, narrowing: null, route: 'token', target } as const;
  // Nobody acts: a public client is not authenticated (RFC 6749 section 2.1).
  const who = { principal, actor: null, client: null, proof: null };
  const { scopesOfTarget, scopesOfRules } = await import('../issuance/authorize.ts');
  // From where the device asks: that is where it will redeem.
  const asking = { ...request, caller: { sourceIp: device?.sourceIp ?? sourceIp } };
  const [context, now] = [{ configuration, signal }, toEpochSeconds(clock.now())] as const;
  const serversOf = (grants: readonly Grant[]) => actingServers(grants, principal.source.name);
  if (scopes.length > 0) {
    const decided = await Promise.all(
      scopes.map((scope) => scopesOfRules({ ...asking, scopes: [scope] }, who, context, now)),
    );
    const refused = decided.find((each) => !each.ok);
    // Of a program on the person's own machine it is decided when the code is redeemed (ADR 3).
    if (device !== undefined && refused?.ok === false)
      return refuse(refused.refusal.reason, { detail: notYours(scopes) });
    // Nothing is told of a scope that they may not have.
    const granted = decided.flatMap((each) => (each.ok ? each.value : []));
    return accept({ authorization, servers: serversOf(granted.map(({ grant }) => grant.document)) });
  }
  const found = await scopesOfTarget(asking, who, context, now);
  if (found === null) return refuse('target_mismatch', { detail: NOTHING_THERE });
  const named = { ...authorization, scopes: found.map(({ scope }) => scope.scope) };
  return accept({ authorization: named, servers: serversOf(found.map(({ scope }) => scope.grant)) });
}

const notYours = (scopes: readonly string[]): string =>
  `You may not have what the device asks for (${scopes.join(' ')}) by signing in here.`;
