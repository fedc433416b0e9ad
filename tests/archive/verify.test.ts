import { beforeEach, describe, expect, it } from '@jest/globals';
import { entryOf } from '../../lib/archive/entry.ts';
import { leafHash, rootOf } from '../../lib/archive/merkle.ts';
import { openCheckpoint, signCheckpoint, signerOf } from '../../lib/archive/note.ts';
import { readBundle, writeBundle } from '../../lib/archive/tiles.ts';
import { verifyLog } from '../../lib/archive/verify.ts';
import { aRecord } from '../ledger/a-record.ts';
import { aLog, SIGNAL, SIGNER, someEntries } from './a-log.ts';
import { type MemoryObjects, memoryObjects } from './memory-objects.ts';

const SIZE = 600;
const entries = someEntries(SIZE);
const whole = memoryObjects();
await aLog(whole).append(entries.slice(0, 300), null, SIGNAL);
const older = openCheckpoint(Buffer.from(whole.bodies.get('checkpoint') ?? '').toString(), SIGNER);
await aLog(whole).append(entries.slice(300), null, SIGNAL);

let objects: MemoryObjects;
beforeEach(() => {
  objects = memoryObjects();
  for (const [key, body] of whole.bodies) objects.bodies.set(key, Buffer.from(body));
});

const verdict = (since = older) =>
  verifyLog(objects, { key: SIGNER, progress: () => {}, ...(since === null ? {} : { since }) }, SIGNAL);
const bundleOf = (key: string): Uint8Array[] => [...(readBundle(objects.bodies.get(key) ?? Buffer.alloc(0)) ?? [])];
const idAt = (place: number): string => entries[place]?.id ?? '';

const SECOND = 'tile/entries/001';
const LAST = 'tile/entries/002.p/88';
const swap = (all: Uint8Array[], one: number, other: number): Uint8Array[] =>
  all.map((entry, at) => (at === one ? (all[other] ?? entry) : at === other ? (all[one] ?? entry) : entry));
const stranger = entryOf(aRecord());

describe('ledger verify', () => {
  it('finds nothing in a log as it was signed, also from an older checkpoint on', async () => {
    expect(await verdict()).toMatchObject({ checkpoint: { size: SIZE }, problem: null });
  });

  it.each([
    ['altered', SECOND, 44, (all: Uint8Array[]) => all.with(44, Buffer.from(String(all[44]).replace(/./g, 'x')))],
    ['dropped', SECOND, 44, (all: Uint8Array[]) => all.toSpliced(44, 1)],
    ['added', SECOND, 44, (all: Uint8Array[]) => all.toSpliced(44, 0, stranger.bytes)],
    ['reordered', SECOND, 44, (all: Uint8Array[]) => swap(all, 44, 90)],
    ['reordered', SECOND, 44, (all: Uint8Array[]) => swap(all, 44, 45)],
    ['altered', LAST, 0, (all: Uint8Array[]) => all.with(0, stranger.bytes)],
    ['dropped', LAST, 87, (all: Uint8Array[]) => all.slice(0, -1)],
    ['dropped', LAST, 0, (all: Uint8Array[]) => all.slice(1)],
    ['added', LAST, 88, (all: Uint8Array[]) => [...all, stranger.bytes]],
    ['reordered', LAST, 86, (all: Uint8Array[]) => swap(all, 86, 87)],
  ])('names a record that was %s in %s at %i', async (kind, key, place, change) => {
    objects.bodies.set(key, writeBundle(change(bundleOf(key))));
    const index = (key === SECOND ? 256 : 512) + place;
    const id = kind === 'added' ? stranger.id : idAt(index);
    expect(await verdict()).toMatchObject({ problem: { kind, index, id } });
  });

  it.each([
    ['missing', SECOND, 256],
    ['missing', 'tile/0/001', 256],
    ['missing', 'tile/1/000.p/2', 0],
  ])('says what is %s: %s', async (kind, key, index) => {
    objects.bodies.delete(key);
    expect(await verdict()).toMatchObject({ problem: { kind, index } });
  });

  it('tells a tile that was altered from a record that was', async () => {
    const tile = Buffer.from(objects.bodies.get('tile/0/001') ?? '');
    tile.writeUInt8(tile.readUInt8(32 * 7) ^ 1, 32 * 7);
    objects.bodies.set('tile/0/001', tile);
    expect(await verdict()).toMatchObject({ problem: { kind: 'tile', index: 263, id: idAt(263) } });
  });

  /** The record, its hash and every hash above it, as somebody would who has everything but the key. */
  function rewrite(place: number): Uint8Array[] {
    const all = entries.map(({ bytes }, at) => (at === place ? stranger.bytes : bytes));
    const hashes = all.map(leafHash);
    for (const [key, from, to] of [
      ['000', 0, 256],
      ['001', 256, 512],
      ['002.p/88', 512, 600],
    ] as const) {
      objects.bodies.set(`tile/entries/${key}`, writeBundle(all.slice(from, to)));
      objects.bodies.set(`tile/0/${key}`, Buffer.concat(hashes.slice(from, to)));
    }
    const upper = [rootOf(hashes.slice(0, 256)), rootOf(hashes.slice(256, 512))];
    objects.bodies.set('tile/1/000.p/2', Buffer.concat(upper));
    return hashes.map((hash) => Buffer.from(hash));
  }

  it.each([5, 300, 599])('names the record %i though every hash over it was written anew', async (place) => {
    rewrite(place);
    expect(await verdict()).toMatchObject({ problem: { kind: 'altered', index: place, id: idAt(place) } });
  });

  it('finds by an older checkpoint what its own signer wrote anew', async () => {
    const root = rootOf(rewrite(5));
    objects.bodies.set('checkpoint', Buffer.from(signCheckpoint({ origin: SIGNER.name, size: SIZE, root }, SIGNER)));
    expect(await verdict(null)).toMatchObject({ problem: null });
    expect(await verdict()).toMatchObject({ problem: { kind: 'altered' } });
  });

  it('refuses a log that is shorter than it was', async () => {
    const since = { origin: SIGNER.name, size: SIZE + 1, root: rootOf([]) };
    expect(await verdict(since)).toMatchObject({ problem: { kind: 'dropped', index: SIZE } });
  });

  it('refuses a checkpoint of another key', async () => {
    const key = signerOf('y'.repeat(64), SIGNER.name, 'log');
    expect(await verifyLog(objects, { key, progress: () => {} }, SIGNAL)).toMatchObject({
      checkpoint: null,
      problem: { kind: 'checkpoint' },
    });
  });
});
