import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto';
import type { EpochSeconds } from '../time.ts';
import type { Hash } from './merkle.ts';

/**
 * Signed notes (C2SP signed-note), checkpoints of a log as notes (tlog-checkpoint) and cosignatures of witnesses on
 * them (tlog-cosignature), with Ed25519.
 */

/** What a key signs: notes as a log does, or checkpoints as a witness does. */
export type KeyKind = 'log' | 'witness';
const ALGORITHM: Readonly<Record<KeyKind, number>> = { log: 1, witness: 4 };

export interface NoteVerifier {
  readonly name: string;
  readonly kind: KeyKind;
  /** First four bytes of the digest over name and key. */
  readonly id: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

export interface NoteSigner extends NoteVerifier {
  readonly privateKey: KeyObject;
}

/** DER of a PKCS#8 Ed25519 key up to its 32 bytes (RFC 8410 section 7), and of its SubjectPublicKeyInfo (section 4). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;
const ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
const TIME_BYTES = 8;

const keyId = (name: string, kind: KeyKind, publicKey: Uint8Array): Uint8Array =>
  createHash('sha256')
    .update(`${name}\n`)
    .update(Uint8Array.of(ALGORITHM[kind]))
    .update(publicKey)
    .digest()
    .subarray(0, ID_BYTES);

/**
 * The key that a secret of at least 32 random characters stands for (HKDF-SHA-256, RFC 5869): a template can make such
 * a secret by itself, so that no function has to write one.
 */
export function signerOf(secret: string, name: string, kind: KeyKind): NoteSigner {
  const seed = new Uint8Array(hkdfSync('sha256', secret, '', `token-broker ${kind} key, Ed25519`, KEY_BYTES));
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
  return { name, kind, id: keyId(name, kind, publicKey), publicKey, privateKey };
}

/** `name+id+key`, as the key's owner publishes it. */
export const verifierText = ({ name, kind, id, publicKey }: NoteVerifier): string =>
  `${name}+${Buffer.from(id).toString('hex')}+${Buffer.concat([Uint8Array.of(ALGORITHM[kind]), publicKey]).toString('base64')}`;

/** Reads a verifier key; null for what is none: another algorithm, or an id that is not of its name and key. */
export function parseVerifier(text: string): NoteVerifier | null {
  const [, name = '', id = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  const kind = (['log', 'witness'] as const).find((each) => ALGORITHM[each] === bytes[0]);
  const publicKey = bytes.subarray(1);
  if (name === '' || kind === undefined || publicKey.length !== KEY_BYTES) return null;
  const verifier = { name, kind, id: keyId(name, kind, publicKey), publicKey };
  return Buffer.from(verifier.id).toString('hex') === id ? verifier : null;
}

/** The state of a log: how many entries it has, and the root over them. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

const noteText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;

const line = ({ name, id }: NoteVerifier, signature: Uint8Array): string =>
  `— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;

/** The checkpoint as a note that the log signed. */
export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  const text = noteText(checkpoint);
  return `${text}\n${line(signer, sign(null, Buffer.from(text), signer.privateKey))}`;
}

const cosigned = (text: string, time: number): Buffer => Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);

/** A witness's signature line on a checkpoint. */
export function cosign(checkpoint: Checkpoint, signer: NoteSigner, time: EpochSeconds): string {
  const bytes = Buffer.alloc(TIME_BYTES);
  bytes.writeBigUInt64BE(BigInt(Math.floor(time)));
  const signature = sign(null, cosigned(noteText(checkpoint), Math.floor(time)), signer.privateKey);
  return line(signer, Buffer.concat([bytes, signature]));
}

const LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/;
/** Longest note that is read. */
const MOST_CHARACTERS = 65_536;

/** Reads a checkpoint and its signature lines, none of them verified; null for what is none. */
export function parseCheckpoint(
  note: string,
): { readonly checkpoint: Checkpoint; readonly lines: readonly string[] } | null {
  if (note.length > MOST_CHARACTERS) return null;
  const end = note.lastIndexOf('\n\n');
  const [origin = '', count = '', encoded = '', ...more] = note.slice(0, end + 1).split('\n');
  const lines = note.slice(end + 2).split('\n');
  const root = Buffer.from(encoded, 'base64');
  const size = /^(?:0|[1-9][0-9]{0,15})$/.test(count) ? Number(count) : Number.NaN;
  // No extension lines: what this project signs has none, and nobody audits them.
  const whole = end > 0 && more.join() === '' && lines.pop() === '' && lines.every((each) => LINE.test(each));
  if (!whole || origin === '' || !Number.isSafeInteger(size) || root.length !== KEY_BYTES) return null;
  if (root.toString('base64') !== encoded) return null;
  return { checkpoint: { origin, size, root }, lines };
}

/** Whether one of the lines is a signature of that key on the checkpoint. */
export function isSigned(checkpoint: Checkpoint, lines: readonly string[], verifier: NoteVerifier): boolean {
  const key = createPublicKey({ key: Buffer.concat([SPKI, verifier.publicKey]), format: 'der', type: 'spki' });
  const text = noteText(checkpoint);
  const mine = signatures(lines, verifier);
  if (verifier.kind === 'log') {
    // A line of that key that is no signature makes the whole note malformed (signed-note).
    return mine.length > 0 && mine.every((bytes) => verify(null, Buffer.from(text), key, bytes));
  }
  return mine.some((bytes) => {
    if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return false;
    const time = Number(Buffer.from(bytes).readBigUInt64BE(0));
    return verify(null, cosigned(text, time), key, bytes.subarray(TIME_BYTES));
  });
}

/** What the lines of that name and id hold behind the id. */
function signatures(lines: readonly string[], { name, id }: NoteVerifier): readonly Uint8Array[] {
  return lines.flatMap((each) => {
    const [, by, encoded = ''] = LINE.exec(each) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    return by === name && Buffer.compare(bytes.subarray(0, ID_BYTES), id) === 0 ? [bytes.subarray(ID_BYTES)] : [];
  });
}

/** The checkpoint of a note of this log, signed by its key; null for anything else. */
export function openCheckpoint(note: string, verifier: NoteVerifier): Checkpoint | null {
  const read = parseCheckpoint(note);
  if (read === null || read.checkpoint.origin !== verifier.name) return null;
  return isSigned(read.checkpoint, read.lines, verifier) ? read.checkpoint : null;
}
