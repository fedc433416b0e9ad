import { describe, expect, it } from '@jest/globals';
import { type Mutant, mutantsOf } from './mutant.ts';
import { judgeable, loadsRooms, widestFirst } from './surveys.ts';

const NARROW = 'tests/ledger/denials.test.ts';
const WIDE = 'tests/policy/decide.test.ts';
const mutants = ['lib/ledger/denials.ts', 'lib/policy/string-values.ts'].flatMap(mutantsOf);
const pathsOf = (of: readonly Mutant[]) => [...new Set(of.map(({ path }) => path))];

describe('a budget that is too small for every test file', () => {
  it('leaves out the mutants of what an unsurveyed one loads: killed or not, nobody knows who would notice', () => {
    expect(pathsOf(judgeable(mutants, [NARROW]))).toEqual(['lib/policy/string-values.ts']);
    expect(judgeable(mutants, [])).toEqual(mutants);
  });

  it('is spent on those first that load most, and on none that loads nothing of it', () => {
    const paths = ['lib/ledger/denials.ts', 'lib/policy/string-values.ts', 'lib/policy/decide.ts'];
    expect(widestFirst([NARROW, 'tests/aws/wire/endpoint.test.ts', WIDE], paths)).toEqual([WIDE, NARROW]);
  });
});

describe('a test file', () => {
  const survey = { file: 'a.test.ts', modules: [], loadMs: 0, atLoad: ['lib/policy/glob.ts#0'] };
  const test = (covered: readonly string[]) => ({ id: 0, name: 'a', ms: 1, covered });

  it('may notice what it executes, and what is evaluated when it loads', () => {
    expect(loadsRooms({ ...survey, tests: [test([])] })).toBe(true);
    expect(loadsRooms({ ...survey, atLoad: [], tests: [test(['lib/policy/glob.ts#0'])] })).toBe(true);
  });

  it('without a test, or that loads no room, notices nothing', () => {
    expect(loadsRooms({ ...survey, tests: [] })).toBe(false);
    expect(loadsRooms({ ...survey, atLoad: [], tests: [test([])] })).toBe(false);
  });
});
