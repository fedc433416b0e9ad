import { CONFIGURATION_FORMAT } from '../../configuration/format.ts';
import type { Clock } from '../../ports/host.ts';
import { configurationHistory } from './configuration-history.ts';
import type { ConfigurationPointer, ConfigurationTable } from './configuration-item.ts';
import { movePointer } from './move-pointer.ts';
import { readDocuments, readIndex } from './stored-folder.ts';

export interface RollbackOptions extends ConfigurationTable {
  readonly clock: Clock;
  /** Which version; null: the latest one before the one in force. */
  readonly version: number | null;
  readonly appliedBy: string;
  readonly reason: string | null;
  readonly signal: AbortSignal;
}

export interface RolledBack {
  readonly version: number;
  readonly previous: number;
  /** `unlisted`: a release of before applied it and kept no list, so nobody looked whether all of it is there. */
  readonly checked: 'whole' | 'unlisted';
}

/**
 * Puts an earlier version in force again, by one conditional write of the pointer, once every document of it was found
 * as it was applied. Throws an error for people where there is no such version, and `ConcurrentApply` as an apply does.
 */
export async function rollbackConfiguration(options: RollbackOptions): Promise<RolledBack> {
  const { clock, appliedBy, reason, signal } = options;
  const { now, target } = await findTarget(options);
  if (target.issuer !== now.issuer) {
    throw new Error(`version ${target.version} is for ${target.issuer}, and the one in force for ${now.issuer}`);
  }
  if (target.format > CONFIGURATION_FORMAT) {
    throw new Error(
      `version ${target.version} is of format ${target.format}: this release reads up to ${CONFIGURATION_FORMAT}`,
    );
  }
  const checked = await checkWhole(options, target, signal);
  const { version, issuer, hash, format, commit } = target;
  const next = {
    version,
    issuer,
    hash,
    format,
    commit,
    appliedBy,
    reason,
    appliedAt: clock.now(),
    how: 'rollback',
  } as const;
  await movePointer(options, now, next, signal);
  return { version, previous: now.version, checked };
}

async function findTarget({ version, signal, ...table }: RollbackOptions) {
  let now: ConfigurationPointer | null = null;
  for await (const pointer of configurationHistory(table, signal)) {
    now ??= pointer;
    const wanted = version === null ? pointer.version < now.version : pointer.version === version;
    if (!wanted) continue;
    if (pointer.version === now.version) throw new Error(`version ${version} is in force already`);
    return { now, target: pointer };
  }
  if (now === null) throw new Error('nothing has been applied');
  throw new Error(
    version === null
      ? `nothing is known of a version before ${now.version}: name one of policy versions, or apply its folder`
      : `version ${version} was never in force, or was before this was written down: apply its folder`,
  );
}

async function checkWhole(
  table: ConfigurationTable,
  target: ConfigurationPointer,
  signal: AbortSignal,
): Promise<RolledBack['checked']> {
  const index = await readIndex(table, target, signal);
  if (index === null) return 'unlisted';
  for await (const _ of readDocuments(table, target.version, index, [...index.keys()], signal)) {
    // Reading compares each with its digest.
  }
  return 'whole';
}
