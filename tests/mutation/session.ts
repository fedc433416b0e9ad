import type { Child } from './child.ts';
import type { Judge, Result } from './judge.ts';
import type { Mutant } from './mutant.ts';

export interface SessionOptions {
  readonly children: readonly Child[];
  readonly judge: Judge;
  /** Nothing new is begun after that many milliseconds. */
  readonly budgetMs: number;
  readonly progress: (done: number, result: Result) => void;
}

/**
 * Judges `mutants` in order, on all workers. What a worker said counts once its killers are seen to pass there
 * unmutated.
 */
export async function judgeAll(mutants: readonly Mutant[], options: SessionOptions): Promise<readonly Result[]> {
  const { children, judge, budgetMs, progress } = options;
  const began = performance.now();
  const queue = [...mutants];
  const results: Result[] = [];
  const take = (): Mutant | undefined => (performance.now() - began > budgetMs ? undefined : queue.shift());
  const settle = (settled: readonly Result[]): void => {
    for (const result of settled) {
      results.push(result);
      progress(results.length, result);
    }
  };
  const work = async (child: Child): Promise<void> => {
    let unsettled: Result[] = [];
    for (let mutant = take(); mutant !== undefined; mutant = take()) {
      const known = judge.known(mutant);
      if (known !== undefined) {
        settle([known]);
        continue;
      }
      if (child.usedUp) {
        settle(await confirmed(child, judge, unsettled));
        unsettled = [];
      }
      unsettled.push(await judge.judge(child, mutant));
    }
    settle(await confirmed(child, judge, unsettled));
  };
  await Promise.all(children.map(work));
  return results;
}

/** The results, or, where the worker fails what nothing is wrong with, each of them again in a worker of its own. */
async function confirmed(child: Child, judge: Judge, results: readonly Result[]): Promise<readonly Result[]> {
  const killed = results.filter(({ status }) => status === 'killed');
  if (killed.length === 0 || (await judge.stillJudges(child, killed))) return results;
  const again: Result[] = results.filter(({ status }) => status !== 'killed');
  for (const { mutant } of killed) {
    child.stop();
    again.push(await judge.judge(child, mutant));
  }
  return again;
}
