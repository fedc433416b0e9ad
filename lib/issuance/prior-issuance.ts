import { accept, type Outcome, refuse } from '../outcome.ts';
import type { LedgerQueries } from '../ports/ledger.ts';
import type { Revocations } from '../ports/revocations.ts';
import type { StandingRevocations } from '../revocation/revocation.ts';
import type { EpochMilliseconds } from '../time.ts';
import type { Authenticated } from './authenticate.ts';
import type { Authorized } from './authorize.ts';

export interface CheckedPrior {
  readonly revocations: StandingRevocations;
  readonly time: EpochMilliseconds;
  readonly signal: AbortSignal;
}

export interface PriorPorts {
  readonly queries?: Pick<LedgerQueries, 'list'>;
  readonly revocations: Pick<Revocations, 'revokedAmong'>;
}

/** Refuses where a scope wants another issuance before, and there was none. Throws as `wasIssuedBefore`. */
export async function checkPrior(
  { queries, revocations: { revokedAmong } }: PriorPorts,
  { scopes }: Pick<Authorized, 'scopes'>,
  { principal }: Authenticated,
  { revocations, time, signal }: CheckedPrior,
): Promise<Outcome<null>> {
  for (const { scope } of scopes) {
    const { after } = scope.requires;
    if (after === undefined) continue;
    if (queries === undefined) return refuse('grant_not_available_here');
    // On the way of no request but these.
    const { wasIssuedBefore } = await import('./issued-before.ts');
    if (await wasIssuedBefore({ queries, revocations, revokedAmong }, after, principal, time, signal)) continue;
    const detail = `${after.scope} has to be issued to the same subject within the ${after.within} seconds before.`;
    return refuse('prior_issuance_missing', { detail });
  }
  return accept(null);
}
