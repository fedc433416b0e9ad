import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Mutant } from './mutant.ts';

/**
 * One survivor that somebody looked at. It is found by its code, so that a moved line stays judged and a changed one
 * does not.
 */
const judgement = z.strictObject({
  file: z.string(),
  /** The line, without blanks around it. */
  line: z.string(),
  from: z.string(),
  to: z.string(),
  /** Why it is the same, or why it may be so. */
  why: z.string().min(10),
});

export type Judgement = z.infer<typeof judgement>;

const FILE = new URL('./judged.yaml', import.meta.url);

/** Throws where the file is not of its shape. */
export const readJudged = (): readonly Judgement[] => z.array(judgement).parse(parse(readFileSync(FILE, 'utf8')) ?? []);

/** Why a survivor may survive; null where nobody judged it. */
export class Judged {
  readonly #entries: readonly Judgement[];
  constructor(entries: readonly Judgement[]) {
    this.#entries = entries;
  }

  why(mutant: Mutant): string | null {
    return this.#entries.find((entry) => isOf(entry, mutant))?.why ?? null;
  }

  /** Those of `paths` that no mutant is of any more. */
  stale(paths: readonly string[], mutants: readonly Mutant[]): readonly Judgement[] {
    return this.#entries.filter(
      (entry) => paths.includes(entry.file) && !mutants.some((mutant) => isOf(entry, mutant)),
    );
  }
}

const isOf = ({ file, line, from, to }: Judgement, mutant: Mutant): boolean =>
  file === mutant.path && line === mutant.statement && from === mutant.original && to === mutant.text;
