import { admitBearer, type BearerPorts, type PresentedBearer } from '../admit-bearer.ts';
import { principalOfToken } from '../identity/broker-token/broker-principal.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import { accept, type Outcome } from '../outcome.ts';
import type { Approver } from './approver.ts';

/** The built-in scope whose tokens see and decide (contract section 7). */
export const APPROVALS_SCOPE = 'broker:approvals';

/**
 * The person whom a broker token for this broker itself with `broker:approvals` names, with whoever acts for them: a
 * rule of `from` without `actor` then admits nobody, so that no agent approves with its user's token.
 */
export async function approverOfBearer(
  ports: BearerPorts,
  token: PresentedBearer,
  caller: IssuanceRecord['request'],
  signal: AbortSignal,
): Promise<Outcome<Approver>> {
  const admitted = await admitBearer(ports, token, APPROVALS_SCOPE, signal);
  if (!admitted.ok) return admitted;
  const principal = principalOfToken(admitted.value, 'access_token', ports);
  if (!principal.ok) return principal;
  const actor = principal.value.lineage?.actors[0] ?? null;
  return accept({ principal: principal.value, actor, caller });
}
