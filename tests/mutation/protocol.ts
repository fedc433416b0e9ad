/** What the parent asks a worker, and what it answers: one answer to each. */
export type Ask =
  | { readonly kind: 'survey'; readonly file: string }
  | {
      readonly kind: 'try';
      readonly file: string;
      /** null: the code as it is, to see whether this worker still judges rightly. */
      readonly mutant: { readonly path: string; readonly index: number } | null;
      /** Ids of tests; null: all. */
      readonly tests: readonly number[] | null;
      readonly limitMs: number;
    };

/** What a test file's tests execute, while nothing is mutated. */
export interface Survey {
  readonly file: string;
  /** Paths of the project's modules that it loads. */
  readonly modules: readonly string[];
  readonly loadMs: number;
  /** `path#index` of mutants that are executed while the file is loaded. */
  readonly atLoad: readonly string[];
  readonly tests: readonly SurveyedTest[];
}

export interface SurveyedTest {
  readonly id: number;
  readonly name: string;
  readonly ms: number;
  /** `path#index` of mutants that it executes, its suites' `beforeAll` included. */
  readonly covered: readonly string[];
}

export type Answer =
  | { readonly kind: 'survey'; readonly survey: Survey }
  | {
      readonly kind: 'try';
      /** `id`: its place in the file; null: the file did not load. */
      readonly failed: { readonly test: string; readonly id: number | null; readonly why: string } | null;
      readonly ms: number;
      readonly rss: number;
    }
  | { readonly kind: 'broken'; readonly why: string };

/** Both ends are this folder's own code, of one version: a message is what was sent. */
export const asAsk = (message: unknown): Ask => message as Ask;
export const asAnswer = (message: unknown): Answer => message as Answer;
