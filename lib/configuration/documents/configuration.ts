/**
 * The configuration as the broker reads it: what the loader made of the YAML files, with presets filled in, defaults
 * written out, durations in seconds and single values turned into lists. These are the items of the configuration
 * table. The form that people write is in `schema/`.
 */
import type { Client } from './clients.ts';
import type { Connection } from './connections.ts';
import type { Scope } from './scopes.ts';

/** Everything that one version of the configuration holds, as the loader returns it and `apply` writes it. */
export interface ConfigurationDocuments {
  readonly connections: readonly Connection[];
  readonly clients: readonly Client[];
  readonly scopes: readonly Scope[];
}
