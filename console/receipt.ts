/**
 * A receipt, verified in the browser: that a record is in the log, by WebCrypto alone (C2SP tlog-proof, signed-note and
 * tlog-checkpoint; RFC 6962 section 2.1). Nothing is taken from the broker's word but the key, which the page shows.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json.ts';
import { PERSON_ROLES, withoutPerson } from '../lib/ledger/persons.ts';
import type { Json } from './record.ts';

export type Verdict =
  | {
      readonly kind: 'holds';
      readonly index: number;
      readonly size: number;
      readonly origin: string;
      /** Whose signatures stand on the checkpoint beside the log's; their keys are not known here. */
      readonly others: readonly string[];
      /** What persons' own members are in the log is sealed, or was erased here: they were not compared. */
      readonly sealed: boolean;
    }
  | { readonly kind: 'broken'; readonly what: 'receipt' | 'key' | 'signature' | 'proof' | 'record' }
  /** The browser knows no Ed25519. */
  | { readonly kind: 'unsupported' };

const RECEIPT =
  /^c2sp\.org\/tlog-proof@v1\nextra ([A-Za-z0-9+/]+={0,2})\nindex (0|[1-9][0-9]{0,15})\n((?:[A-Za-z0-9+/]{43}=\n)*)\n(.+)$/s;
const KEY = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;
const SIGNATURE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/;
const ED25519 = 1;
const KEY_BYTES = 32;
const ID_BYTES = 4;

const broken = (what: (Verdict & { kind: 'broken' })['what']): Verdict => ({ kind: 'broken', what });

/** Holds a receipt against the key of the log (`name+id+key`) and the record that the page shows. */
export async function verifyReceipt(receipt: string, keyLine: string, record: Json): Promise<Verdict> {
  const [, extra, index = '', lines = '', note = ''] = RECEIPT.exec(receipt) ?? [];
  const checkpoint = parseCheckpoint(note);
  if (extra === undefined || checkpoint === null) return broken('receipt');
  const key = await parseKey(keyLine);
  if (key === null || key.name !== checkpoint.origin) return broken('key');
  const signed = await isSigned(checkpoint, key);
  if (signed === null) return { kind: 'unsupported' };
  if (!signed) return broken('signature');
  const entry = bytesOf(extra);
  const proof = lines.split('\n').slice(0, -1).map(bytesOf);
  const place = { index: Number(index), size: checkpoint.size };
  const root = await rootOf(await sha256(Uint8Array.of(0), entry), place, proof);
  if (root === null || !same(root, checkpoint.root)) return broken('proof');
  const [logged, shown] = withoutSealed(JSON.parse(new TextDecoder().decode(entry)), record);
  if (!isEqual(logged, shown)) return broken('record');
  const others = checkpoint.signatures.map(({ by }) => by).filter((by) => by !== key.name);
  return { kind: 'holds', ...place, origin: checkpoint.origin, others, sealed: shown !== record };
}

interface Checkpoint {
  readonly text: string;
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array<ArrayBuffer>;
  readonly signatures: readonly { readonly by: string; readonly bytes: Uint8Array<ArrayBuffer> }[];
}

function parseCheckpoint(note: string): Checkpoint | null {
  const end = note.indexOf('\n\n');
  const text = note.slice(0, end + 1);
  const [origin = '', size = '', root = ''] = text.split('\n');
  const lines = note.slice(end + 2).split('\n');
  const signatures = lines.slice(0, -1).map((line) => SIGNATURE.exec(line));
  if (end < 1 || lines.at(-1) !== '' || !signatures.every((match) => match !== null)) return null;
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(size) || !/^[A-Za-z0-9+/]{43}=$/.test(root)) return null;
  return {
    ...{ text, origin },
    size: Number(size),
    root: bytesOf(root),
    signatures: signatures.map(([, by = '', bytes = '']) => ({ by, bytes: bytesOf(bytes) })),
  };
}

interface LogKey {
  readonly name: string;
  readonly id: Uint8Array<ArrayBuffer>;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/** null: it is no Ed25519 key of a log, or its id is not of its name and key. */
async function parseKey(line: string): Promise<LogKey | null> {
  const [, name = '', id = '', encoded = ''] = KEY.exec(line.trim()) ?? [];
  const bytes = bytesOf(encoded);
  if (name === '' || bytes[0] !== ED25519 || bytes.length !== KEY_BYTES + 1) return null;
  const computed = (await sha256(new TextEncoder().encode(`${name}\n`), bytes)).slice(0, ID_BYTES);
  return hexOf(computed) === id ? { name, id: computed, publicKey: bytes.slice(1) } : null;
}

/** Every line of the key must be its signature, and there must be one; null: the browser cannot say. */
async function isSigned({ text, signatures }: Checkpoint, { name, id, publicKey }: LogKey): Promise<boolean | null> {
  const mine = signatures.filter(({ by, bytes }) => by === name && same(bytes.slice(0, ID_BYTES), id));
  try {
    const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
    const message = new TextEncoder().encode(text);
    const held = await Promise.all(
      mine.map(({ bytes }) => crypto.subtle.verify('Ed25519', key, bytes.slice(ID_BYTES), message)),
    );
    return held.length > 0 && held.every(Boolean);
  } catch {
    return null;
  }
}

interface Place {
  readonly index: number;
  readonly size: number;
}

/** The root that the path leads to (RFC 9162 section 2.1.3.2); null: it has another length. */
async function rootOf(
  leaf: Uint8Array<ArrayBuffer>,
  { index, size }: Place,
  path: readonly Uint8Array<ArrayBuffer>[],
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (index >= size) return null;
  let [node, last, hash] = [index, size - 1, leaf];
  const up = (): void => {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  };
  for (const sibling of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      hash = await sha256(Uint8Array.of(1), sibling, hash);
      while (node % 2 === 0 && node !== 0) up();
    } else {
      hash = await sha256(Uint8Array.of(1), hash, sibling);
    }
    up();
  }
  return last === 0 ? hash : null;
}

async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const same = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

/**
 * Entry and record without what the entry has sealed and the record had erased. Everything else of both is compared:
 * other persons' members too.
 */
function withoutSealed(entry: JsonValue, record: Json): readonly [Json | undefined, Json] {
  if (!isJsonObject(entry) || !isJsonObject(record)) return [entry, record];
  const boxes = Array.isArray(entry['sealed']) ? entry['sealed'] : [];
  const erased = Array.isArray(record['erased']) ? record['erased'] : [];
  const named = [...boxes.map((box) => (isJsonObject(box) ? box['as'] : null)), ...erased];
  const roles = PERSON_ROLES.filter((role) => named.includes(role));
  if (roles.length === 0 && entry['format'] === undefined) return [entry, record];
  const bare = (json: JsonObject): JsonObject => {
    const { format: _, sealed: __, erased: ___, ...rest } = json;
    return roles.reduce((left, role) => withoutPerson(left, role, '').record, rest);
  };
  return [bare(entry), bare(record)];
}

/** The same JSON, whatever the order of members. */
function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [members, others] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  return members.size === others.size && [...members].every(([name, value]) => isEqual(value, others.get(name)));
}
