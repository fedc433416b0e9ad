import type { EpochMilliseconds } from '../../time.ts';
import { conditionFailed } from './client.ts';
import {
  type ConfigurationPointer,
  type ConfigurationTable,
  keptPointerKey,
  pointerItem,
} from './configuration-item.ts';
import { readConfigurationPointer } from './configuration-table.ts';

/** Which move of the pointer something was decided on: a version may be in force more than once. */
export interface PointerBase {
  readonly version: number;
  readonly appliedAt: EpochMilliseconds;
}

/** What is to be in force next. */
export type NextPointer = Omit<ConfigurationPointer, 'previous' | 'before'>;

/**
 * Another apply or rollback moved the pointer meanwhile: its version is in force, and this one's is not.
 */
export class ConcurrentApply extends Error {
  constructor() {
    super('another configuration was put in force meanwhile; look at it, then try again');
    this.name = 'ConcurrentApply';
  }
}

/**
 * Moves the pointer from `before` to `next`, or throws `ConcurrentApply` where it is not there any more. The pointer
 * that is replaced is kept first, under a key that the new one names: whatever is in force, its history can be walked.
 */
export async function movePointer(
  { client, table }: ConfigurationTable,
  before: ConfigurationPointer | null,
  next: NextPointer,
  signal: AbortSignal,
): Promise<void> {
  const kept = before === null ? null : keptPointerKey(before);
  if (before !== null && kept !== null) {
    const Item = { ...pointerItem(before), pk: { S: kept } };
    await client.call('PutItem', { TableName: table, Item }, signal);
  }
  const pointer: ConfigurationPointer = { ...next, previous: before?.version ?? null, before: kept };
  const input = { TableName: table, Item: pointerItem(pointer), ...stillThere(before) };
  try {
    await client.call('PutItem', input, signal);
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    // The SDK sends again what got no answer: the pointer may be this one's own already.
    const now = await readConfigurationPointer({ client, table }, signal);
    if (JSON.stringify(now) !== JSON.stringify(pointer)) throw new ConcurrentApply();
  }
}

function stillThere(before: ConfigurationPointer | null) {
  if (before === null) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: '#version = :version AND #appliedAt = :appliedAt',
    ExpressionAttributeNames: { '#version': 'version', '#appliedAt': 'appliedAt' },
    ExpressionAttributeValues: {
      ':version': { N: String(before.version) },
      ':appliedAt': { N: String(before.appliedAt) },
    },
  };
}
