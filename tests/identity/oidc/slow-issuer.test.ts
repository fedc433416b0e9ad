import { describe, expect, it } from '@jest/globals';
import type { Fetcher, FetchResult } from '../../../lib/ports/documents.ts';
import { BY_DISCOVERY, body, KEYS, key, kids, MINUTE, SECOND, START, world } from './issuer-world.ts';

describe('an issuer that is slow', () => {
  const slowly = (state: { pages: Map<string, FetchResult> }, ms: number): Fetcher => ({
    fetch: ({ url }, giveUp) =>
      new Promise((resolve) => {
        const late: FetchResult = { ok: false, problem: 'timeout', cause: 'deadline' };
        const timer = setTimeout(() => resolve(state.pages.get(url) ?? late), ms);
        giveUp.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve(late);
        });
      }),
  });

  it('is heard out by a caller that has the time, discovery and keys together beyond a second', async () => {
    const { state, start } = world();
    expect(await kids(start({ fetcher: slowly(state, 600) }), 'a')).toBe('a');
  });

  it('is waited for by whoever comes while it is asked', async () => {
    const { state, start } = world();
    const keySets = start({ fetcher: slowly(state, 50) });
    const first = kids(keySets, 'a');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await Promise.all([kids(keySets, 'a'), kids(keySets, 'a'), first])).toEqual(['a', 'a', 'a']);
  });

  it('is waited for by whoever has an unknown kid while it is asked for another one', async () => {
    const { state, start } = world();
    const ms = { value: 0 };
    let asked = 0;
    const fetcher: Fetcher = {
      fetch: (request, giveUp) => {
        asked += 1;
        return slowly(state, ms.value).fetch(request, giveUp);
      },
    };
    const keySets = start({ fetcher });
    expect(await kids(keySets, 'a')).toBe('a');
    state.now = START + SECOND;
    ms.value = 50;
    state.pages.set(KEYS, body({ keys: [key('a'), key('b')] }));
    const search = kids(keySets, 'none');
    await new Promise((resolve) => setTimeout(resolve, 10));
    // A known one need not wait.
    expect(await Promise.race([kids(keySets, 'a'), search])).toBe('a');
    expect(await Promise.all([search, kids(keySets, 'b')])).toEqual(['', 'b']);
    expect(asked).toBe(3);
  });

  it('is heard out for the next caller where the first has no time', async () => {
    const { state, start } = world();
    const keySets = start({ fetcher: slowly(state, 300) });
    expect(await keySets.find(BY_DISCOVERY, 'a', AbortSignal.timeout(100))).toMatchObject({
      refusal: { reason: 'keys_unavailable' },
    });
    expect(await kids(keySets, 'a')).toBe('a');
  });

  it('holds nobody longer than a second where a held key would do', async () => {
    const { state, start } = world();
    const ms = { value: 0 };
    const fetcher: Fetcher = { fetch: (request, giveUp) => slowly(state, ms.value).fetch(request, giveUp) };
    const keySets = start({ fetcher });
    expect(await kids(keySets, 'a')).toBe('a');
    state.now = START + 10 * MINUTE;
    ms.value = 60_000;
    const began = performance.now();
    expect(await kids(keySets, 'a')).toBe('a');
    expect(performance.now() - began).toBeLessThan(1_400);
  });
});
