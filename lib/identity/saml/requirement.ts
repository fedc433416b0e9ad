import type { SamlConnection } from '../../configuration/documents.ts';
import { Fault } from '../../outcome.ts';
import { type CompiledConditions, compileConditions, evaluateConditions } from '../../policy/conditions.ts';
import { claimsLookup } from '../../policy/lookup.ts';
import type { Claims } from '../principal.ts';

const compiled = new WeakMap<SamlConnection, readonly CompiledConditions[]>();

/** Whether all of the connection's `require` hold; what cannot be evaluated does not. Throws `Fault` where a stored condition does not compile. */
export function requirementHolds(connection: SamlConnection, claims: Claims): boolean {
  const lookup = claimsLookup(claims, connection.connection);
  return conditionsOf(connection).every((conditions) => {
    const evaluation = evaluateConditions(conditions, lookup);
    return 'held' in evaluation && evaluation.held;
  });
}

function conditionsOf(connection: SamlConnection): readonly CompiledConditions[] {
  const known = compiled.get(connection);
  if (known !== undefined) return known;
  const fresh = connection.require.map((document) => {
    const { compiled: conditions } = compileConditions(document, { place: 'require' });
    if (conditions === null) throw new Fault('configuration', `require of connection ${connection.connection}`);
    return conditions;
  });
  compiled.set(connection, fresh);
  return fresh;
}
