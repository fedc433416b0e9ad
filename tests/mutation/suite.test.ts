import { describe, expect, it } from '@jest/globals';
import { collector, runTests } from './suite.ts';

/** What happens when a file's tests are run here, as Jest would. */
async function ran(
  define: (globals: ReturnType<typeof collector>['globals'], say: (word: string) => () => void) => void,
) {
  const said: string[] = [];
  const failures: string[] = [];
  const { tests, globals } = collector();
  define(globals, (word) => () => void said.push(word));
  await runTests(tests, () => 200, {
    finished: async ({ name }, _ms, failure) => {
      if (failure !== undefined) failures.push(name);
      return 'go on';
    },
  });
  return { said, failures, names: tests.map(({ name }) => name) };
}

describe('a test file, run in one process with others', () => {
  it('has the hooks of its suites around its tests, as in Jest', async () => {
    const { said } = await ran(({ describe: suite, it: test, beforeAll, beforeEach, afterEach, afterAll }, say) => {
      beforeAll(say('all'));
      afterAll(say('over'));
      suite('inner', () => {
        beforeEach(say('before'));
        afterEach(say('after'));
        test('a', say('a'));
        test('b', say('b'));
      });
    });
    expect(said).toEqual(['all', 'before', 'a', 'after', 'before', 'b', 'after', 'over']);
  });

  it('has a test for each row', async () => {
    const { names, failures } = await ran(({ it: test }) => {
      test.each([
        [1, 1],
        [1, 2],
      ])('row', (a, b) => expect(a).toBe(b));
      test.each(['x'])('text', (value) => expect(value).toBe('x'));
      // Only where all are lists is each its arguments.
      test.each([['x'], 'x'])('either', (value: unknown) => expect([['x'], 'x']).toContainEqual(value));
    });
    expect(names).toEqual(['row #0', 'row #1', 'text #0', 'either #0', 'either #1']);
    expect(failures).toEqual(['row #1']);
  });

  it('fails what throws, what rejects, what does not end, and what a hook was for', async () => {
    const { failures } = await ran(({ describe: suite, it: test, ...hooks }) => {
      test('throws', () => {
        throw new Error('no');
      });
      test('rejects', async () => Promise.reject(new Error('no')));
      test('hangs', () => new Promise(() => {}));
      test('passes', () => {});
      suite('hook', () => {
        hooks.beforeAll(() => Promise.reject(new Error('no')));
        test('of it', () => {});
      });
    });
    expect(failures).toEqual(['throws', 'rejects', 'hangs', 'hook of it']);
  });
});
