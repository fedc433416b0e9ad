import { describe, expect, it } from '@jest/globals';
import { readYaml } from '../../lib/configuration/yaml-file.ts';

describe('a YAML file', () => {
  it('gives its values and the place of each field', () => {
    const file = readYaml('a:\n  b:\n    - x\n    - y\nc: { d: 1 }\n');
    expect(file.value).toEqual({ a: { b: ['x', 'y'] }, c: { d: 1 } });
    expect(file.positionOf(['a', 'b', 1])).toEqual({ line: 4, column: 7 });
    expect(file.positionOf(['c', 'd'])).toEqual({ line: 5, column: 6 });
  });

  it('gives the place of the nearest field above one that is missing', () => {
    expect(readYaml('a:\n  b: 1\n').positionOf(['a', 'b', 'c', 0])).toEqual({ line: 2, column: 3 });
  });

  it('reads YAML 1.2: yes, on and dates are text', () => {
    expect(readYaml('a: yes\nb: on\nc: 2012-10-17\n').value).toEqual({ a: 'yes', b: 'on', c: '2012-10-17' });
  });

  it.each([
    ['an account id as a number', 'a: 012345678901\n', 1, /would be read as 12345678901/],
    ['a hexadecimal number', 'a: 0x1F\n', 1, /would be read as 31/],
    ['an exponent', 'a: 1e3\n', 1, /would be read as 1000/],
    ['a number beyond doubles', 'a: 12345678901234567890\n', 1, /quotes/],
    ['not a number', 'a: .nan\n', 1, /quotes/],
    ['a key that is a number', '1: a\n', 1, /key must be a string/],
    ['a key that is a list', '? [a]\n: b\n', 1, /key must be a string/],
    ['a key that is null', '~: b\n', 1, /key must be a string/],
    ['__proto__', 'a:\n  __proto__: { x: 1 }\n', 2, /__proto__/],
    ['a merge key', 'a: &x { b: 1 }\nc: { <<: *x }\n', 2, /merge keys/],
    ['a tag of another language', 'a: !!js/function "x"\n', 1, /tag/i],
    ['a binary tag', 'a: !!binary aGk=\n', 1, /tag/i],
    ['an anchor that is not there', 'b: 1\na: *x\n', 2, /^the alias \*x has no anchor before it$/],
    ['an anchor that comes later', 'b: 1\na: *x\nc: &x 1\n', 2, /^the alias \*x has no anchor before it$/],
    ['text that is not YAML', 'a: [1\nb: 2\n', 2, /./],
  ])('refuses %s', (_name, text, line, message) => {
    expect(readYaml(text).faults).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ line, message: expect.stringMatching(message) as unknown as string }),
      ]),
    );
  });

  it.each([
    ['a key twice', 'a: 1\nb: 2\na: 3\n', 3, ['a']],
    ['a nested key twice', 'a:\n  b: 2\n  b: 3\n', 3, ['a', 'b']],
    ['a key twice in a list', 'a:\n  - b: 1\n  - { c: 2, "c": 3 }\n', 3, ['a', 1, 'c']],
  ])('refuses %s and says which field it is', (_name, text, line, path) => {
    expect(readYaml(text).faults).toMatchObject([{ line, path, message: 'stands here twice' }]);
  });

  it('takes the same key in two maps', () => {
    expect(readYaml('a: { c: 1 }\nb: { c: 1 }\n').faults).toEqual([]);
  });

  it('refuses aliases that multiply', () => {
    const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const bomb = levels.map((name, index) => {
      const inner = index === 0 ? '"x"' : `*${levels[index - 1]}`;
      return `${name}: &${name} [${Array(9).fill(inner).join(', ')}]`;
    });
    expect(readYaml(bomb.join('\n')).faults).toMatchObject([
      { line: 1, column: 1, message: expect.stringMatching(/^its aliases stand for more than 100 values$/) },
    ]);
  });

  it('refuses nesting without end', () => {
    const file = readYaml(`a: ${'['.repeat(200)}${']'.repeat(200)}\n`);
    expect(file.faults).toMatchObject([{ line: 1, message: expect.stringMatching(/nested deeper/) }]);
    expect(file.value).toBeUndefined();
  });

  it('lets an anchor be used again in its file', () => {
    expect(readYaml('a: &x [1]\nb: *x\n').value).toEqual({ a: [1], b: [1] });
  });
});

it('reads the operator `Null` as a key without quotes, as the contract writes it', () => {
  expect(readYaml('when:\n  Null: { claims.x: "false" }\n')).toMatchObject({
    value: { when: { Null: { 'claims.x': 'false' } } },
    faults: [],
  });
});
