import type { IssuanceRecord } from '../ledger/record.ts';
import { type Outcome, PASSED, refuse } from '../outcome.ts';
import type { CompiledScope } from '../policy/scope.ts';
import type { Configurations } from '../ports/configuration.ts';
import type { Revocations } from '../ports/revocations.ts';
import { marksOfRecord } from '../revocation/marks.ts';

export interface TakenBackPorts {
  readonly configurations: Configurations;
  readonly revocations: Pick<Revocations, 'standing'>;
}

/**
 * Whether what was minted may still be handed out: others may have taken longer for it than the 10 s in which a
 * revocation, and a scope that is switched off or gone, are in force everywhere (contract sections 2 and 7). Both are
 * known from memory but where that is too old. Refuses with `access_revoked` and `not_allowed`; throws `Fault` where it
 * cannot be known.
 */
export async function checkNotTakenBack(
  ports: TakenBackPorts,
  draft: IssuanceRecord,
  scopes: readonly CompiledScope[],
  signal: AbortSignal,
): Promise<Outcome<true>> {
  const [configuration, revocations] = await Promise.all([
    ports.configurations.current(signal),
    ports.revocations.standing(signal),
  ]);
  const revoked = revocations.inForce(marksOfRecord(draft));
  if (revoked !== null) return refuse('access_revoked', { log: { found: revoked.id } });
  if (configuration.version === draft.decision.configVersion) return PASSED;
  const found = await Promise.all(scopes.map(({ scope }) => configuration.scope(scope.scope, signal)));
  return found.every((each) => each?.scope.enabled === true) ? PASSED : refuse('not_allowed');
}
