import type { Hits } from './instrument.ts';
import { type Material, mutated } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

export interface Found {
  readonly target: string;
  readonly input: string;
  readonly what: string;
}

export interface Fuzzed {
  readonly executions: number;
  readonly corpus: number;
  readonly branches: number;
  readonly found: readonly Found[];
}

export interface LoopSettings {
  readonly budgetMs: number;
  readonly random: () => number;
  readonly hits: Hits;
}

/**
 * Longest for an input of no length, and for each character more: what a reader may take whose work is proportional to
 * its input.
 */
const BASE_MS = 60;
const CHARACTER_MS = 0.01;
const MOST_FOUND = 5;

/** Mutates what took a branch that nothing took before, as long as the budget lasts. */
export async function fuzz(target: FuzzTarget, { budgetMs, random, hits }: LoopSettings): Promise<Fuzzed> {
  const seen = new Map<number, number>();
  const corpus: string[] = [];
  const found: Found[] = [];
  let executions = 0;
  const execute = async (input: string, keep: 'seed' | 'if new'): Promise<void> => {
    executions += 1;
    hits.counts.fill(0, 0, hits.size);
    const what = await tried(target, input);
    if (what !== null) found.push({ target: target.name, input: await smaller(target, input, what), what });
    else if (isNew(hits, seen) || keep === 'seed') corpus.push(input);
  };
  for (const seed of await target.seeds()) await execute(seed, 'seed');
  const words = [...hits.words];
  const end = performance.now() + budgetMs;
  while (performance.now() < end && found.length < MOST_FOUND) {
    const material: Material = { random, words, corpus };
    // What was found lately leads on; what is genuine is nearest to being taken.
    const at = Math.floor(random() < 0.5 ? random() * corpus.length : (1 - random() ** 2) * corpus.length);
    await execute(mutated(corpus[Math.min(at, corpus.length - 1)] ?? '', material), 'if new');
  }
  return { executions, corpus: corpus.length, branches: seen.size, found };
}

/** What must never be, of this input; null: all held. */
export async function tried(target: FuzzTarget, input: string): Promise<string | null> {
  const limitMs = BASE_MS + CHARACTER_MS * input.length;
  let least = Number.POSITIVE_INFINITY;
  // A machine that is busy for a moment is no finding.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const began = performance.now();
    try {
      await target.check(input);
    } catch (thrown) {
      return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `threw ${String(thrown)}`;
    }
    least = Math.min(least, performance.now() - began);
    if (least <= limitMs) return null;
  }
  return `took ${Math.round(least)} ms for ${input.length} characters`;
}

/** Counts in powers of two: a loop that runs twice as often is something new. */
function isNew({ counts, size }: Hits, seen: Map<number, number>): boolean {
  let isNewBranch = false;
  for (let branch = 0; branch < size; branch += 1) {
    const count = counts[branch] ?? 0;
    if (count === 0) continue;
    const bucket = 1 << Math.min(20, Math.floor(Math.log2(count)));
    const known = seen.get(branch) ?? 0;
    if ((known & bucket) !== 0) continue;
    seen.set(branch, known | bucket);
    isNewBranch = true;
  }
  return isNewBranch;
}

const MOST_TRIES = 300;

/** A shorter input with the same finding, where leaving parts out leads to one. */
async function smaller(target: FuzzTarget, input: string, what: string): Promise<string> {
  const kind = what.slice(0, 30);
  let best = input;
  let tries = 0;
  for (let piece = Math.ceil(input.length / 2); piece >= 1 && tries < MOST_TRIES; piece = Math.floor(piece / 2)) {
    for (let at = 0; at < best.length && tries < MOST_TRIES; tries += 1) {
      const shorter = best.slice(0, at) + best.slice(at + piece);
      if ((await tried(target, shorter))?.slice(0, 30) === kind) best = shorter;
      else at += piece;
    }
  }
  return best;
}
