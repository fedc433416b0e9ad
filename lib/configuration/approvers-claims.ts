import { subjectClaim } from '../policy/condition-keys.ts';
import { PERSON_CLAIMS } from '../policy/person-claims.ts';
import type { Rule } from './documents/rules.ts';
import type { Scope } from './documents/scopes.ts';

/** The built-in scope whose tokens approve and deny (contract section 7). */
const APPROVALS = 'broker:approvals';

/**
 * The scopes, whose `broker:approvals` now carries the claims that decide who may approve: those that any `from` names,
 * and those that tell one person from another.
 */
export function withApproversClaims(scopes: readonly Scope[]): readonly Scope[] {
  const demands = scopes.flatMap(({ requires }) => requires.approval ?? []);
  const carries = demands.flatMap(({ from, personClaims = PERSON_CLAIMS }) => [
    ...from.flatMap(claimsOf),
    ...personClaims,
  ]);
  if (carries.length === 0) return scopes;
  const named = [...new Set(carries)].sort();
  return scopes.map((scope) =>
    scope.scope === APPROVALS && scope.grant.type === 'broker-token'
      ? { ...scope, grant: { ...scope.grant, carries: named } }
      : scope,
  );
}

const claimsOf = ({ when }: Rule): readonly string[] =>
  Object.values(when ?? {}).flatMap((keys) => Object.keys(keys).flatMap((key) => subjectClaim(key) ?? []));
