import type { Child } from './child.ts';
import { closureOf, hashOf } from './imports.ts';
import type { Mutant } from './mutant.ts';
import { testFiles } from './places.ts';
import type { Survey } from './protocol.ts';
import { Store } from './store.ts';

const LIMIT_MS = 180_000;
/** However little of the budget is left. */
const LEAST_MS = 20_000;

export interface Surveyed {
  readonly surveys: readonly Survey[];
  /** Files whose tests fail while nothing is mutated: they can judge nothing. */
  readonly broken: readonly { readonly file: string; readonly why: string }[];
  /** Files that there was no time for. */
  readonly unsurveyed: readonly string[];
}

/**
 * Runs every test file that loads one of `paths` once, unmutated, and keeps what it executes until something that it
 * loads changes. None is begun after `until` (on the clock of `performance`): what those that are left load is not to
 * be judged (`judgeable`). So the ones that load most come first.
 */
export async function survey(
  children: readonly Child[],
  paths: readonly string[],
  say: (line: string) => void,
  until: number = Number.POSITIVE_INFINITY,
): Promise<Surveyed> {
  const store = new Store<Survey>('surveys');
  const files = widestFirst(testFiles(), paths);
  const surveys: Survey[] = [];
  const broken: { file: string; why: string }[] = [];
  const queue = files.filter((file) => {
    const kept = store.get(file);
    const good = kept?.hash === hashOf(file);
    if (kept !== undefined && good) surveys.push(kept.entry);
    return !good;
  });
  if (queue.length > 0) say(`surveying ${queue.length} of ${files.length} test files`);
  const ended: string[] = [];
  const work = async (child: Child): Promise<void> => {
    while (performance.now() < until) {
      const file = queue.shift();
      if (file === undefined) return;
      const answer = await surveyOne(child, file, until);
      if (answer === null) ended.push(file);
      else if (typeof answer === 'string') broken.push({ file, why: answer });
      else {
        store.put(file, hashOf(file), answer);
        surveys.push(answer);
      }
    }
  };
  await Promise.all(children.map(work));
  const unsurveyed = [...ended, ...queue];
  if (unsurveyed.length > 0) say(`no time for ${unsurveyed.length} test files: ${unsurveyed.join(', ')}`);
  const sorted = surveys.filter(loadsRooms).sort((a, b) => a.file.localeCompare(b.file));
  return { surveys: sorted, broken, unsurveyed };
}

/** Those of the test files that load one of `paths`: the more, the sooner. */
export function widestFirst(files: readonly string[], paths: readonly string[]): readonly string[] {
  const loaded = (file: string): number => paths.filter((path) => closureOf(file).has(path)).length;
  return files
    .map((file) => ({ file, count: loaded(file) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ file }) => file);
}

/**
 * The mutants whose every test could be chosen: of a module that a file loads which was not surveyed, nobody knows who
 * would notice. Those are left out whether they would survive or not, so that what is left is a fair sample.
 */
export function judgeable(mutants: readonly Mutant[], unsurveyed: readonly string[]): readonly Mutant[] {
  const unknown = new Set(unsurveyed.flatMap((file) => [...closureOf(file)]));
  return mutants.filter(({ path }) => !unknown.has(path));
}

/**
 * What one file left behind in its process may fail the next: a failure counts in a new one. null: the budget ended
 * before the file did, which says nothing of it.
 */
async function surveyOne(child: Child, file: string, until: number): Promise<Survey | string | null> {
  let why = '';
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const limitMs = Math.min(LIMIT_MS, Math.max(LEAST_MS, until - performance.now()));
    const answer = await child.ask({ kind: 'survey', file }, limitMs);
    if (answer !== 'late' && answer.kind === 'survey') return answer.survey;
    why =
      answer !== 'late' && answer.kind === 'broken' ? answer.why : `no answer within ${Math.round(limitMs / 1000)} s`;
    child.stop();
    if (answer === 'late' && limitMs < LIMIT_MS) return null;
  }
  return why;
}

/** Whether it has a test and loads a room: a test may do no more than read what that has at hand. */
export const loadsRooms = ({ atLoad, tests }: Survey): boolean =>
  tests.length > 0 && (atLoad.length > 0 || tests.some(({ covered }) => covered.length > 0));
