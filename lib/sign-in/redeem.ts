import type { Principal } from '../identity/principal.ts';
import type { Issued } from '../issue.ts';
import { accept, type Outcome, type Refusal, refuse } from '../outcome.ts';
import type { Clock } from '../ports/host.ts';
import type { Revocations } from '../ports/revocations.ts';
import { toEpochSeconds } from '../time.ts';
import { verifierFits } from './pkce.ts';
import { hashOf, isSecret } from './secret.ts';
import type { AuthorizationCode, AuthorizationCodes, RedeemedCode } from './sign-ins.ts';

export interface RedeemPorts {
  readonly issuer: string;
  readonly clock: Clock;
  readonly codes: AuthorizationCodes;
  readonly revocations: Revocations;
}

/** What a public client presents (RFC 6749 section 4.1.3, RFC 7636 section 4.5). */
export interface PresentedCode {
  readonly client: string;
  readonly code: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** null: those that the person allowed. */
  readonly scopes: readonly string[] | null;
}

export interface RedeemableCode {
  readonly principal: Principal;
  readonly scopes: readonly string[];
  /** Those of the authorization request: whatever is issued is for these too (RFC 8707 section 2.2). */
  readonly targets: readonly string[];
  /** Only of a device: nothing is issued, and this is recorded. */
  readonly refused?: Refusal;
}

/**
 * Looks an authorization code up and holds it against its client, redirect URI and code challenge. It is spent by the
 * issuance, as every other proof is, so that a scope that is refused does not use it up. Refuses with code_unknown,
 * code_client_mismatch, code_redirect_mismatch, code_verifier_mismatch, code_scope_mismatch, and replayed: then what it
 * gave before is revoked (RFC 6749 section 4.1.2).
 */
export async function redeemableCode(
  ports: RedeemPorts,
  presented: PresentedCode,
  signal: AbortSignal,
): Promise<Outcome<RedeemableCode>> {
  const found = isSecret(presented.code) ? await ports.codes.find(presented.code, signal) : null;
  if (found === null) return refuse('code_unknown');
  const fits = checkBindings(found, presented);
  if (!fits.ok) return fits;
  if (found.redeemed !== null) {
    await codeUsedAgain(ports, presented.code, signal);
    return refuse('replayed');
  }
  if (toEpochSeconds(ports.clock.now()) >= found.expires) return refuse('code_unknown');
  const { issuer } = ports;
  const reuse = {
    reuse: 'once',
    issuer: `${issuer}/oauth2/authorize`,
    tokenId: hashOf(presented.code),
    until: found.expires,
  } as const;
  const { principal, authorization } = found;
  const scopes = presented.scopes ?? authorization.scopes;
  return accept({ principal: { ...principal, reuse }, scopes, targets: authorization.targets });
}

function checkBindings({ authorization }: AuthorizationCode, presented: PresentedCode): Outcome<null> {
  if (authorization.client !== presented.client)
    return refuse('code_client_mismatch', { log: { found: presented.client } });
  if (authorization.redirectUri !== presented.redirectUri)
    return refuse('code_redirect_mismatch', { log: { found: presented.redirectUri } });
  if (!verifierFits(presented.codeVerifier, authorization.codeChallenge)) return refuse('code_verifier_mismatch');
  const beyond = presented.scopes?.some((scope) => !authorization.scopes.includes(scope)) ?? false;
  return beyond ? refuse('code_scope_mismatch') : accept(null);
}

/** Remembers what a code gave; revokes it at once where the code was used again meanwhile. */
export async function codeRedeemed(
  ports: RedeemPorts,
  code: string,
  { record }: Pick<Issued, 'record'>,
  signal: AbortSignal,
): Promise<void> {
  const redeemed: RedeemedCode = {
    issuance: record.id,
    until: record.credential?.expires ?? toEpochSeconds(ports.clock.now()),
  };
  if (await ports.codes.redeemed(code, redeemed, signal)) await revoke(ports, redeemed, signal);
}

/** A code that was used before: whatever it gave is revoked. AWS sessions and tokens of others end by themselves. */
export async function codeUsedAgain(ports: RedeemPorts, code: string, signal: AbortSignal): Promise<void> {
  const redeemed = await ports.codes.usedAgain(code, signal);
  if (redeemed !== null) await revoke(ports, redeemed, signal);
}

const revoke = ({ revocations }: RedeemPorts, { issuance, until }: RedeemedCode, signal: AbortSignal): Promise<void> =>
  revocations.revoke(issuance, until, signal);
