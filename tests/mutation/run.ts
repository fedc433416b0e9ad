/** `npm run mutation`: how many small changes of the rooms' code do their tests notice? */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { ROOT } from '../modules/root.ts';
import { Child } from './child.ts';
import { Judge, type Verdict } from './judge.ts';
import { Judged, readJudged } from './judged.ts';
import { mutantsOf } from './mutant.ts';
import { roomFiles } from './places.ts';
import { Plan } from './plan.ts';
import { describeMutant, problems, table } from './report.ts';
import { sampled } from './sample.ts';
import { judgeAll } from './session.ts';
import { Store } from './store.ts';
import { judgeable, survey } from './surveys.ts';

const USAGE = `npm run mutation -- [--files PREFIX]… [--since REVISION] [--budget SECONDS] [--seed N] [--workers N] [--show]
                        [--least PERCENT] [--survivors fail|report]
  --files    only files whose path begins so (lib/policy)
  --since    only files that differ from that revision
  --budget   is over after about that many seconds: a sample, by --seed (default: the commit's)
  --least    of 100 that must be killed (default 90); --survivors report: one that nobody judged is no failure
  --show     prints each mutant that is not killed, judged or not`;

const { values } = parseArgs({
  options: {
    files: { type: 'string', multiple: true },
    since: { type: 'string' },
    budget: { type: 'string' },
    seed: { type: 'string' },
    workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    least: { type: 'string', default: '90' },
    survivors: { type: 'string', default: 'fail' },
    show: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/**
 * Of a budget, until when test files are run to see what they execute, and until when mutants are begun: then what
 * killed them is run once more.
 */
const SURVEY_SHARE = 0.55;
const JUDGING_SHARE = 0.88;

const say = (line: string): void => console.log(line);
const git = (...words: readonly string[]): string => execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).trim();

function chosenFiles(): readonly string[] {
  const since = values.since === undefined ? null : new Set(git('diff', '--name-only', values.since).split('\n'));
  const prefixes = values.files ?? [''];
  return roomFiles().filter(
    (path) => prefixes.some((prefix) => path.startsWith(prefix)) && (since === null || since.has(path)),
  );
}

async function main(): Promise<number> {
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const files = chosenFiles();
  const seed =
    values.seed === undefined ? Number.parseInt(git('rev-parse', 'HEAD').slice(0, 8), 16) : Number(values.seed);
  const mutants = sampled(files, seed);
  say(`${mutants.length} mutants of ${files.length} files; seed ${seed}`);
  const children = Array.from({ length: Number(values.workers) }, () => new Child());
  const began = performance.now();
  try {
    const budgetMs = values.budget === undefined ? Number.POSITIVE_INFINITY : Number(values.budget) * 1000;
    const { surveys, broken, unsurveyed } = await survey(children, files, say, began + SURVEY_SHARE * budgetMs);
    for (const { file, why } of broken) say(`fails unmutated: ${file}: ${why}`);
    const fair = judgeable(mutants, unsurveyed);
    if (fair.length < mutants.length) say(`left out: ${mutants.length - fair.length} mutants of what those load`);
    const judge = new Judge(new Plan(surveys), new Store<Verdict>('verdicts'));
    const judged = new Judged(readJudged());
    const left = JUDGING_SHARE * budgetMs - (performance.now() - began);
    const results = await judgeAll(fair, {
      children,
      judge,
      budgetMs: left,
      progress: (done) => {
        if (done % 100 === 0) say(`${done} of ${fair.length}, ${Math.round((performance.now() - began) / 1000)} s`);
      },
    });
    if (values.show) for (const result of results) if (result.status !== 'killed') say(describeMutant(result));
    say(table(results, judged));
    const stale = judged.stale(files, files.flatMap(mutantsOf));
    const measure = results.length === mutants.length && values.files === undefined ? 'whole' : 'sample';
    const survivors = values.survivors === 'report' ? 'report' : 'fail';
    const wanted = { leastKilled: Number(values.least), survivors, measure } as const;
    const wrong = [
      ...broken.map(({ file }) => `fails unmutated: ${file}`),
      ...(mutants.length > 0 && results.length === 0 ? ['nothing was judged: the budget is too small'] : []),
      ...problems(results, judged, stale, wanted),
    ];
    for (const problem of wrong) say(problem);
    return wrong.length === 0 ? 0 : 1;
  } finally {
    for (const child of children) child.stop();
  }
}

process.exitCode = await main();
