import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { boundedRecord } from '../../ledger/bounds.ts';
import { scopesOf } from '../../ledger/filter.ts';
import { idMovedTo, parseIssuanceId } from '../../ledger/id.ts';
import { fromJson, toJson } from '../../ledger/json.ts';
import {
  denialIndexValue,
  denialKey,
  indexValue,
  outcomeKey,
  pointerKey,
  type RecordKey,
  recordKey,
} from '../../ledger/partitions.ts';
import type { IssuanceRecord, RevokedRecord } from '../../ledger/record.ts';
import { Fault } from '../../outcome.ts';
import type { Seconds } from '../../time.ts';
import { packed, unpacked } from './packing.ts';

export type Item = Record<string, AttributeValue>;

/** DynamoDB's JSON has binary in base64; AWS's own client writes the bytes so by itself. */
class Bytes extends Uint8Array {
  toJSON(): string {
    return Buffer.from(this).toString('base64');
  }
}

/** What is longer is packed. A shorter one takes a single write unit anyway, keys and index attributes beside it. */
const LONGEST_TEXT = 700;

/**
 * The record's JSON in one attribute, as text, or packed where it is long: one way to write and read it, and its size
 * is known.
 */
export function recordValue(record: IssuanceRecord): AttributeValue {
  const json = JSON.stringify(toJson(record));
  return json.length <= LONGEST_TEXT ? { S: json } : { B: Bytes.from(packed(json)) };
}

/**
 * An item of the ledger: its keys, `record`, and beside it only what DynamoDB itself looks at. A pointer has no
 * `record`.
 */
const keyItem = ({ pk, sk }: RecordKey): Item => ({ pk: { S: pk }, sk: { S: sk } });

const ttl = (record: IssuanceRecord, retention: Seconds): AttributeValue => ({
  N: String(Math.ceil(record.time / 1000) + retention),
});

/**
 * The record as it is kept: within bounds, and at the very time that its id names, so that order, ranges and `time`
 * agree.
 */
function keptRecord(record: IssuanceRecord): IssuanceRecord {
  const parts = parseIssuanceId(record.id);
  if (parts === null) throw new Fault('bug', 'a record has no issuance id');
  return boundedRecord({ ...record, time: parts.time });
}

/**
 * `started`: small, one write unit in most cases. Without claims and checks, which come with the outcome, and without
 * index attributes. It stays, and says under which `pk` the outcome lies.
 */
export function startedItem(record: IssuanceRecord, retention: Seconds): Item {
  const { actor, decision } = record;
  const small = keptRecord({
    ...record,
    claims: {},
    actor: actor === null ? null : { ...actor, claims: {} },
    decision: { configVersion: decision.configVersion, rule: decision.rule, checks: [] },
  });
  const [scope] = scopesOf(small);
  return {
    ...keyItem(recordKey(small.id)),
    outcome: { S: small.outcome },
    expires: ttl(small, retention),
    record: recordValue(small),
    ...(scope === undefined ? {} : { finish: { S: outcomeKey(scope, small.id).pk } }),
  };
}

/** Where the outcome of a `started` item lies; null: in its place, or it is no such item. */
export function finishOf(item: Item): RecordKey | null {
  const [pk, sk] = [item['finish']?.S, item['sk']?.S];
  return pk === undefined || sk === undefined ? null : { pk, sk };
}

/**
 * An outcome, with the attributes that the indexes are made of, and one pointer for each scope beyond the first. One
 * behind `started` lies under its first scope, which the key finds then and no index has to.
 */
