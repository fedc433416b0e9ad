import { CONFIGURATION_FORMAT } from '../../configuration/format.ts';
import { keptFresh, READ_MS } from '../../host/kept-fresh.ts';
import { Fault } from '../../outcome.ts';
import type { Configuration, Configurations } from '../../ports/configuration.ts';
import type { Clock } from '../../ports/host.ts';
import {
  type ConfigurationPointer,
  type ConfigurationTable,
  lateConfiguration,
  POINTER_KEY,
  readPointer,
} from './configuration-item.ts';
import { configurationVersion } from './configuration-version.ts';

export interface ConfigurationReaderOptions extends ConfigurationTable {
  readonly clock: Clock;
  /** This deployment's issuer: a configuration that was applied for another one is not taken. */
  readonly issuer: string;
}

/**
 * The configuration in DynamoDB: the version that a consistent read of the pointer found, kept fresh as
 * `lib/host/kept-fresh.ts` says; else `Fault('configuration')`. Documents are read by key and kept as long as their
 * version is in force, so that what a version says of a name stays the same object.
 */
export const configurationReader = (options: ConfigurationReaderOptions): Configurations =>
  keptFresh({
    clock: options.clock,
    read: (last: Configuration | null) => readCurrent(options, last),
    late: lateConfiguration,
    unreadable: (cause) =>
      cause instanceof Fault ? cause : new Fault('configuration', 'the configuration cannot be read', { cause }),
  });

async function readCurrent(options: ConfigurationReaderOptions, last: Configuration | null): Promise<Configuration> {
  const pointer = await readConfigurationPointer(options, AbortSignal.timeout(READ_MS));
  if (pointer === null) throw new Fault('configuration', 'no configuration has been applied');
  if (pointer.issuer !== options.issuer) {
    throw new Fault('configuration', `the configuration was applied for ${pointer.issuer}, not for ${options.issuer}`);
  }
  if (pointer.format > CONFIGURATION_FORMAT) {
    const text = `the configuration is of format ${pointer.format}, and this release reads up to ${CONFIGURATION_FORMAT}`;
    throw new Fault('configuration-format', text);
  }
  const { version, appliedBy: author, appliedAt, reason, commit } = pointer;
  if (last?.version === version && last.applied?.appliedAt === appliedAt) return last;
  return configurationVersion(options, { version, applied: { author, appliedAt, reason, commit } });
}

/** The pointer, by a consistent read; null where nothing has been applied. */
export async function readConfigurationPointer(
  { client, table }: ConfigurationTable,
  signal: AbortSignal,
): Promise<ConfigurationPointer | null> {
  const input = { TableName: table, Key: { pk: { S: POINTER_KEY } }, ConsistentRead: true };
  const { Item } = await client.call('GetItem', input, signal);
  return Item === undefined ? null : readPointer(Item);
}
