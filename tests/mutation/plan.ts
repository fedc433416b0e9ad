import { dirname } from 'node:path/posix';
import { keyOf } from './coverage.ts';
import type { Mutant } from './mutant.ts';
import type { Survey } from './protocol.ts';

/** Tests of one file to try on a mutant. */
export interface Attempt {
  readonly file: string;
  /** Ids; null: all of the file. */
  readonly tests: readonly number[] | null;
  /** How long they took unmutated. */
  readonly ms: number;
  /** Whether none of them takes long by itself. */
  readonly quick: boolean;
}

interface Covering {
  readonly tests: ReadonlyMap<Survey, readonly number[]>;
  readonly loading: readonly Survey[];
}

/**
 * Which tests execute what: chosen from surveys, the file's own first, then the fastest, then those that are less
 * likely to notice.
 */
export class Plan {
  readonly #byKey = new Map<string, { tests: Map<Survey, number[]>; loading: Survey[] }>();
  readonly #byPath = new Map<string, Map<Survey, Set<number>>>();

  constructor(surveys: readonly Survey[]) {
    for (const survey of surveys) {
      for (const key of survey.atLoad) this.#at(key).loading.push(survey);
      for (const { id, covered } of survey.tests) for (const key of covered) this.#cover(key, survey, id);
    }
  }

  /** Empty: nothing executes it. */
  attempts(mutant: Mutant): readonly Attempt[] {
    const { tests, loading }: Covering = this.#byKey.get(keyOf(mutant)) ?? { tests: new Map(), loading: [] };
    const users = mutant.atLoad ? (this.#byPath.get(mutant.path) ?? new Map<Survey, Set<number>>()) : tests;
    const covering = [...users].flatMap(([survey, ids]) =>
      selected(
        survey,
        [...ids].sort((a, b) => a - b),
      ),
    );
    const rest = [...new Set([...users.keys(), ...loading])].filter(
      (survey) => [...(users.get(survey) ?? [])].length !== survey.tests.length,
    );
    // What a file keeps between its tests is executed by the first of them only: at last, all of them. A module's
    // constants are read by tests that run none of its functions: the quickest, whichever they are.
    const ordered = mutant.atLoad
      ? [...covering, ...rest.map(all)].sort(byTime)
      : [...covering.sort(byTime), ...rest.map(all).sort(byTime)];
    const own = ordered.filter(({ file }) => ownOf(mutant).includes(file));
    return [
      ...own.filter(({ quick }) => quick),
      ...within(ordered.filter((attempt) => !own.includes(attempt))),
      ...own.filter(({ quick }) => !quick),
    ];
  }

  #at(key: string) {
    const known = this.#byKey.get(key) ?? { tests: new Map<Survey, number[]>(), loading: [] as Survey[] };
    this.#byKey.set(key, known);
    return known;
  }

  #cover(key: string, survey: Survey, id: number): void {
    const { tests } = this.#at(key);
    tests.set(survey, [...(tests.get(survey) ?? []), id]);
    const path = key.slice(0, key.lastIndexOf('#'));
    const users = this.#byPath.get(path) ?? new Map<Survey, Set<number>>();
    this.#byPath.set(path, users.set(survey, (users.get(survey) ?? new Set()).add(id)));
  }
}

/**
 * How long the tests of others may take in all, unmutated; the quickest alone may take longer. Those of the mutant's
 * own file always have their turn, the quick ones first, the slow ones at last. A survivor takes all of it.
 */
const MOST_MS = 3_000;

function within(attempts: readonly Attempt[]): readonly Attempt[] {
  let left = MOST_MS;
  return attempts.filter(({ ms }, index) => {
    if (index > 0 && ms > left) return false;
    left -= ms;
    return true;
  });
}

/** Tests mirror what they are of: a file, or all of a folder. */
const ownOf = ({ path }: Mutant): readonly string[] => {
  const file = path.replace(/^lib\//, 'tests/').replace(/\.ts$/, '');
  return [`${file}.test.ts`, `${dirname(file)}.test.ts`];
};

const timeOf = ({ loadMs, tests }: Survey, ids: readonly number[]): number =>
  loadMs + ids.reduce((sum, id) => sum + (tests[id]?.ms ?? 0), 0);

/** A test that takes longer is tried apart, so that the quick ones of its file have their turn before. */
const QUICK_MS = 150;

function selected(survey: Survey, ids: readonly number[]): readonly Attempt[] {
  const isQuick = (id: number): boolean => (survey.tests[id]?.ms ?? 0) <= QUICK_MS;
  const [quick, slow] = [ids.filter(isQuick), ids.filter((id) => !isQuick(id))];
  return [
    { file: survey.file, tests: quick, ms: timeOf(survey, quick), quick: true },
    { file: survey.file, tests: slow, ms: timeOf(survey, slow), quick: false },
  ].filter(({ tests }) => tests.length > 0);
}

const all = (survey: Survey): Attempt => ({
  file: survey.file,
  tests: null,
  ms: timeOf(
    survey,
    survey.tests.map(({ id }) => id),
  ),
  quick: survey.tests.every(({ ms }) => ms <= QUICK_MS),
});

const byTime = (a: Attempt, b: Attempt): number => a.ms - b.ms;
