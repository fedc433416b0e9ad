export type Verdict = 'taken' | 'refused';

/**
 * A reader of what comes from outside, as the fuzzer sees it. An input is text; what it stands for is the target's own
 * matter.
 */
export interface FuzzTarget {
  readonly name: string;
  /** Good inputs of every kind, made by the tests' own builders. */
  seeds(): Promise<readonly string[]>;
  /**
   * Reads the input, and says whether it was taken. Throws where something does not hold that must hold for every
   * input; a `Finding` says which.
   */
  check(input: string): Promise<Verdict>;
}

/** Something that must never be, has been. */
export class Finding extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'Finding';
  }
}
