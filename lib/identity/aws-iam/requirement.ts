import type { AwsIamConnection } from '../../configuration/documents.ts';
import { Fault } from '../../outcome.ts';
import { type CompiledConditions, compileConditions, evaluateConditions } from '../../policy/conditions.ts';
import { claimsLookup } from '../../policy/lookup.ts';
import type { Claims } from '../principal.ts';

const compiledOf = new WeakMap<AwsIamConnection, readonly CompiledConditions[]>();

/** True where every condition of the connection's `require` holds; one that cannot be evaluated does not. Throws `Fault` for one that does not compile. */
export function requirementHolds(connection: AwsIamConnection, claims: Claims): boolean {
  const lookup = claimsLookup(claims, connection.connection);
  return compiledFor(connection).every((conditions) => {
    const evaluation = evaluateConditions(conditions, lookup);
    return 'held' in evaluation && evaluation.held;
  });
}

function compiledFor(connection: AwsIamConnection): readonly CompiledConditions[] {
  const known = compiledOf.get(connection);
  if (known !== undefined) return known;
  const compiled = connection.require.map((document) => {
    const result = compileConditions(document, { place: 'require' }).compiled;
    if (result === null) throw new Fault('configuration', `require of ${connection.connection} does not compile`);
    return result;
  });
  compiledOf.set(connection, compiled);
  return compiled;
}
