import { type ConfigurationPointer, type ConfigurationTable, readPointer } from './configuration-item.ts';
import { readConfigurationPointer } from './configuration-table.ts';

/**
 * What was put in force, newest first, the pointer in force at its head: every apply and every rollback. It ends where
 * nothing was before, or where a release of before kept nothing.
 */
export async function* configurationHistory(
  table: ConfigurationTable,
  signal: AbortSignal,
): AsyncGenerator<ConfigurationPointer> {
  let pointer = await readConfigurationPointer(table, signal);
  while (pointer !== null) {
    yield pointer;
    pointer = pointer.before === null ? null : await keptPointer(table, pointer.before, signal);
  }
}

/** The latest move to that version; null: the history knows none. */
export async function findVersion(
  table: ConfigurationTable,
  version: number,
  signal: AbortSignal,
): Promise<ConfigurationPointer | null> {
  for await (const pointer of configurationHistory(table, signal)) if (pointer.version === version) return pointer;
  return null;
}

async function keptPointer(
  { client, table }: ConfigurationTable,
  key: string,
  signal: AbortSignal,
): Promise<ConfigurationPointer | null> {
  const input = { TableName: table, Key: { pk: { S: key } }, ConsistentRead: true };
  const { Item } = await client.call('GetItem', input, signal);
  return Item === undefined ? null : readPointer(Item);
}
