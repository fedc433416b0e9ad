import type { ConditionsDocument, Rule } from '../../configuration/documents/rules.ts';
import { readOperatorName } from '../iam/condition.ts';
import { hasWildcard } from '../string-values.ts';

/** One operator on one key; any of the values satisfies it, where the operator is no negation. */
export interface Test {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/**
 * A part of a rule that names one of each: a rule is all of its atoms together. null of a name: the rule does not name
 * one. All tests must hold, the actor's among them.
 */
export interface Atom {
  readonly connection: string | null;
  readonly client: string | null;
  readonly actor: { readonly connection: string | null; readonly client: string | null } | null;
  readonly tests: readonly Test[];
}

/** Lists that would split a rule further are kept whole. */
const MAX_ATOMS = 512;

/**
 * Splits a rule at its lists, so that what two rules share can be told whatever way their lists are written. What
 * `demands` say must hold too.
 */
export function atomsOf(
  { connections, clients, actor, when }: Rule,
  demands: readonly ConditionsDocument[] = [],
): readonly Atom[] {
  let count = 1;
  const split = <T>(choices: readonly T[], whole: readonly T[]): readonly T[] => {
    if (count * choices.length > MAX_ATOMS) return whole;
    count *= choices.length;
    return choices;
  };
  const names = (list: readonly string[] | null | undefined): readonly (string | null)[] => list ?? [null];
  const documents = [when, actor?.when, ...demands];
  const tests = documents.flatMap(testsOf).map((test) => split(alternatives(test), [test]));
  const parties = product([names(connections), names(clients), names(actor?.connections), names(actor?.clients)]);
  return parties.flatMap(([connection = null, client = null, actorConnection = null, actorClient = null]) =>
    product(tests).map((chosen) => ({
      connection,
      client,
      actor: actor === null ? null : { connection: actorConnection, client: actorClient },
      tests: chosen.map(plain),
    })),
  );
}

function testsOf(when: ConditionsDocument | null | undefined): readonly Test[] {
  return Object.entries(when ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values })),
  );
}

const isNegated = (base: string): boolean => base.includes('Not');

/** Any of several values is each of them; a negation and `ForAllValues:` are about all of them at once. */
function alternatives(test: Test): readonly Test[] {
  const name = readOperatorName(test.operator);
  if (name === null || isNegated(name.base) || name.quantifier === 'all') return [test];
  return [...new Set(test.values)].map((value) => ({ ...test, values: [value] }));
}

/** A pattern without a wildcard is a text. */
const plain = (test: Test): Test =>
  test.values.some(hasWildcard) ? test : { ...test, operator: test.operator.replace('StringLike', 'StringEquals') };

function product<T>(choices: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return choices.reduce<readonly (readonly T[])[]>(
    (rows, options) => rows.flatMap((row) => options.map((option) => [...row, option])),
    [[]],
  );
}
