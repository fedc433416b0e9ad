import type { Rule } from '../../configuration/documents/rules.ts';
import { type Atom, atomsOf } from './atoms.ts';
import { isWithin, narrowerBy } from './implies.ts';
import { demandsOf, whoAre } from './who.ts';

export interface RulesDifference {
  /** Who is among the rules now and was not, in words. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Who two lists of rules differ in. Order, lists written as several rules and the like make no difference. */
export function compareRules(
  before: readonly Rule[],
  after: readonly Rule[],
  place: 'allow' | 'deny',
): RulesDifference {
  const split = (rules: readonly Rule[]) => rules.flatMap((rule) => atomsOf(rule));
  return compareAtoms(split(before), split(after), place);
}

export function compareAtoms(old: readonly Atom[], now: readonly Atom[], place: 'allow' | 'deny'): RulesDifference {
  return { added: told(now, old, place), removed: told(old, now, place) };
}

/** Atoms that are in none of the others, in words, with what of them is in others all the same. */
function told(atoms: readonly Atom[], others: readonly Atom[], place: 'allow' | 'deny'): readonly string[] {
  const groups = new Map<string, Atom[]>();
  for (const atom of without(atoms, others, place)) {
    const parts = others.filter((other) => isWithin(other, atom, place)).map((part) => narrowerBy(part, atom));
    const except = parts.length === 0 ? '' : ` unless ${demandsOf(parts)}`;
    groups.set(except, [...(groups.get(except) ?? []), atom]);
  }
  return [...groups].flatMap(([except, alike]) => whoAre(alike).map((who) => exceptFor(who, except)));
}

/** A clause about who acts ends with a comma already. */
const exceptFor = (who: string, except: string): string => (except === '' ? who : `${who.replace(/,$/, '')},${except}`);

function without(atoms: readonly Atom[], others: readonly Atom[], place: 'allow' | 'deny'): readonly Atom[] {
  const alone = atoms.filter((atom) => !others.some((other) => isWithin(atom, other, place)));
  // What is part of another one that is told is told with it; of two that are alike the first is told.
  return alone.filter(
    (atom, at) =>
      !alone.some((other, otherAt) => isWithin(atom, other, place) && (otherAt < at || !isWithin(other, atom, place))),
  );
}
