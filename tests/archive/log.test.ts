import { describe, expect, it } from '@jest/globals';
import { entryOf } from '../../lib/archive/entry.ts';
import { CHECKPOINT } from '../../lib/archive/log.ts';
import { STATE } from '../../lib/archive/log-state.ts';
import type { Objects } from '../../lib/archive/objects.ts';
import { aDenial, aRecord } from '../ledger/a-record.ts';
import { aLog, idsIn, SIGNAL, someEntries } from './a-log.ts';
import { memoryObjects, watchedObjects } from './memory-objects.ts';

const idsOf = (entries: readonly { readonly id: string }[]): readonly string[] => entries.map(({ id }) => id);

describe('the log', () => {
  it('has every entry once, in the order of its batch, over the edges of bundles and tiles', async () => {
    const objects = memoryObjects();
    const log = aLog(objects);
    const batches = [1, 254, 1, 1, 255, 513, 2].map(someEntries);
    for (const batch of batches) expect(await log.append(batch, null, SIGNAL)).toBe(batch.length);
    expect(await idsIn(objects)).toEqual(batches.flatMap(idsOf));
  });

  it('keeps full tiles and bundles under lock, and takes partial ones away once the full one is there', async () => {
    const objects = memoryObjects();
    const log = aLog(objects);
    for (const count of [200, 100]) await log.append(someEntries(count), null, SIGNAL);
    const tiles = [...objects.bodies.keys()].filter((key) => key.startsWith('tile/')).sort();
    expect(tiles).toEqual([
      'tile/0/000',
      'tile/0/001.p/44',
      'tile/1/000.p/1',
      'tile/entries/000',
      'tile/entries/001.p/44',
    ]);
    const locked = [...objects.locked].filter((key) => key.startsWith('tile/'));
    expect(locked.sort()).toEqual(['tile/0/000', 'tile/entries/000']);
  });

  it('takes nothing twice: replays of a batch, parts of it, and older states of a record', async () => {
    const objects = memoryObjects();
    const log = aLog(objects);
    const started = aRecord({ outcome: 'started', credential: null });
    const denied = aDenial();
    const batch = [...someEntries(300), entryOf(started), entryOf(denied)];
    await log.append(batch, null, SIGNAL);
    await log.append(someEntries(600), null, SIGNAL);
    expect(await log.append(batch.slice(100), null, SIGNAL)).toBe(0);
    const later = [entryOf({ ...denied, attempts: 3 }), entryOf({ ...started, outcome: 'issued' })];
    expect(await log.append([...later, entryOf({ ...denied, attempts: 2 })], null, SIGNAL)).toBe(2);
    expect(await log.append([entryOf({ ...denied, attempts: 2 }), entryOf(started)], null, SIGNAL)).toBe(0);
    expect((await idsIn(objects)).slice(-2)).toEqual([denied.id, started.id]);
  });

  it('finds an old id again among many bundles', async () => {
    const objects = memoryObjects();
    const log = aLog(objects);
    const first = someEntries(1_000);
    await log.append(first, null, SIGNAL);
    const read: string[] = [];
    const watched = watchedObjects(objects, { before: async (call) => void read.push(call) });
    expect(await aLog(watched).append(first.slice(300, 301), null, SIGNAL)).toBe(0);
    expect(read.filter((call) => call.startsWith('get tile/entries/'))).toHaveLength(2);
  });

  it('of several writers at once each has its entries in, once', async () => {
    const objects = memoryObjects();
    const batches = [70, 200, 40, 90].map(someEntries);
    const counts = await Promise.all(batches.map((batch) => aLog(objects).append(batch, null, SIGNAL)));
    expect(counts).toEqual([70, 200, 40, 90]);
    const ids = await idsIn(objects);
    expect([...ids].sort()).toEqual(batches.flatMap(idsOf).sort());
    for (const batch of batches) {
      const at = ids.indexOf(batch[0]?.id ?? '');
      expect(ids.slice(at, at + batch.length)).toEqual(idsOf(batch));
    }
  });

  it('of several writers with the very same batch none writes it twice', async () => {
    const objects = memoryObjects();
    const batch = someEntries(300);
    await Promise.all([1, 2, 3].map(() => aLog(objects).append(batch, null, SIGNAL)));
    expect(await idsIn(objects)).toEqual(idsOf(batch));
  });
});

