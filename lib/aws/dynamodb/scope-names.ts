import { Fault } from '../../outcome.ts';
import type { ScopeNames } from '../../ports/configuration.ts';
import type { ConfigurationTable } from './configuration-item.ts';
import { readConfigurationPointer } from './configuration-table.ts';
import { readIndex } from './stored-folder.ts';

const SCOPE = 'scope#';

/** The names of the version in force, read with its list; a version's list never changes, and the last is kept. */
export function dynamoScopeNames(table: ConfigurationTable): ScopeNames {
  let kept: { readonly version: number; readonly names: readonly string[] | null } | null = null;
  return {
    async all(signal) {
      const pointer = await readConfigurationPointer(table, signal).catch(unreadable);
      if (pointer === null) throw new Fault('configuration', 'no configuration has been applied');
      if (kept?.version !== pointer.version) {
        const index = await readIndex(table, pointer, signal).catch(unreadable);
        const keys = index === null ? null : [...index.keys()].filter((key) => key.startsWith(SCOPE));
        kept = { version: pointer.version, names: keys?.map((key) => key.slice(SCOPE.length)).sort() ?? null };
      }
      return kept.names;
    },
  };
}

function unreadable(cause: unknown): never {
  if (cause instanceof Fault) throw cause;
  throw new Fault('configuration', 'the list of the configuration cannot be read', { cause });
}