export function finishedItems(
  record: IssuanceRecord,
  retention: Seconds,
  after?: 'started',
): { readonly item: Item; readonly pointers: readonly Item[] } {
  const kept = keptRecord(record);
  const accessKeyId = kept.credential?.accessKeyId;
  const [first, ...further] = scopesOf(kept);
  // What an approver denied is no attempt that may repeat, and is found among the denials all the same.
  const isDenial = kept.outcome === 'denied';
  const apart = after === 'started' && first !== undefined ? outcomeKey(first, kept.id) : null;
  const key = apart ?? (isDenial ? denialKey(kept.id) : recordKey(kept.id));
  const expires = ttl(kept, retention);
  return {
    item: {
      ...keyItem(key),
      outcome: { S: kept.outcome },
      expires,
      record: recordValue(kept),
      place: { S: kept.id },
      principal: { S: indexValue(kept.principal, kept.id) },
      ...(first === undefined || apart !== null ? {} : { scope: { S: indexValue(first, kept.id) } }),
      ...(isDenial ? { accessKey: { S: denialIndexValue(kept.id) } } : {}),
      ...(accessKeyId === undefined || accessKeyId === '' ? {} : { accessKey: { S: accessKeyId } }),
    },
    pointers: further.map((scope, index) => pointerItem(key, { scope, number: index + 2, place: kept.id, expires })),
  };
}

function pointerItem(
  record: RecordKey,
  to: {
    readonly scope: string;
    readonly number: number;
    readonly place: string;
    readonly expires: AttributeValue;
  },
): Item {
  return {
    ...keyItem(pointerKey(record, to.number)),
    expires: to.expires,
    place: { S: to.place },
    scope: { S: indexValue(to.scope, record.sk) },
  };
}

/** Callers choose the scopes of a denial, so that only the first few of them lead to it. */
const DENIED_SCOPES = 8;

/**
 * A denial: its key, what a first attempt writes (a repeat leaves all of it as it is), and the pointers for a place,
 * which only DynamoDB's answer tells where two instances are first at once.
 */
export function denialItems(
  record: IssuanceRecord,
  retention: Seconds,
): {
  readonly key: Item;
  readonly first: Item;
  pointers(place: string): readonly Item[];
} {
  const kept = boundedRecord({ ...record, attempts: 1 });
  const [scope, ...further] = scopesOf(kept);
  const key = denialKey(kept.id);
  const expires = ttl(kept, retention);
  const indexed = kept.overflow !== true;
  return {
    key: keyItem(key),
    first: {
      outcome: { S: kept.outcome },
      expires,
      record: recordValue(kept),
      place: { S: idMovedTo(kept.id, kept.time) },
      accessKey: { S: denialIndexValue(kept.id) },
      ...(indexed ? { principal: { S: indexValue(kept.principal, kept.id) } } : {}),
      ...(indexed && scope !== undefined ? { scope: { S: indexValue(scope, kept.id) } } : {}),
    },
    pointers: (place) =>
      further
        .slice(0, DENIED_SCOPES - 1)
        .map((name, index) => pointerItem(key, { scope: name, number: index + 2, place, expires })),
  };
}

/**
 * The record of an item; `attempts` beside it is the count of a denial, `revoked` what was written later. Throws
 * `Fault('ledger')` for what is no item of ours.
 */
export function readItem(item: Item): IssuanceRecord {
  const text = textOf(item['record']);
  if (text === null) throw new Fault('ledger', 'an item of the ledger has no record');
  const record = fromJson(JSON.parse(text));
  const attempts = item['attempts']?.N;
  const revoked = item['revoked']?.S;
  return {
    ...record,
    ...(attempts === undefined ? {} : { attempts: Number(attempts) }),
    ...(revoked === undefined ? {} : { revoked: JSON.parse(revoked) as RevokedRecord }),
  };
}

/** Records of before are text, whatever their length. */
function textOf(value: AttributeValue | undefined): string | null {
  if (value?.S !== undefined) return value.S;
  if (value?.B === undefined) return null;
  const bytes: unknown = value.B;
  try {
    return unpacked(typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : value.B);
  } catch (cause) {
    throw new Fault('ledger', 'a record of the ledger is not whole', { cause });
  }
}
