import { type Outcome, PASSED, refuse } from '../outcome.ts';
import { type CompiledConnection, evaluateRequire } from '../policy/connection.ts';
import type { Claims } from './principal.ts';

/**
 * Whether `require` of a connection is met: then the proof names somebody here. A condition that cannot be evaluated is
 * a miss. Refuses with `requirement_not_met`; the log has the first check that did not hold, by operator and key.
 * Contract section 2.
 */
export function checkRequirement(connection: CompiledConnection, claims: Claims): Outcome<true> {
  const evaluation = evaluateRequire(connection, claims);
  if ('held' in evaluation && evaluation.held) return PASSED;
  const missed = evaluation.checks.find(({ held }) => !held);
  return refuse('requirement_not_met', {
    log: {
      connection: connection.connection,
      missed: missed === undefined ? null : `${missed.operator} ${missed.key}`,
    },
  });
}