describe('a writer that is killed', () => {
  const first = someEntries(250);
  const second = someEntries(10);

  /** Runs with a store that dies at the n-th call, before or after its effect; true: it lived to the end. */
  async function killedAt(objects: Objects, at: number, when: 'before' | 'after'): Promise<boolean> {
    let calls = 0;
    let isDead = false;
    const die = async (): Promise<void> => {
      if (isDead) throw new Error('killed');
    };
    const watched = watchedObjects(objects, {
      before: async () => {
        calls += 1;
        if (calls === at && when === 'before') isDead = true;
        await die();
      },
      after: async () => {
        if (calls >= at && when === 'after') isDead = true;
        await die();
      },
    });
    try {
      await aLog(watched).append(second, null, SIGNAL);
      return true;
    } catch {
      return false;
    }
  }

  it.each(['before', 'after'] as const)(
    '%s any call it makes, loses nothing and writes nothing twice',
    async (when) => {
      let lived = false;
      for (let at = 1; !lived; at += 1) {
        const objects = memoryObjects();
        await aLog(objects).append(first, null, SIGNAL);
        lived = await killedAt(objects, at, when);
        // Lambda brings the same batch again, behind which others come.
        await aLog(objects).append(second, null, SIGNAL);
        await aLog(objects).append(someEntries(1), null, SIGNAL);
        expect((await idsIn(objects)).slice(0, -1)).toEqual(idsOf([...first, ...second]));
        expect(at).toBeLessThan(200);
      }
    },
    30_000,
  );

  it('and thaws much later, does not put its older checkpoint over a newer one', async () => {
    const objects = memoryObjects();
    await aLog(objects).append(first, null, SIGNAL);
    let thaw = (): void => {};
    const frozen = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    const watched = watchedObjects(objects, {
      before: async (call) => {
        if (call === `put ${CHECKPOINT}`) await frozen;
      },
    });
    const held = aLog(watched).append(second, null, SIGNAL);
    while (!objects.bodies.has('tile/0/001.p/4')) await new Promise((resolve) => setImmediate(resolve));
    const third = someEntries(10);
    await aLog(objects).append(third, null, SIGNAL);
    thaw();
    await held;
    expect(await idsIn(objects)).toEqual(idsOf([...first, ...second, ...third]));
  });
});

describe('a store that lies', () => {
  it('by losing what it said it has written: no checkpoint is signed over it', async () => {
    const objects = memoryObjects();
    const liar: Objects = {
      ...objects,
      put: async (key, ...rest) => (key.startsWith('tile/entries') ? 'written' : objects.put(key, ...rest)),
    };
    await expect(aLog(liar).append(someEntries(3), null, SIGNAL)).rejects.toThrow('not what it reads');
    expect(await idsIn(objects)).toEqual([]);
  });

  it.each([
    ['an entry of the last bundle', 'tile/entries/000.p/3'],
    ['a hash of the last tile', 'tile/0/000.p/3'],
    ['the checkpoint', CHECKPOINT],
    ['the state', STATE],
  ])('by another octet in %s: nothing is appended to it', async (_, key) => {
    const objects = memoryObjects();
    await aLog(objects).append(someEntries(3), null, SIGNAL);
    const body = Buffer.from(objects.bodies.get(key) ?? '');
    body.writeUInt8((body.at(40) ?? 0) ^ 1, 40);
    objects.bodies.set(key, body);
    const before = objects.bodies.get(CHECKPOINT);
    await expect(aLog(objects).append(someEntries(1), null, SIGNAL)).rejects.toThrow();
    expect(objects.bodies.get(CHECKPOINT)).toBe(before);
  });

  it('by an older checkpoint: the log is not forked', async () => {
    const objects = memoryObjects();
    await aLog(objects).append(someEntries(3), null, SIGNAL);
    const old = objects.bodies.get(CHECKPOINT) ?? Buffer.alloc(0);
    await aLog(objects).append(someEntries(3), null, SIGNAL);
    await aLog(objects).append(someEntries(3), null, SIGNAL);
    objects.bodies.set(CHECKPOINT, old);
    await expect(aLog(objects).append(someEntries(1), null, SIGNAL)).rejects.toThrow('rolled back');
  });

  it('by an older state, or by none: the log goes on behind its checkpoint', async () => {
    const objects = memoryObjects();
    const [one, two, three] = [3, 4, 5].map(someEntries);
    await aLog(objects).append(one ?? [], null, SIGNAL);
    const old = objects.bodies.get(STATE) ?? Buffer.alloc(0);
    await aLog(objects).append(two ?? [], null, SIGNAL);
    objects.bodies.set(STATE, old);
    await aLog(objects).append(three ?? [], null, SIGNAL);
    objects.bodies.delete(STATE);
    expect(await aLog(objects).append([...(one ?? []), ...(three ?? [])], null, SIGNAL)).toBe(0);
    expect(await idsIn(objects)).toEqual(idsOf([...(one ?? []), ...(two ?? []), ...(three ?? [])]));
  });
});
