import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { pathOfIdentifier } from '../modules/graph.ts';
import { type Mutant, mutantsOf } from './mutant.ts';
import { roomOf } from './places.ts';

export const keyOf = ({ path, index }: { readonly path: string; readonly index: number }): string => `${path}#${index}`;

/** V8's own block coverage, taken step by step: which mutants' places were executed since it was last taken. */
export class Coverage {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Keys of the mutants that were executed since the last call. */
  async take(): Promise<readonly string[]> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    return result.flatMap((script) => {
      const path = pathOfIdentifier(script.url);
      return path === null || roomOf(path) === undefined ? [] : executed(path, script.functions);
    });
  }

  async stop(): Promise<void> {
    await this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }
}

const SHORT_CIRCUITS = new Set(['?.', '&&', '||']);

/**
 * V8 counts what stands behind a sign that may end an expression early from that sign on. Whether it does is the sign's
 * to say: it is executed with what stands before it.
 */
const placeOf = ({ start, original }: Mutant): number => (SHORT_CIRCUITS.has(original) ? start - 1 : start);

/** Keys of the mutants of the file at `path` whose places were executed. */
export function executed(path: string, functions: readonly Profiler.FunctionCoverage[]): readonly string[] {
  const ranges = functions.flatMap((each) => each.ranges).sort((a, b) => size(a) - size(b));
  if (ranges.every(({ count }) => count === 0)) return [];
  return mutantsOf(path)
    .filter((mutant) => {
      const at = placeOf(mutant);
      const innermost = ranges.find((range) => range.startOffset <= at && at < range.endOffset);
      return innermost !== undefined && innermost.count > 0;
    })
    .map(keyOf);
}

const size = ({ startOffset, endOffset }: Profiler.CoverageRange): number => endOffset - startOffset;
