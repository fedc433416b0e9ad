/** For a person who was refused: what brings the refusal about, and what to change. Markdown in one paragraph. */
interface Explanation {
  readonly cause: string;
  readonly fix: string;
}

/**
 * One explanation for each reason of a registry: a reason without one does not compile. The explanations are apart from
 * the reasons because only `docs/refusals.md` and the command line use them: in the functions' bundles they would be a
 * tenth of the size.
 */
export type Explanations<T> = Readonly<Record<keyof T, Explanation>>;
