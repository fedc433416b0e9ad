import canonicalize from 'canonicalize';
import { isJsonObject, type JsonObject } from '../json.ts';
import { toJson } from '../ledger/json.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import { Fault } from '../outcome.ts';
import { sealedJson } from './seal.ts';
import type { SubjectKeys } from './subject-keys.ts';

/** A record as the log has it. */
export interface Entry {
  readonly id: string;
  /** Of two entries of one id that of the greater rank is the later word; one of no greater rank says nothing. */
  readonly rank: number;
  /** The record's JSON, canonical (RFC 8785), in UTF-8, sealed or not: what the leaf's hash is over. */
  readonly bytes: Uint8Array;
  /** `2026-11-25`, in UTC: of the record's time. */
  readonly day: string;
}

/** The entry that a record makes. */
export const entryOf = (record: IssuanceRecord): Entry => canonicalEntry(toJson(record));

/** The entries of these records, in their order: as they are, or with persons' members sealed where there are keys. */
export async function entriesOf(
  keys: SubjectKeys | null,
  records: readonly IssuanceRecord[],
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  return keys === null ? records.map(entryOf) : (await sealedJson(keys, records, signal)).map(canonicalEntry);
}

function canonicalEntry(json: JsonObject): Entry {
  const text = canonicalize(json);
  if (text === undefined) throw new Fault('bug', 'a record is no JSON');
  return readEntry(Buffer.from(text));
}

/** Reads an entry of the log. Throws `Fault('archive')` for bytes that are no record. */
export function readEntry(bytes: Uint8Array): Entry {
  const { id, time, outcome, attempts, revoked } = parsed(bytes);
  if (typeof id !== 'string' || typeof time !== 'string' || typeof attempts !== 'number') throw damaged();
  // A `started` is superseded by any outcome, a denial by one that counts more attempts, anything by its revocation.
  return {
    id,
    rank: outcome === 'started' ? 0 : attempts * 2 + (revoked === undefined ? 0 : 1),
    bytes,
    day: time.slice(0, 10),
  };
}

function parsed(bytes: Uint8Array) {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new Fault('archive', 'an entry of the log is no JSON', { cause });
  }
  if (!isJsonObject(json)) throw damaged();
  return json;
}

const damaged = (): Fault => new Fault('archive', 'an entry of the log is no record');
