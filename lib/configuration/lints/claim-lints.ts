/** What conditions say of claims, held against what their providers issue. */
import { hasWildcard } from '../../policy/string-values.ts';
import { type Claim, FULL_REF, NAME, PATH, WORKFLOW } from '../presets/claims.ts';
import type { Find } from './context.ts';
import { canHave, type KnownClaims, meantClaim } from './known-claims.ts';
import { fixedPart, isEquality, isPattern, isPositiveText, type Test, wildcardAt } from './tests.ts';

/** Whose claims a condition tests, and what else holds beside it for them. */
export interface Party {
  readonly known: KnownClaims;
  /** Every condition that a proof of this party meets where the rule matches. */
  readonly beside: readonly Test[];
}

/** `grants`: whoever meets the condition gets something. `denies`: whoever does not, may. */
export type Effect = 'grants' | 'denies';

/** Looks at a condition on the claim `name` of any of the parties. */
export function lintClaim(test: Test, name: string, parties: readonly Party[], effect: Effect, find: Find): void {
  if (parties.length === 0) return;
  if (isUnknown(test, name, parties, find)) return;
  for (const party of parties) {
    const claim = party.known.claims.get(name);
    if (claim === undefined) continue;
    lintValues(test, claim, name, party, find);
    if (effect === 'grants') lintName(test, claim, name, party, find);
  }
}

function isUnknown(test: Test, name: string, parties: readonly Party[], find: Find): boolean {
  const without = parties.filter(({ known }) => !canHave(known, name));
  if (without.length === 0) return false;
  const isOptional = test.ifExists || test.operator === 'Null' || test.quantifier === 'ForAllValues';
  if (without.length < parties.length && isOptional) return false;
  const who = [...new Set(without.map(({ known }) => known.of))].join(' or ');
  const fix = meantClaim(
    without.map(({ known }) => known),
    name,
  );
  find(test.path, 'unknown-claim', `no proof of ${who} has the claim ${name}`, fix);
  return true;
}

/** Values that the claim never has; each says so at its own place. */
function lintValues(test: Test, { form }: Claim, name: string, { known }: Party, find: Find): void {
  if (!/^String(Not)?(Equals|Like)(IgnoreCase)?$/.test(test.operator)) return;
  const wild = test.operator.endsWith('Like');
  test.values.forEach((value, index) => {
    // Of a wildcard in a literal operator the compiler says so itself.
    if (value.includes('${') || (!wild && hasWildcard(value))) return;
    const folded = test.operator.endsWith('IgnoreCase') ? value.toLowerCase() : value;
    const isPossible = wild && hasWildcard(value) ? form.canBegin(fixedPart(value)) : form.accepts(folded);
    if (isPossible) return;
    const mended = form.mend(value);
    const fix = mended === null || mended === value ? `its values are ${form.says}` : `write ${mended}`;
    const code = form === FULL_REF ? 'short-ref' : 'impossible-value';
    find([...test.path, index], code, `${name} of ${known.of} is never ${JSON.stringify(value)}`, fix);
  });
}

/** Names that can change hands, and patterns that leave open whose they are. */
function lintName(test: Test, claim: Claim, name: string, { known, beside }: Party, find: Find): void {
  if (!isPositiveText(test)) return;
  const isWhole = isEquality(test) || test.values.some((value) => !hasWildcard(value));
  if (claim.composed !== null && isWhole) {
    find(
      test.path,
      'raw-sub',
      `${name} of ${known.of} is made of names and settings that can change`,
      `test ${claim.composed}`,
    );
    return;
  }
  if (isPattern(test) && lintPattern(test, claim, name, find) === 'open') return;
  const [id] = claim.ids;
  if (id === undefined || test.values.every((value) => /^[a-z_]+:[^/@]+@/.test(value))) return;
  if (beside.some((other) => pins(other, claim.ids))) return;
  const message = `${name} is a name, which ${known.of} may give to somebody else, and no id is pinned beside it`;
  find(test.path, 'mutable-name', message, `add claims.${id} with StringEquals, here or in require`);
}

const pins = (test: Test, ids: readonly string[]): boolean =>
  isEquality(test) &&
  !test.ifExists &&
  test.quantifier !== 'ForAllValues' &&
  test.values.every((value) => !hasWildcard(value)) &&
  ids.some((id) => test.key === `claims.${id}` || test.key === `actor.claims.${id}`);

function lintPattern(test: Test, claim: Claim, name: string, find: Find): 'open' | 'fixed' {
  let owner: 'open' | 'fixed' = 'fixed';
  test.values.forEach((value, index) => {
    const at = wildcardAt(value);
    if (at === 0 || at === value.length) return;
    if (!isOpen(value.slice(0, at), claim)) return;
    owner = 'open';
    const fix = `write ${value.slice(0, at)}/* if that is the owner`;
    find([...test.path, index], 'open-pattern', `the owner in ${name} is left open: ${value}`, fix);
  });
  return owner;
}

/** True where the wildcard begins within the owner's name. */
function isOpen(fixed: string, claim: Claim): boolean {
  if (claim.form === PATH || claim.form === WORKFLOW) return !fixed.includes('/');
  if (claim.composed !== null) return /^(repo|project_path):[^/@]*$/.test(fixed);
  return claim.form === NAME && claim.ids.length > 0;
}
