import type { Result } from './judge.ts';
import type { Judged, Judgement } from './judged.ts';
import { ROOMS, roomOf } from './places.ts';

/** When a run has failed. */
export interface Wanted {
  /** Of 100: fewer killed are too few. */
  readonly leastKilled: number;
  /** What a survivor is that nobody judged. */
  readonly survivors: 'fail' | 'report';
  /** `whole`: every room counts by itself. */
  readonly measure: 'whole' | 'sample';
}

const isKilled = ({ status }: Result): boolean => status === 'killed' || status === 'late';

const share = (results: readonly Result[]): number =>
  results.length === 0 ? 100 : (100 * results.filter(isKilled).length) / results.length;

/** A line a room, then the sum. */
export function table(results: readonly Result[], judged: Judged): string {
  const row = (name: string, of: readonly Result[]): string => {
    const survivors = of.filter((result) => !isKilled(result));
    const cells = [
      of.length,
      of.filter(({ status }) => status === 'killed').length,
      of.filter(({ status }) => status === 'late').length,
      survivors.length,
      survivors.filter(({ mutant }) => judged.why(mutant) !== null).length,
      `${share(of).toFixed(1)} %`,
    ];
    return name.padEnd(16) + cells.map((cell) => String(cell).padStart(10)).join('');
  };
  const head =
    ''.padEnd(16) +
    ['mutants', 'killed', 'late', 'survived', 'judged', 'killed'].map((cell) => cell.padStart(10)).join('');
  const rooms = ROOMS.map((room) => [room, results.filter(({ mutant }) => roomOf(mutant.path) === room)] as const);
  const shown = rooms.filter(([, of]) => of.length > 0);
  return [head, ...shown.map(([room, of]) => row(room, of)), row('all', results)].join('\n');
}

export function describeMutant({ mutant, status }: Result): string {
  const { path, line, operator, original, text, statement } = mutant;
  const shown = (code: string): string => JSON.stringify(code.length > 160 ? `${code.slice(0, 160)}…` : code);
  return `${path}:${line} ${status}, ${operator}: ${shown(original)} -> ${shown(text)}\n    ${statement}`;
}

/** What is wrong, a line each; none: the run went well. */
export function problems(
  results: readonly Result[],
  judged: Judged,
  stale: readonly Judgement[],
  { leastKilled, survivors, measure }: Wanted,
): readonly string[] {
  const found: string[] = [];
  const low = (name: string, of: readonly Result[]): void => {
    if (share(of) < leastKilled) found.push(`${name}: ${share(of).toFixed(1)} % killed, ${leastKilled} % are wanted`);
  };
  low('all', results);
  if (measure === 'whole') {
    for (const room of ROOMS)
      low(
        room,
        results.filter(({ mutant }) => roomOf(mutant.path) === room),
      );
  }
  for (const result of survivors === 'fail' ? results : []) {
    if (!isKilled(result) && judged.why(result.mutant) === null) found.push(`not judged: ${describeMutant(result)}`);
  }
  for (const { file, line } of stale) found.push(`judged.yaml names what is not there: ${file}: ${line}`);
  return found;
}
