/** What the domain asks of the configuration in force. Types only. */
import type { Client } from '../configuration/documents/clients.ts';
import type { AwsIamConnection, OidcConnection, SamlConnection } from '../configuration/documents/connections.ts';
import type { CompiledConnection } from '../policy/connection.ts';
import type { CompiledScope } from '../policy/scope.ts';
import type { EpochMilliseconds } from '../time.ts';

/** Who put a version of the configuration in force, when and why, as they said. */
export interface AppliedVersion {
  readonly author: string;
  readonly appliedAt: EpochMilliseconds;
  /** null: they gave none. */
  readonly reason: string | null;
  /** The commit of the folder, in hex, with `-dirty` where files differed from it; null: it had none. */
  readonly commit: string | null;
}

/**
 * One version of the configuration, read by key and compiled. Absent means absent in this version. Throws
 * `Fault('configuration')`, also for a document that does not load.
 */
export interface Configuration {
  readonly version: number;
  /** Absent where that is not known: of documents that nobody applied. */
  readonly applied?: AppliedVersion;
  scope(name: string, signal: AbortSignal): Promise<CompiledScope | null>;
  connection(name: string, signal: AbortSignal): Promise<CompiledConnection | null>;
  client(name: string, signal: AbortSignal): Promise<Client | null>;
  /**
   * The public client that stands for programs whose metadata documents are at this host (with its port, if not 443).
   */
  metadataClient(host: string, signal: AbortSignal): Promise<Client | null>;
  /** The connections whose tokens have this `iss`, exactly. */
  oidcIssuer(issuer: string, signal: AbortSignal): Promise<readonly CompiledConnection<OidcConnection>[]>;
  /** The connections whose accepted audience is this service provider entity id. */
  samlAudience(entityId: string, signal: AbortSignal): Promise<readonly CompiledConnection<SamlConnection>[]>;
  /**
   * Names of the scopes whose broker tokens are for this audience or resource, in one writing
   * (`canonicalResource`). Empty: there are none.
   */
  audience(resource: string, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Names of the connections that people sign in at, sorted. Empty: none, or an earlier release applied the version.
   */
  signInConnections(signal: AbortSignal): Promise<readonly string[]>;
  /** Whether any SAML connection lists CBC: where none does, nothing under CBC is decrypted. */
  samlDecryptsCbc(signal: AbortSignal): Promise<boolean>;
  /** The aws-iam connections that take this X-Broker-Server-Id. */
  awsIamServer(serverId: string, signal: AbortSignal): Promise<readonly CompiledConnection<AwsIamConnection>[]>;
}

export interface Configurations {
  /**
   * The version in force, known to be so at most 10 s ago. Throws `Fault('configuration')` where it cannot be known.
   */
  current(signal: AbortSignal): Promise<Configuration>;
}

export interface ScopeNames {
  /**
   * The names of the scopes of the version in force, sorted by code unit; null: the release that applied it kept no
   * list. Throws `Fault('configuration')`.
   */
  all(signal: AbortSignal): Promise<readonly string[] | null>;
}
