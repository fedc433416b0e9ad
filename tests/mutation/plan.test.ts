import { describe, expect, it } from '@jest/globals';
import { keyOf } from './coverage.ts';
import { type Mutant, mutantsOf } from './mutant.ts';
import { Plan } from './plan.ts';
import type { Survey } from './protocol.ts';

const PATH = 'lib/ledger/denials.ts';
const OWN = 'tests/ledger/denials.test.ts';
const mutants = mutantsOf(PATH);
const inFunction = mutants.filter(({ atLoad }) => !atLoad).slice(0, 1);
const ofModule = mutants.filter(({ atLoad }) => atLoad).slice(0, 1);

/** A test file with tests of so many milliseconds, each of which executes these mutants. */
const surveyOf = (file: string, times: readonly number[], covered: readonly Mutant[]): Survey => ({
  ...{ file, modules: [PATH], loadMs: 0, atLoad: ofModule.map(keyOf) },
  tests: times.map((ms, id) => ({ id, name: `${id}`, ms, covered: covered.map(keyOf) })),
});

const tried = (surveys: readonly Survey[], [mutant]: readonly Mutant[]): readonly string[] =>
  mutant === undefined ? [] : new Plan(surveys).attempts(mutant).map(({ file, ms }) => `${file} ${ms}`);

describe('the tests of a mutant', () => {
  it('are those of its own file first, then the quick ones of others', () => {
    const surveys = [surveyOf('tests/quick.test.ts', [10], inFunction), surveyOf(OWN, [100], inFunction)];
    expect(tried(surveys, inFunction)).toEqual([`${OWN} 100`, 'tests/quick.test.ts 10']);
  });

  it('are all the quick ones of its own file, however long they take together, beside the time of the others', () => {
    const surveys = [surveyOf('tests/quick.test.ts', [10], inFunction), surveyOf(OWN, Array(40).fill(100), inFunction)];
    expect(tried(surveys, inFunction)).toEqual([`${OWN} 4000`, 'tests/quick.test.ts 10']);
  });

  it('are the slow ones of its own file at last, however long they take', () => {
    const surveys = [surveyOf(OWN, [4_000, 20], inFunction), surveyOf('tests/other.test.ts', [2_900], inFunction)];
    expect(tried(surveys, inFunction)).toEqual([`${OWN} 20`, 'tests/other.test.ts 2900', `${OWN} 4000`]);
  });

  it('are those of its folder like those of its own file', () => {
    const folder = 'tests/ledger.test.ts';
    const surveys = [surveyOf('tests/quick.test.ts', [10], inFunction), surveyOf(folder, [100], inFunction)];
    expect(tried(surveys, inFunction)).toEqual([`${folder} 100`, 'tests/quick.test.ts 10']);
  });

  it('take three seconds in all: one that takes too long is left out, and costs the others nothing', () => {
    const loads: Survey = { ...surveyOf('c', [600], []), atLoad: inFunction.map(keyOf) };
    const surveys = [surveyOf('a', [2_000], inFunction), surveyOf('b', [2_500], inFunction), loads];
    expect(tried(surveys, inFunction)).toEqual(['a 2000', 'c 600']);
  });

  it('of a module’s constant are those too that run none of its functions, the quickest first', () => {
    const surveys = [surveyOf('tests/runs.test.ts', [900], inFunction), surveyOf('tests/reads.test.ts', [5], [])];
    expect(tried(surveys, ofModule)).toEqual(['tests/reads.test.ts 5', 'tests/runs.test.ts 900']);
  });
});
