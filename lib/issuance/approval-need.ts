import type { PreparedGrant } from '../credential/grant.ts';
import type { JsonObject } from '../json.ts';
import { type DecisionInput, decideByRules } from '../policy/decide.ts';
import type { GrantType } from '../policy/grants/kinds.ts';
import { PERSON_CLAIMS } from '../policy/person-claims.ts';
import type { CompiledScope } from '../policy/scope.ts';
import { type Seconds, seconds } from '../time.ts';
import type { GrantedScopes } from './decide-scopes.ts';

/** What of a request, allowed as it is, somebody else has to approve (contract section 7). */
export interface ApprovalNeed {
  readonly scopes: readonly string[];
  readonly grant: GrantType;
  readonly intent: string | null;
  readonly duration: Seconds | null;
  /** Every parameter of the scopes, with its value. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What would be given: role, narrowed policy, audience, and so on. */
  readonly gives: JsonObject;
  readonly within: Seconds;
  readonly uses: number;
  readonly lasts: Seconds;
  /** `breakGlass` lets it go on at once. */
  readonly goesOn: boolean;
  /** Claims that name one person at every connection; those that a scope names itself. */
  readonly personClaims: readonly string[];
  readonly namedClaims: readonly string[];
}

interface AskedGrant {
  readonly scopes: readonly CompiledScope[];
  readonly granted: GrantedScopes;
  readonly prepared: PreparedGrant;
}

/**
 * null: no scope of the request demands an approval. Of several that do, the strictest of each demand counts, and who
 * goes on at once does so under all of them. An intent is what break-glass costs.
 */
export function approvalNeed(
  { scopes, granted, prepared }: AskedGrant,
  input: DecisionInput,
  { intent }: { readonly intent: string | null },
): ApprovalNeed | null {
  const demanding = scopes.flatMap(({ approval: rules, scope: { requires } }) =>
    requires.approval === undefined ? [] : [{ rules, demand: requires.approval }],
  );
  if (demanding.length === 0) return null;
  const demands = demanding.map(({ demand }) => demand);
  const least = (of: readonly number[]): number => Math.min(...of);
  const breaks = demanding.every(({ rules }) => decideByRules(rules?.breakGlass ?? [], input).allowed);
  return {
    scopes: scopes.map(({ scope }) => scope.scope),
    grant: granted[0].grant.type,
    intent,
    duration: input.request.duration,
    parameters: parametersOf(scopes, granted),
    gives: prepared.bound(),
    within: seconds(least(demands.map(({ within }) => within))),
    uses: least(demands.map(({ uses }) => uses)),
    lasts: seconds(least(demands.map((demand) => demand.for))),
    goesOn: intent !== null && breaks,
    personClaims: [...new Set(demands.flatMap(({ personClaims = PERSON_CLAIMS }) => personClaims))],
    namedClaims: [...new Set(demands.flatMap(({ personClaims = [] }) => personClaims))],
  };
}

function parametersOf(scopes: readonly CompiledScope[], granted: GrantedScopes): Readonly<Record<string, string>> {
  const found = scopes.flatMap(({ scope: { scope, parameters = {} } }) =>
    Object.keys(parameters).map((name) => {
      const value = granted.find((each) => each.scope === scope)?.lookup(`param.${name}`);
      return [scopes.length === 1 ? name : `${scope}/${name}`, typeof value === 'string' ? value : ''] as const;
    }),
  );
  return Object.fromEntries(found);
}
