import { describe, expect, it } from '@jest/globals';
import { Fault } from '../../../lib/outcome.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { body, HOUR, ISSUER, KEYS, key, kids, MINUTE, SECOND, START, world } from './issuer-world.ts';

describe('the shared copy', () => {
  it('serves a process that starts while the issuer is down', async () => {
    const first = world();
    await kids(first.keySets, 'a');
    const cold = world(first.shared);
    cold.state.pages.clear();
    cold.state.now = START + 23 * HOUR;
    expect(await kids(cold.keySets, 'a')).toBe('a');
  });

  it('serves a cold start without a look at the issuer while it is fresh', async () => {
    const first = world();
    await kids(first.keySets, 'a');
    const cold = world(first.shared);
    cold.state.now = START + 9 * MINUTE;
    expect(await kids(cold.keySets, 'a')).toBe('a');
    expect(cold.state.asked).toEqual([]);
  });

  it('is followed by the issuer, at once, for a kid that it lacks', async () => {
    const first = world();
    await kids(first.keySets, 'a');
    const cold = world(first.shared);
    cold.state.now = START + MINUTE;
    cold.state.pages.set(KEYS, body({ keys: [key('b')] }));
    expect(await kids(cold.keySets, 'b')).toBe('b');
  });

  it.each([
    ['24 h old', START - 24 * HOUR],
    ['from a clock five minutes ahead', START + 5 * MINUTE],
  ])('is nothing where it is %s', async (_name, fetchedAt) => {
    const first = world();
    await kids(first.keySets, 'a');
    for (const [name, { text }] of first.shared)
      first.shared.set(name, { text, fetchedAt: epochMilliseconds(fetchedAt) });
    const cold = world(first.shared);
    cold.state.pages.clear();
    expect(await kids(cold.keySets, 'a')).toBe('keys_unavailable');
  });

  it.each([
    ['a millisecond less than 24 h old', START - 24 * HOUR + 1, []],
    ['ten minutes old: the issuer is asked first', START - 10 * MINUTE, [KEYS]],
    ['a millisecond younger than that', START - 10 * MINUTE + 1, null],
    ['from a clock that is a little less than five minutes ahead', START + 5 * MINUTE - 1, null],
  ])('serves where it is %s', async (_name, fetchedAt, asked) => {
    const first = world();
    await kids(first.keySets, 'a');
    for (const [name, { text }] of first.shared)
      first.shared.set(name, { text, fetchedAt: epochMilliseconds(fetchedAt) });
    const cold = world(first.shared);
    cold.state.pages.clear();
    expect(await kids(cold.keySets, 'a')).toBe('a');
    expect(cold.state.asked.length === 0).toBe(asked === null);
  });

  it('of another source is nothing, though it lies under this one’s name', async () => {
    const other = world();
    await kids(other.keySets, 'a', { issuer: ISSUER, jwksUri: KEYS });
    const [[, copy] = ['', null]] = [...other.shared];
    const shared = new Map(copy === null ? [] : [[`issuer ${ISSUER}`, copy]]);
    const cold = world(shared);
    cold.state.pages.clear();
    expect(await kids(cold.keySets, 'a')).toBe('keys_unavailable');
  });

  it.each(['', 'null', '{}', '{"source":"issuer https://idp.example.com"}', 'x'.repeat(400_000)])(
    'is nothing where it is damaged (%#)',
    async (text) => {
      const shared = new Map([[`issuer ${ISSUER}`, { text, fetchedAt: epochMilliseconds(START) }]]);
      const cold = world(shared);
      expect(await kids(cold.keySets, 'a')).toBe('a');
    },
  );

  it('that can’t be had or left costs nobody a key', async () => {
    const broken = async (): Promise<never> => {
      throw new Fault('key-sets', 'down');
    };
    const { start } = world();
    expect(await kids(start({ store: { get: broken, put: broken } }), 'a')).toBe('a');
  });

  it('without a key is the issuer’s word here too, for as long as it was asked lately', async () => {
    const first = world();
    first.state.pages.set(KEYS, body({ keys: [] }));
    await kids(first.keySets, 'a');
    const cold = world(first.shared);
    cold.state.now = START + 10 * SECOND;
    expect(await kids(cold.keySets, undefined)).toBe('');
    expect(cold.state.asked).toEqual([]);
  });

  it.each([
    ['300 KB', 307_200, 1],
    ['a byte more', 307_201, 0],
  ])('is left where it has at most 300 KB: %s', async (_name, bytes, copies) => {
    const { state, keySets, shared } = world();
    const rest = { source: `issuer ${ISSUER}`, jwksUri: KEYS, discoveredAt: START, searchedAt: null };
    const least = JSON.stringify({ ...rest, keys: [{ ...key('a'), n: '' }] }).length;
    state.pages.set(KEYS, body({ keys: [{ ...key('a'), n: 'x'.repeat(bytes - least) }] }));
    await kids(keySets, undefined);
    expect(shared.size).toBe(copies);
    for (const copy of shared.values()) expect(copy.text).toHaveLength(bytes);
  });
});
