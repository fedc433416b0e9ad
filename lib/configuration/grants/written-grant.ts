import type { Connection } from '../documents/connections.ts';
import type { FieldPath, Report } from '../problem.ts';
import type { Deployment } from '../web-address.ts';

/**
 * A kind of grant as people write it (`W`, of its schema) and as the broker reads it (`G`). Its facts are in
 * `lib/policy/grants/`.
 */
export interface WrittenGrantKind<W, G> {
  /** Writes out presets and defaults; reports what no schema can say, below the grant. */
  normalize(written: W, deployment: Deployment, report: Report): G;
  /** What the grant demands of the connections that its rules admit; null: nothing. */
  demand(grant: G): SourceDemand | null;
}

export interface SourceDemand {
  /** What is wrong with a rule that names no connection. */
  readonly unnamed: string;
  /**
   * What is wrong with a connection that a rule names; null: nothing. undefined: it did not load, which is a problem of
   * its own.
   */
  problem(name: string, connection: Connection | undefined): SourceProblem | null;
}

export interface SourceProblem {
  readonly message: string;
  /**
   * The field of the grant that does not fit the connection, from the grant; absent: the rule's connection does not.
   */
  readonly field?: FieldPath;
}
