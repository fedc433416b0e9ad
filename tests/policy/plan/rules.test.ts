/** How rules are split into atoms, and whom two lists of rules differ in. */
import { describe, expect, it } from '@jest/globals';
import type { ConditionsDocument, Rule } from '../../../lib/configuration/documents/rules.ts';
import { atomsOf } from '../../../lib/policy/plan/atoms.ts';
import { compareRules } from '../../../lib/policy/plan/rules.ts';
import { rule } from '../people.ts';

const range = (count: number, prefix = 'v'): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);
const when = (operator: string, values: readonly string[], key = 'claims.ref'): ConditionsDocument => ({
  [operator]: { [key]: values },
});
const testsOf = (document: ConditionsDocument) => atomsOf(rule({ when: document })).map(({ tests }) => tests);

describe('a rule is its atoms together', () => {
  it('one of each connection, client and actor, by what it names', () => {
    const actor = { connections: ['agents'], clients: ['bot'], when: null };
    const named = atomsOf(rule({ connections: ['a', 'b'], clients: ['c'], actor }));
    expect(named).toEqual([
      { connection: 'a', client: 'c', actor: { connection: 'agents', client: 'bot' }, tests: [] },
      { connection: 'b', client: 'c', actor: { connection: 'agents', client: 'bot' }, tests: [] },
    ]);
    expect(atomsOf(rule())).toEqual([{ connection: null, client: null, actor: null, tests: [] }]);
    expect(atomsOf(rule({ actor: { connections: null, clients: null, when: null } }))).toEqual([
      { connection: null, client: null, actor: { connection: null, client: null }, tests: [] },
    ]);
  });

  it('with the tests of the actor and of what is demanded beside its own', () => {
    const actor = { connections: null, clients: ['bot'], when: when('Bool', ['true'], 'actor.claims.x') };
    const atoms = atomsOf(rule({ when: when('Bool', ['true']), actor }), [when('Bool', ['false'], 'claims.y')]);
    expect(atoms.map(({ tests }) => tests.map(({ key }) => key))).toEqual([
      ['claims.ref', 'actor.claims.x', 'claims.y'],
    ]);
  });

  it.each<[string, readonly string[], number]>([
    ['StringEquals', ['a', 'b', 'a'], 2],
    ['ForAnyValue:StringEquals', ['a', 'b'], 2],
    ['ForAllValues:StringEquals', ['a', 'b'], 1],
    ['StringNotEquals', ['a', 'b'], 1],
    ['NotIpAddress', ['10.0.0.0/8', '192.0.2.0/24'], 1],
    ['Unheard', ['a', 'b'], 1],
  ])('%s of %j is %d', (operator, values, count) => {
    expect(testsOf(when(operator, values))).toHaveLength(count);
  });

  it.each<[string, readonly string[], string]>([
    ['StringLike', ['main'], 'StringEquals'],
    ['ForAnyValue:StringLikeIfExists', ['main'], 'ForAnyValue:StringEqualsIfExists'],
    ['StringLike', ['rel*'], 'StringLike'],
    ['StringLike', ['${*}'], 'StringEquals'],
    ['ForAllValues:StringLike', ['main', 'rel*'], 'ForAllValues:StringLike'],
    ['ForAllValues:StringLike', ['main', 'next'], 'ForAllValues:StringEquals'],
    ['StringNotLike', ['main'], 'StringNotLike'],
    ['StringEquals', ['rel*'], 'StringEquals'],
  ])('a pattern without a wildcard is a text: %s %j is %s', (operator, values, read) => {
    expect(testsOf(when(operator, values)).map(([test]) => test?.operator)).toEqual([read]);
  });

  it('up to 512 of its lists; one that would make more stays whole', () => {
    expect(testsOf(when('StringEquals', range(512)))).toHaveLength(512);
    expect(testsOf(when('StringEquals', range(513))).map(([test]) => test?.values)).toEqual([range(513)]);
    const two = (count: number) => ({ StringEquals: { 'claims.a': range(32), 'claims.b': range(count) } });
    expect(testsOf(two(16))).toHaveLength(512);
    expect(testsOf(two(17)).map(([, test]) => test?.values)).toEqual(Array.from({ length: 32 }, () => range(17)));
  });
});

describe('whom two lists of rules differ in', () => {
  const github = (document: ConditionsDocument): Rule => rule({ connections: ['github'], when: document });
  const added = (before: readonly Rule[], after: readonly Rule[]) => compareRules(before, after, 'allow').added;
  it.each<[string, readonly Rule[], readonly Rule[], readonly string[]]>([
    [
      'a rule within one that is new too, by the wider',
      [],
      [github(when('StringEquals', ['rel-1'])), github(when('StringLike', ['rel-*']))],
      ['whoever comes from github where claims.ref is like rel-*'],
    ],
    [
      'two that say the same, by the first',
      [],
      [github(when('NumericEquals', ['1'])), github(when('NumericEquals', ['1.0']))],
      ['whoever comes from github where claims.ref is 1'],
    ],
    [
      'several that differ in more than one place, each',
      [],
      [github(when('StringEquals', ['main'])), rule({ connections: ['people'] })],
      ['whoever comes from github where claims.ref is main', 'whoever comes from people'],
    ],
    [
      'what of it is known, by the exception',
      [github(when('StringEquals', ['rel-1', 'rel-2']))],
      [github(when('StringLike', ['rel-*'])), github(when('StringEquals', ['main']))],
      [
        'whoever comes from github where claims.ref is like rel-*, unless claims.ref is rel-1 or rel-2',
        'whoever comes from github where claims.ref is main',
      ],
    ],
  ])('%s', (_, before, after, who) => {
    expect(added(before, after)).toEqual(who);
  });
});
