import { CONFIGURATION_FORMAT } from '../../configuration/format.ts';
import { awaitShared, type SharedRead } from '../../host/shared-read.ts';
import { Fault } from '../../outcome.ts';
import type { Clock, Configuration, Configurations } from '../../ports.ts';
import type { EpochMilliseconds } from '../../time.ts';
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
 * The pointer is read again beside a request after this long, ahead of need: under steady traffic nobody waits for it.
 */
const AHEAD_MS = 2_500;
/** And a request waits for it where nobody came for this long. */
const REFRESH_MS = 5_000;
/**
 * And without a successful read for this long, nobody is served: a scope that was switched off would still be handed
 * out.
 */
const LIMIT_MS = 10_000;
/** One read serves every caller that waits for it, so it has a deadline of its own. */
const READ_MS = 1_200;

interface Known {
  readonly configuration: Configuration;
  /** When the read began that found it: it was in force then. */
  readonly readAt: EpochMilliseconds;
}

/**
 * The configuration in DynamoDB. `current` is the version that a consistent read of the pointer found, begun at most 5
 * s ago; where the table fails, one of at most 10 s ago; else `Fault('configuration')`. From 2.5 s on a request has it
 * read again beside itself. One read is under way at a time, apart from one that a frozen process left. Documents are
 * read by key and kept as long as their version is in force, so that what a version says of a name stays the same
 * object.
 */
export function configurationReader(options: ConfigurationReaderOptions): Configurations {
  const { clock } = options;
  let known: Known | null = null;
  let refresh: { readonly read: Promise<Known>; readonly readAt: EpochMilliseconds } | null = null;

  const startRefresh = (): SharedRead<Known> => {
    const readAt = clock.now();
    // One that began before the process was frozen ends with its own deadline, and is nobody's to wait for.
    if (refresh !== null && isYounger(refresh, readAt, READ_MS)) return { result: refresh.read, whose: 'joined' };
    const read = readCurrent(options, known?.configuration ?? null).then((configuration) => {
      if (known === null || known.readAt <= readAt) known = { configuration, readAt };
      return known;
    });
    const started = { read, readAt };
    refresh = started;
    const ended = (): void => {
      if (refresh === started) refresh = null;
    };
    read.then(ended, ended);
    return { result: read, whose: 'own' };
  };

  return {
    current: async (signal) => {
      if (known !== null && isYounger(known, clock.now(), REFRESH_MS)) {
        // Its failure is told to whoever comes once it is needed.
        if (!isYounger(known, clock.now(), AHEAD_MS)) startRefresh().result.catch(() => undefined);
        return known.configuration;
      }
      try {
        return (await awaitShared(startRefresh, signal, lateConfiguration)).configuration;
      } catch (cause) {
        if (known !== null && isYounger(known, clock.now(), LIMIT_MS)) return known.configuration;
        throw cause instanceof Fault
          ? cause
          : new Fault('configuration', 'the configuration cannot be read', { cause });
      }
    },
  };
}

/** A clock that went back says nothing of the age: then the pointer is read again. */
function isYounger({ readAt }: Pick<Known, 'readAt'>, now: EpochMilliseconds, limitMs: number): boolean {
  return now >= readAt && now - readAt < limitMs;
}

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
