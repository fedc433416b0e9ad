import { describe, expect, it } from '@jest/globals';
import { parse } from 'acorn';
import { Judged } from './judged.ts';
import { type Mutant, mutate } from './mutant.ts';

const PATH = 'lib/policy/example.ts';

/** `original -> text` of each mutant of `code` that the operator made. */
const made = (code: string, operator: string): readonly string[] =>
  mutate({ path: PATH, text: code, code })
    .filter((mutant) => mutant.operator === operator)
    .map(({ original, text }) => `${original} -> ${text}`);

describe('a mutant', () => {
  it.each([
    ['condition', 'if (a > 1) stop();', ['a > 1 -> true', 'a > 1 -> false']],
    ['condition', 'const b = a ? 1 : 2;', ['a -> true', 'a -> false']],
    ['comparison', 'const b = a < 1;', ['< -> <=', '< -> >=']],
    ['comparison', 'const b = a === 1;', ['=== -> !==']],
    ['comparison', 'const b = a instanceof B;', ['a instanceof B -> !(a instanceof B)']],
    ['logical', 'const b = a && c;', ['&& -> ||']],
    ['logical', 'const b = a ?? c;', ['a ?? c -> (a)', 'a ?? c -> (c)']],
    ['boolean', 'const b = true;', ['true -> false']],
    ['negation', 'const b = !a;', ['!a -> a']],
    ['number', 'const b = 60_000;', ['60_000 -> 60001']],
    ['string', "const b = 'x';", ["'x' -> ''"]],
    ['string', "const b = '';", ["'' -> 'mutant'"]],
    ['string', 'const b = `a${c}`;', ['`a${c}` -> ``']],
    [
      'regular expression',
      'const b = /^a{1,3}$/;',
      ['/^a{1,3}$/ -> /a{1,3}$/', '/^a{1,3}$/ -> /^a{1,3}/', '/^a{1,3}$/ -> /^a{2,3}$/', '/^a{1,3}$/ -> /^a{1,4}$/'],
    ],
    ['emptied list', 'const b = [a];', ['[a] -> []']],
    ['emptied object', 'const b = { a };', ['{ a } -> {}']],
    ['arithmetic', 'const b = a + c;', ['+ -> -']],
    ['arithmetic', 'a -= 1;', ['-= -> +=']],
    ['optional chaining', 'const b = a?.c;', ['?. -> .']],
    ['statement left out', 'await a.put(b);', ['await a.put(b); -> ;']],
    ['statement left out', 'throw a;', ['throw a; -> ;']],
    ['emptied function', 'const b = () => ({ a });', [' ({ a }) ->  undefined']],
    ['emptied function', 'function b() { return a; }', ['{ return a; } -> {}']],
    ['method', 'const b = a.some(c);', ['some -> every']],
    ['method', 'const b = a.trim();', ['a.trim() -> a']],
  ])('by %s: %s', (operator, code, expected) => {
    expect(made(code, operator)).toEqual(expected);
  });

  it('has a place at load time where no function is around it', () => {
    const mutants = mutate({ path: PATH, text: '', code: 'const a = 1; const b = () => 2;' });
    expect(mutants.filter(({ operator }) => operator === 'number').map(({ atLoad }) => atLoad)).toEqual([true, false]);
  });

  it('is a program', () => {
    const code =
      'export const f = (a) => { if (!(a?.b ?? 1)) throw new Error(`x${a}`); return a.c || [1, { d: -2 }]; };';
    const mutants = mutate({ path: PATH, text: code, code });
    expect(mutants.length).toBeGreaterThan(10);
    for (const { start, end, text } of mutants) {
      const whole = code.slice(0, start) + text + code.slice(end);
      expect(() => parse(whole, { ecmaVersion: 'latest', sourceType: 'module' })).not.toThrow();
    }
  });
});

describe('a judgement', () => {
  const mutants = mutate({ path: PATH, text: 'const a = 1;\nconst b = 1;', code: 'const a = 1;\nconst b = 1;' });
  const entry = { file: PATH, line: 'const b = 1;', from: '1', to: '2', why: 'nothing reads it' };

  it('is of the mutant on its line, wherever that line is, and of no other', () => {
    const judged = new Judged([entry]);
    expect(mutants.map((mutant: Mutant) => judged.why(mutant))).toEqual([null, 'nothing reads it']);
    expect(judged.stale([PATH], mutants)).toEqual([]);
  });

  it('is stale once its line has changed', () => {
    const changed = { ...entry, line: 'const b = 2;' };
    expect(new Judged([changed]).stale([PATH], mutants)).toEqual([changed]);
    expect(new Judged([changed]).stale(['lib/policy/another.ts'], mutants)).toEqual([]);
  });
});
