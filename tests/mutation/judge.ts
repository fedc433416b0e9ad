import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../modules/root.ts';
import type { Child } from './child.ts';
import { hashOf, hashOfAll } from './imports.ts';
import type { Mutant } from './mutant.ts';
import type { Attempt, Plan } from './plan.ts';
import type { Store } from './store.ts';

/** `late`: its tests did not end within their time, which kills too. `not run`: nothing executes it. */
export type Status = 'killed' | 'late' | 'survived' | 'not run';

export interface Verdict {
  readonly status: Status;
  /** The file, and the test, that noticed. */
  readonly by?: string;
  readonly file?: string;
  /** That test's place in the file; null: the file did not load. */
  readonly id?: number | null;
}

export interface Result extends Verdict {
  readonly mutant: Mutant;
}

/** Of one file: what a worker was left with fails its tests together, as a rule. */
const MOST_CONFIRMED = 3;

/** A mutant that loops costs its worker: how much longer than unmutated its tests may take. */
const limitOf = ({ ms }: Attempt): number => 3_000 + 5 * ms;

export class Judge {
  readonly #plan: Plan;
  readonly #store: Store<Verdict>;
  constructor(plan: Plan, store: Store<Verdict>) {
    this.#plan = plan;
    this.#store = store;
  }

  /** What was found before, where nothing has changed that it rests on. */
  known(mutant: Mutant): Result | undefined {
    const kept = this.#store.get(nameOf(mutant));
    if (kept?.entry.file !== undefined && !existsSync(join(ROOT, kept.entry.file))) return undefined;
    return kept !== undefined && kept.hash === this.#basis(mutant, kept.entry) ? { ...kept.entry, mutant } : undefined;
  }

  /** Tries the mutant on its tests until one notices. */
  async judge(child: Child, mutant: Mutant): Promise<Result> {
    const verdict = await decide(child, mutant, this.#plan.attempts(mutant));
    this.#store.put(nameOf(mutant), this.#basis(mutant, verdict), verdict);
    return { ...verdict, mutant };
  }

  /**
   * One that was killed stays so while the file that killed it is the same; a survivor, while all tests that were tried
   * are, and no other has its turn.
   */
  #basis(mutant: Mutant, verdict: Verdict): string {
    if (verdict.file !== undefined) return hashOf(verdict.file);
    return hashOfAll(this.#plan.attempts(mutant).map(({ file, tests }) => ({ file, tests })));
  }

  /** Whether tests that killed, a few of each file, still pass in that worker while nothing is mutated. */
  async stillJudges(child: Child, killed: readonly Result[]): Promise<boolean> {
    for (const [file, of] of Map.groupBy(killed, (result) => result.file ?? '')) {
      const tests = [...new Set(of.flatMap(({ id }) => id ?? []))].slice(0, MOST_CONFIRMED).sort((a, b) => a - b);
      const answer = await child.ask({ kind: 'try', file, mutant: null, tests, limitMs: 60_000 }, 120_000);
      if (answer === 'late' || answer.kind !== 'try' || answer.failed !== null) return false;
    }
    return true;
  }
}

async function decide(child: Child, { path, index }: Mutant, attempts: readonly Attempt[]): Promise<Verdict> {
  if (attempts.length === 0) return { status: 'not run' };
  for (const attempt of attempts) {
    const { file, tests } = attempt;
    const limitMs = limitOf(attempt);
    const answer = await child.ask({ kind: 'try', file, mutant: { path, index }, tests, limitMs }, limitMs + 2_000);
    if (answer === 'late') return { status: 'late', file };
    if (answer.kind !== 'try')
      throw new Error(`${file} could not be tried on ${path}#${index}: ${JSON.stringify(answer)}`);
    if (answer.failed !== null) return { status: 'killed', by: answer.failed.test, id: answer.failed.id, file };
  }
  return { status: 'survived' };
}

const nameOf = ({ path, start, original, text }: Mutant): string => `${path}:${start}:${original}:${text}`;
