import { describe, expect, it } from '@jest/globals';
import { Fault } from '../../../lib/outcome.ts';
import type { DocumentStore, Fetcher } from '../../../lib/ports/documents.ts';
import {
  BY_DISCOVERY,
  body,
  DISCOVERY,
  down,
  KEYS,
  key,
  kids,
  MINUTE,
  SECOND,
  START,
  signal,
  world,
} from './issuer-world.ts';

describe('a rotation', () => {
  it('is seen for an unknown kid at once, however lately the set was fetched for another reason', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    state.now = START + 1;
    expect(await kids(keySets, 'b')).toBe('b');
    expect(state.asked).toEqual([DISCOVERY, KEYS, KEYS]);
  });

  it('is seen for unknown kids at most once in 30 s, and what cannot be known meanwhile is retryable', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.now = START + SECOND;
    expect(await kids(keySets, 'none')).toBe('');
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    state.now = START + 3_500;
    expect(await keySets.find(BY_DISCOVERY, 'b', signal)).toEqual({
      ok: false,
      refusal: { reason: 'key_not_known_yet', retryAfter: 28, log: { kid: 'b' } },
    });
    state.now = START + 31 * SECOND - 1;
    expect(await keySets.find(BY_DISCOVERY, 'b', signal)).toMatchObject({
      refusal: { reason: 'key_not_known_yet', retryAfter: 1 },
    });
    expect(state.asked).toHaveLength(3);
    state.now = START + 31 * SECOND;
    expect(await kids(keySets, 'b')).toBe('b');
    expect(state.asked).toHaveLength(4);
  });

  it('is not awaited for a kid that the source was just asked for: that one is unknown until it is asked again', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.now = START + SECOND;
    expect(await kids(keySets, 'none')).toBe('');
    state.now = START + 20 * SECOND;
    expect(await kids(keySets, 'none')).toBe('');
    expect(state.asked).toHaveLength(3);
    state.pages.set(KEYS, body({ keys: [key('a'), key('none')] }));
    state.now = START + 31 * SECOND;
    expect(await kids(keySets, 'none')).toBe('none');
  });

  it('is unknown, and not awaited, for a kid that the first look of all did not find', async () => {
    const { state, keySets } = world();
    expect(await kids(keySets, 'none')).toBe('');
    expect(state.asked).toEqual([DISCOVERY, KEYS]);
  });

  it('is looked for by one of many processes in 30 s, however many kids are made up', async () => {
    const { state, start } = world();
    const processes = Array.from({ length: 10 }, () => start());
    for (const each of processes) await kids(each, 'a');
    expect(state.asked).toEqual([DISCOVERY, KEYS]);
    const answers = new Map<string, number>();
    for (let second = 1; second <= 60; second += 1) {
      state.now = START + second * SECOND;
      for (const [index, each] of processes.entries()) {
        const answer = await kids(each, `made-up-${second}-${index}`);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    }
    // At 1, 31 and no other second.
    expect(state.asked).toEqual([DISCOVERY, KEYS, KEYS, KEYS]);
    expect(Object.fromEntries(answers)).toEqual({ '': 2, key_not_known_yet: 598 });
  });

  it('that another process has seen is seen from the store, without a fetch', async () => {
    const { state, start } = world();
    const [one, other] = [start(), start()];
    await kids(one, 'a');
    await kids(other, 'a');
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    state.now = START + SECOND;
    expect(await kids(one, 'b')).toBe('b');
    state.now = START + 2 * SECOND;
    expect(await kids(other, 'b')).toBe('b');
    expect(await kids(start(), 'c')).toBe('key_not_known_yet');
    expect(state.asked).toEqual([DISCOVERY, KEYS, KEYS]);
  });

  it('is seen by every process for itself where the store is down', async () => {
    const { state, start } = world();
    const store: DocumentStore = {
      get: async () => Promise.reject(new Fault('key-sets', 'down')),
      put: async () => Promise.reject(new Fault('key-sets', 'down')),
    };
    const [one, other] = [start({ store }), start({ store })];
    await kids(one, 'a');
    await kids(other, 'a');
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    expect([await kids(one, 'b'), await kids(other, 'b')]).toEqual(['b', 'b']);
  });

  it('is seen for a token without kid that no key verified, at once and then at most once in 30 s', async () => {
    const { state, keySets } = world();
    const tryAll = async (): Promise<string> => {
      const held = await keySets.find(BY_DISCOVERY, undefined, signal);
      const newer = held.ok ? await keySets.find(BY_DISCOVERY, undefined, signal, held.value) : held;
      return newer.ok ? newer.value.map((each) => String(each['x'])).join(' ') : newer.refusal.reason;
    };
    await kids(keySets, undefined);
    state.pages.set(KEYS, body({ keys: [{ kty: 'EC', crv: 'P-256', x: 'new', y: 'new' }] }));
    expect(await tryAll()).toBe('new');
    state.pages.set(KEYS, body({ keys: [{ kty: 'EC', crv: 'P-256', x: 'newer', y: 'newer' }] }));
    state.now = START + 30 * SECOND - 1;
    expect(await tryAll()).toBe('');
    state.now = START + 30 * SECOND;
    expect(await tryAll()).toBe('newer');
    expect(state.asked).toEqual([DISCOVERY, KEYS, KEYS, KEYS]);
  });

  it('remembers a hundred kids that are none, of at most 256 characters: of others it cannot say so', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.now = START + SECOND;
    const long = 'x'.repeat(257);
    const longest = 'x'.repeat(256);
    const unknown = [long, longest, ...Array.from({ length: 100 }, (_each, index) => `unknown-${index}`)];
    await Promise.all(unknown.map((kid) => kids(keySets, kid)));
    state.now = START + 2 * SECOND;
    expect([await kids(keySets, longest), await kids(keySets, 'unknown-98')]).toEqual(['', '']);
    expect(await kids(keySets, 'unknown-99')).toBe('key_not_known_yet');
    expect(await kids(keySets, long)).toBe('key_not_known_yet');
    expect(state.asked).toHaveLength(3);
  });

  it('that ends a key ends it here with the next look', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.pages.set(KEYS, body({ keys: [key('b')] }));
    state.now = START + 10 * MINUTE;
    expect(await kids(keySets, 'a')).toBe('');
  });

  it('costs one look however many ask', async () => {
    const { state, keySets } = world();
    await Promise.all(Array.from({ length: 50 }, () => kids(keySets, 'a')));
    expect(state.asked).toEqual([DISCOVERY, KEYS]);
    state.now = START + MINUTE;
    await Promise.all(Array.from({ length: 50 }, (_each, index) => kids(keySets, `unknown-${index}`)));
    expect(state.asked).toEqual([DISCOVERY, KEYS, KEYS]);
  });

  it('is awaited to the second, rounded up', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.now = START + SECOND;
    await kids(keySets, 'none');
    state.now += 999;
    expect(await keySets.find(BY_DISCOVERY, 'b', signal)).toMatchObject({ refusal: { retryAfter: 30 } });
  });

  it('that is awaited for others is awaited for a kid that is remembered as none', async () => {
    const { state, start } = world();
    const gate = { open: Promise.resolve() };
    const fetcher: Fetcher = {
      async fetch({ url }) {
        await gate.open;
        return state.pages.get(url) ?? down;
      },
    };
    const keySets = start({ fetcher });
    await kids(keySets, 'a');
    state.now = START + SECOND;
    expect(await kids(keySets, 'none')).toBe('');
    const late = Promise.withResolvers<void>();
    gate.open = late.promise;
    state.now = START + 31 * SECOND;
    state.pages.set(KEYS, body({ keys: [key('a'), key('none')] }));
    const search = kids(keySets, 'another');
    const waiting = kids(keySets, 'none');
    late.resolve();
    expect(await Promise.all([search, waiting])).toEqual(['', 'none']);
  });

  it('forgets what was none with each new answer, of the source or of another process', async () => {
    const { state, start } = world();
    const [one, other] = [start(), start()];
    await kids(one, 'a');
    await kids(other, 'a');
    state.now = START + SECOND;
    expect([await kids(one, 'none')]).toEqual(['']);
    state.now = START + 31 * SECOND;
    // The other one asks the source; the first learns of it from the store with its next question.
    expect(await kids(other, 'nobody')).toBe('');
    state.now = START + 32 * SECOND;
    expect([await kids(one, 'none'), await kids(other, 'none')]).toEqual(['key_not_known_yet', 'key_not_known_yet']);
    state.now = START + 61 * SECOND;
    expect(await kids(other, 'somebody')).toBe('');
    state.now = START + 62 * SECOND;
    expect(await kids(other, 'nobody')).toBe('key_not_known_yet');
  });

  it('that another process searched for ends an outage here: what is not found is looked for again, not down', async () => {
    const { state, start } = world();
    const [one, other] = [start(), start()];
    await kids(one, 'a');
    await kids(other, 'a');
    state.pages.set(KEYS, down);
    state.now = START + MINUTE;
    expect(await kids(one, 'b')).toBe('keys_unavailable');
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    state.now = START + 2 * MINUTE;
    expect(await kids(other, 'nobody')).toBe('');
    expect([await kids(one, 'b'), await kids(one, 'c')]).toEqual(['b', 'key_not_known_yet']);
  });

  it('that another process saw by chance is taken from the store, and ends an outage here', async () => {
    const { state, start } = world();
    const [one, other] = [start(), start()];
    await kids(one, 'a');
    await kids(other, 'a');
    state.pages.set(KEYS, down);
    state.now = START + MINUTE;
    expect(await kids(one, 'b')).toBe('keys_unavailable');
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    state.now = START + 11 * MINUTE;
    // Asked because its set is old, not for a kid.
    expect(await kids(other, 'a')).toBe('a');
    const before = state.asked.length;
    expect(await kids(one, 'b')).toBe('b');
    expect(state.asked).toHaveLength(before);
    state.pages.set(KEYS, body({ keys: [key('a')] }));
    state.now = START + 12 * MINUTE;
    expect(await kids(one, 'c')).toBe('');
  });
});
