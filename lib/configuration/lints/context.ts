import type { ConfigurationDocuments } from '../documents/configuration.ts';
import type { Connection } from '../documents/connections.ts';
import type { FieldPath } from '../problem.ts';
import type { ProblemCode } from '../problem-codes.ts';
import type { Deployment } from '../web-address.ts';
import type { KnownClaims } from './known-claims.ts';

/** What is looked at, for whom, and where findings go. */
export interface LintContext {
  /** Those that loaded. */
  readonly documents: ConfigurationDocuments;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly deployment: Deployment;
  /** ARN patterns of the roles that the deployment lets the broker assume. */
  readonly assumableRoles: readonly string[];
  /** Of a connection or client that loaded; null: nothing is known, and nothing is said. */
  claimsOfConnection(name: string): KnownClaims | null;
  claimsOfClient(name: string): KnownClaims | null;
}

/** Reports a finding at a path of the document that is looked at. */
export type Find = (path: FieldPath, code: ProblemCode, message: string, fix?: string | null) => void;
