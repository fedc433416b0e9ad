/** A process that runs test files over fresh copies of the project's modules, one question at a time. */
import fc from 'fast-check';
import { ModuleGraph, type Transform } from '../modules/graph.ts';
import { Coverage } from './coverage.ts';
import { mutantsOf, mutated } from './mutant.ts';
import { type Answer, type Ask, asAsk, type Survey } from './protocol.ts';
import { collector, runTests, type Suite, type TestCase } from './suite.ts';

const SURVEY_LIMIT_MS = 60_000;
const GROUP_MS = 30;

// What a mutant leaves behind is not a test's failure; a counterexample need not be small to kill.
process.on('unhandledRejection', () => {});
fc.configureGlobal({ endOnFailure: true });

async function survey(file: string): Promise<Survey> {
  const coverage = new Coverage();
  await coverage.start();
  const began = performance.now();
  const { tests, globals, restore } = collector();
  const graph = new ModuleGraph(({ code }) => code, globals);
  await graph.load(file);
  const loadMs = performance.now() - began;
  const atLoad = await coverage.take();
  const found = await surveyTests(tests, coverage);
  await coverage.stop();
  restore();
  return { file, modules: graph.paths, loadMs, atLoad, tests: found };
}

/** Coverage is taken once for all tests that together take a moment: choosing among them would save nothing. */
async function surveyTests(tests: readonly TestCase[], coverage: Coverage): Promise<Survey['tests']> {
  const prepared = new Map<Suite, readonly string[]>();
  const found: Survey['tests'][number][] = [];
  let group: { test: TestCase; ms: number }[] = [];
  const take = async () => {
    const covered = await coverage.take();
    for (const { test, ms } of group) {
      const before = test.suites.flatMap((suite) => prepared.get(suite) ?? []);
      found.push({ id: test.id, name: test.name, ms, covered: [...new Set([...before, ...covered])] });
    }
    group = [];
    return covered;
  };
  await runTests(tests, () => SURVEY_LIMIT_MS, {
    prepared: async (suite) => void prepared.set(suite, await take()),
    finished: async (test, ms, failure) => {
      if (failure !== undefined) throw new Error(`${test.name}: ${text(failure)}`);
      group.push({ test, ms });
      if (group.reduce((sum, each) => sum + each.ms, 0) >= GROUP_MS) await take();
      return 'go on';
    },
  });
  await take();
  return found;
}

async function attempt({ file, mutant, tests: ids, limitMs }: Extract<Ask, { kind: 'try' }>): Promise<Answer> {
  const began = performance.now();
  const answer = (failed: Extract<Answer, { kind: 'try' }>['failed']): Answer => ({
    kind: 'try',
    failed,
    ms: performance.now() - began,
    rss: process.memoryUsage.rss(),
  });
  const { tests, globals, restore } = collector();
  try {
    await new ModuleGraph(mutant === null ? ({ code }) => code : mutating(mutant), globals).load(file);
  } catch (thrown) {
    return answer({ test: 'loading', id: null, why: text(thrown) });
  }
  const wanted =
    ids === null ? tests : ids.map((id) => tests[id]).filter((test): test is TestCase => test !== undefined);
  let failed: Extract<Answer, { kind: 'try' }>['failed'] = null;
  if (ids !== null && wanted.length < ids.length) failed = { test: 'loading', id: null, why: 'some tests are gone' };
  await runTests(failed === null ? wanted : [], () => limitMs, {
    finished: async ({ name, id }, _ms, failure) => {
      if (failure === undefined) return 'go on';
      failed = { test: name, id, why: text(failure) };
      return 'stop';
    },
  });
  restore();
  return answer(failed);
}

function mutating({ path, index }: { readonly path: string; readonly index: number }): Transform {
  const mutant = mutantsOf(path)[index];
  if (mutant === undefined) throw new Error(`${path} has no mutant ${index}`);
  return (source) => (source.path === path ? mutated(mutant) : source.code);
}

const text = (thrown: unknown): string => String(thrown instanceof Error ? thrown.message : thrown).slice(0, 400);

async function answer(ask: Ask): Promise<Answer> {
  try {
    return ask.kind === 'survey' ? { kind: 'survey', survey: await survey(ask.file) } : await attempt(ask);
  } catch (thrown) {
    return { kind: 'broken', why: text(thrown) };
  }
}

process.on('message', async (message) => {
  process.send?.(await answer(asAsk(message)));
});
