import { expect } from 'expect';
import { ModuleMocker } from 'jest-mock';

type Body = () => unknown;

export interface TestCase {
  /** Place in the file, in the order of definition. */
  readonly id: number;
  readonly name: string;
  readonly run: Body;
  /** Outermost first. */
  readonly suites: readonly Suite[];
}

export class Suite {
  readonly name: string;
  readonly hooks = {
    beforeAll: [] as Body[],
    beforeEach: [] as Body[],
    afterEach: [] as Body[],
    afterAll: [] as Body[],
  };
  constructor(name: string) {
    this.name = name;
  }
}

/** The tests of one file, collected through what it imports from `@jest/globals`, and the exports that collect them. */
export function collector() {
  const jest = new ModuleMocker(globalThis);
  const root = new Suite('');
  const tests: TestCase[] = [];
  let open: readonly Suite[] = [root];

  const test = (name: string, run: Body): void => {
    tests.push({
      id: tests.length,
      name: [...open.map((suite) => suite.name), name].join(' ').trim(),
      run,
      suites: open,
    });
  };
  const describe = (name: string, define: Body): void => {
    const outside = open;
    open = [...outside, new Suite(name)];
    define();
    open = outside;
  };
  const hook = (kind: keyof Suite['hooks']) => (body: Body) => open.at(-1)?.hooks[kind].push(body);
  const globals = {
    describe: withEach(describe),
    it: withEach(test),
    test: withEach(test),
    expect,
    jest,
    beforeAll: hook('beforeAll'),
    beforeEach: hook('beforeEach'),
    afterEach: hook('afterEach'),
    afterAll: hook('afterAll'),
  };
  return { tests, globals, restore: () => jest.restoreAllMocks() };
}

/** `each` over a list: where each row is a list, it is its arguments. */
function withEach(define: (name: string, body: Body) => void) {
  const each = (rows: readonly unknown[]) => (name: string, body: (...row: readonly unknown[]) => unknown) => {
    const table = rows.every((row) => Array.isArray(row)) ? rows : rows.map((row) => [row]);
    table.forEach((row, index) => {
      define(`${name} #${index}`, () => body(...row));
    });
  };
  return Object.assign(define, { each });
}

export interface Watch {
  /** After a suite's `beforeAll`. */
  readonly prepared?: (suite: Suite) => Promise<void>;
  /** After each test. `failure` is what it threw. */
  readonly finished: (test: TestCase, milliseconds: number, failure: unknown) => Promise<'go on' | 'stop'>;
}

/**
 * Runs `wanted` in order, with the hooks of their suites, until `watch` says stop. A hook that fails, fails the test
 * that it was for.
 */
export async function runTests(
  wanted: readonly TestCase[],
  limitMs: (test: TestCase) => number,
  watch: Watch,
): Promise<void> {
  const prepared = new Set<Suite>();
  try {
    for (const test of wanted) {
      const began = performance.now();
      const failure = await withinLimit(limitMs(test), () => runOne(test, prepared, watch));
      if ((await watch.finished(test, performance.now() - began, failure)) === 'stop') return;
    }
  } finally {
    for (const suite of [...prepared].reverse()) for (const body of suite.hooks.afterAll) await attempt(body);
  }
}

async function runOne({ suites, run }: TestCase, prepared: Set<Suite>, watch: Watch): Promise<void> {
  for (const suite of suites) {
    if (prepared.has(suite)) continue;
    prepared.add(suite);
    for (const body of suite.hooks.beforeAll) await body();
    if (suite.hooks.beforeAll.length > 0) await watch.prepared?.(suite);
  }
  try {
    for (const suite of suites) for (const body of suite.hooks.beforeEach) await body();
    await run();
  } finally {
    for (const suite of [...suites].reverse()) for (const body of suite.hooks.afterEach) await body();
  }
}

/** What `body` threw; undefined where it went well. */
async function withinLimit(limitMs: number, body: () => Promise<void>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<unknown>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`not done after ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([attempt(body), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function attempt(body: Body): Promise<unknown> {
  try {
    await body();
    return undefined;
  } catch (thrown) {
    return thrown ?? new Error('threw nothing');
  }
}
