import { randomOf } from '../modules/random.ts';
import { type Mutant, mutantsOf } from './mutant.ts';
import { roomOf } from './places.ts';

/**
 * All mutants of `paths` in an order of which every beginning is a sample: of each room as many as the square root of
 * its size weighs, so that a small room is not left out.
 */
export function sampled(paths: readonly string[], seed: number): readonly Mutant[] {
  const random = randomOf(seed);
  const rooms = Map.groupBy(paths.flatMap(mutantsOf), ({ path }) => roomOf(path) ?? path);
  const placed = [...rooms.values()].flatMap((mutants) =>
    mutants
      .map((mutant) => ({ mutant, by: random() }))
      .sort((a, b) => a.by - b.by)
      .map(({ mutant }, index) => ({ mutant, at: (index + random()) / Math.sqrt(mutants.length) })),
  );
  return placed.sort((a, b) => a.at - b.at).map(({ mutant }) => mutant);
}
