import type { Connection } from '../../configuration/documents/connections.ts';
import { Fault } from '../../outcome.ts';
import type { ConfigurationTable } from './configuration-item.ts';
import { readConfigurationPointer } from './configuration-table.ts';
import { readDocuments, readIndex } from './stored-folder.ts';

/** Every connection of the version in force. Throws `Fault('configuration')` where they cannot all be read. */
export async function connectionsInForce(
  table: ConfigurationTable,
  signal: AbortSignal,
): Promise<readonly Connection[]> {
  try {
    const pointer = await readConfigurationPointer(table, signal);
    if (pointer === null) throw new Fault('configuration', 'no configuration has been applied');
    const index = await readIndex(table, pointer, signal);
    if (index === null) throw new Fault('configuration', 'the release that applied it kept no list of documents');
    const keys = [...index.keys()].filter((key) => key.startsWith('connection#'));
    const found: Connection[] = [];
    // They were checked when they were applied, and their digests say that they are those.
    for await (const { doc } of readDocuments(table, pointer.version, index, keys, signal)) found.push(JSON.parse(doc));
    return found;
  } catch (cause) {
    throw cause instanceof Fault ? cause : new Fault('configuration', 'the configuration cannot be read', { cause });
  }
}
