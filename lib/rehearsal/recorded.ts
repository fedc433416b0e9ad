import type { IssuanceRecord } from '../ledger/record.ts';
import type { RehearsedProof } from './proof.ts';

/** Who acted in a recorded request with a proof of their own; null: nobody, or the client that authenticated. */
export function recordedActor(record: IssuanceRecord | null): RehearsedProof | null {
  if (record === null || record.actor === null || record.actor.connection === null) return null;
  return { kind: 'record', record: { ...record, ...record.actor, actor: null } };
}

/** The client that authenticated beside a recorded subject; null: there was none, or it was the subject itself. */
export const recordedClient = (record: IssuanceRecord | null): string | null =>
  record === null || record.connection === null ? null : record.client;
