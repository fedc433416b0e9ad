import type { KeyObject } from 'node:crypto';

/** What is brought to the broker. Secret, all of it. */
export type Presented =
  /** A proof as `subject_token` (or `actor_token`), with its type of RFC 8693 section 3 or of the broker's own. */
  | { readonly kind: 'token'; readonly token: string; readonly type: string }
  /** A client by its secret (RFC 6749 section 2.3.1). */
  | { readonly kind: 'client-secret'; readonly client: string; readonly secret: string }
  /**
   * A client by its key (RFC 7523 section 2.2). `scope`: the scope whose broker token it brings to the broker's own
   * API; null: the broker chooses by the audience.
   */
  | { readonly kind: 'client-key'; readonly client: string; readonly key: KeyObject; readonly scope: string | null };

/** Where a proof is looked for, and for whom it is made. */
export interface ProofContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The broker's issuer: the audience that is asked for. */
  readonly broker: string;
}

/** One way of showing who somebody is. */
export interface ProofSource {
  /** As `--proof` names it, such as `file:/run/token`. */
  readonly name: string;
  /**
   * Who it names, for the cache's key: the same for two proofs of one identity, and never asked of another machine.
   * Not secret, but it may hold claims.
   */
  identity(): Promise<string>;
  /** Makes or reads the proof anew. Throws Error with what to change. */
  present(signal: AbortSignal): Promise<Presented>;
}

/** One kind of proof, as `--proof KIND[:OPERAND]` names it. */
export interface ProofKind {
  /** What an operand is, for messages: `PATH`; null: it takes none. */
  readonly operand: string | null;
  /** `optional`: the kind stands alone too. */
  readonly operandIs: 'required' | 'optional' | 'none';
  /** Why `auto` would take it: what the environment has; null: nothing of it. */
  offered(context: ProofContext): string | null;
  /** `operand`: empty where none was given. */
  source(operand: string, context: ProofContext): ProofSource;
}
