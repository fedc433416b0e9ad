/** Claims over replays that answer when they are told: what waits for what, and what is given back. */
import { describe, expect, it } from '@jest/globals';
import { claimProofs, releaseProofs } from '../../lib/issuance/single-use.ts';
import { Fault } from '../../lib/outcome.ts';
import type { Replays } from '../../lib/ports/replays.ts';
import { replaysOf, turn, use } from './waiting-replays.ts';

const forever = new AbortController().signal;

describe('claims', () => {
  it('are made side by side where those before are likely to hold', async () => {
    const { replays, events, answer } = replaysOf(() => true);
    const claimed = claimProofs(replays, [use('client'), use('subject'), use('actor')], forever);
    expect(events).toEqual(['claim client', 'claim subject', 'claim actor']);
    for (const each of ['actor', 'client', 'subject']) await answer(each, 'claimed');
    expect(await claimed).toEqual({ ok: true, value: null });
  });

  it.each([
    ['is not likely to hold', () => false],
    ['may not hold for all that this process knows', undefined],
  ])('wait for one before them that %s', async (_, likely) => {
    const { replays, events, answer } = replaysOf(likely);
    const claimed = claimProofs(replays, [use('client'), use('subject')], forever);
    await turn();
    expect(events).toEqual(['claim client']);
    await answer('client', 'claimed');
    expect(events).toEqual(['claim client', 'claim subject']);
    await answer('subject', 'claimed');
    expect((await claimed).ok).toBe(true);
  });

  it('of `bind`, which cannot be given back, wait for all before them', async () => {
    const { replays, events, answer } = replaysOf(() => true);
    const claimed = claimProofs(replays, [use('client'), use('subject', 'bind'), use('actor')], forever);
    expect(events).toEqual(['claim client']);
    await answer('client', 'claimed');
    expect(events).toEqual(['claim client', 'claim subject', 'claim actor']);
    await answer('subject', 'claimed');
    await answer('actor', 'claimed');
    expect((await claimed).ok).toBe(true);
  });

  it.each([
    ['client', ['release subject', 'release actor'], 'client_assertion_replayed'],
    ['subject', ['release actor'], 'replayed'],
    ['actor', [], 'replayed'],
  ] as const)('are given back behind the first that is refused: %s', async (replayed, released, reason) => {
    const { replays, events, answer } = replaysOf(() => true);
    const claimed = claimProofs(replays, [use('client'), use('subject'), use('actor')], forever);
    for (const each of ['client', 'subject', 'actor']) await answer(each, each === replayed ? 'replayed' : 'claimed');
    expect(await claimed).toMatchObject({ ok: false, refusal: { reason } });
    expect(events.slice(3)).toEqual(released);
  });

  it('that are refused, more than one of them, are so for the first', async () => {
    const { replays, answer } = replaysOf(() => true);
    const claimed = claimProofs(replays, [use('client'), use('subject')], forever);
    for (const each of ['subject', 'client']) await answer(each, 'replayed');
    expect(await claimed).toMatchObject({ refusal: { reason: 'client_assertion_replayed' } });
  });

  it('are none under way any more when one of them fails', async () => {
    const { replays, answer } = replaysOf(() => true);
    let failed = false;
    const claimed = claimProofs(replays, [use('client'), use('subject')], forever).catch((cause: unknown) => {
      failed = true;
      return cause;
    });
    await answer('client', 'down');
    expect(failed).toBe(false);
    await answer('subject', 'claimed');
    expect(await claimed).toMatchObject({ dependency: 'replays' });
  });

  it('are all given back, whatever becomes of one of them', async () => {
    const released: string[] = [];
    const replays: Replays = {
      claim: async () => 'claimed',
      release: async ({ tokenId }) => {
        released.push(tokenId);
        throw new Fault('replays', 'down');
      },
    };
    await releaseProofs(replays, [use('client'), use('subject')], forever);
    expect(released).toEqual(['client', 'subject']);
  });
});
