import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Dependency, Fault } from '../../outcome.ts';
import { conditionFailed, type DynamoDb } from './client.ts';

/**
 * The table of what is short-lived: claims of proofs, counters, revocations. One item is one fact, written by one
 * conditional write.
 */
export interface StateTable {
  readonly client: DynamoDb;
  /** Name of the state table. */
  readonly table: string;
}

/**
 * `<kind>#` and the SHA-256 of the parts: parts come from outside and may be long or empty. NUL stands between them,
 * and only the last part may contain one, so that no two lists of parts are the same text.
 */
export const stateKey = (
  kind: 'replay' | 'dpop' | 'limit' | 'live' | 'revoked' | 'sign-in' | 'code' | 'device' | 'approval' | 'approver',
  parts: readonly string[],
): string => `${kind}#${createHash('sha256').update(parts.join('\0')).digest('hex')}`;

export const keyOf = (pk: string): Record<string, AttributeValue> => ({ pk: { S: pk } });

/**
 * Waits for one conditional write: whether its condition held. Throws `Fault` of `dependency` where that is not known.
 */
export async function conditionHeld(write: Promise<unknown>, dependency: Dependency): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (cause) {
    if (conditionFailed(cause)) return false;
    throw new Fault(dependency, 'the state table did not take a write', { cause });
  }
}
