import type { SingleUse } from '../../lib/issuance/single-use.ts';
import { Fault } from '../../lib/outcome.ts';
import type { ReplayClaim, Replays } from '../../lib/ports/replays.ts';
import { epochSeconds } from '../../lib/time.ts';
import { NOW_SECONDS } from '../fakes/world.ts';

export const use = (tokenId: string, reuse: ReplayClaim['reuse'] = 'once'): SingleUse => ({
  claim: {
    issuer: 'https://idp.example',
    tokenId,
    reuse,
    binding: 'b',
    issuance: 'iss_1',
    until: epochSeconds(NOW_SECONDS + 60),
  },
  refusal: tokenId === 'client' ? 'client_assertion_replayed' : 'replayed',
});

/** Settles what is at hand. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));

export type Answer = 'claimed' | 'replayed' | 'down';

/** Replays whose answers come when the test says so; `likely` is what this process guesses. */
export function replaysOf(likely: ((claim: ReplayClaim) => boolean) | undefined) {
  const events: string[] = [];
  const waiting = new Map<string, (answer: Answer) => void>();
  const signals: AbortSignal[] = [];
  const replays: Replays = {
    claim: ({ tokenId }) => {
      events.push(`claim ${tokenId}`);
      return new Promise((resolve, reject) =>
        waiting.set(tokenId, (answer) => (answer === 'down' ? reject(new Fault('replays', 'down')) : resolve(answer))),
      );
    },
    release: async ({ tokenId }, signal) => {
      events.push(`release ${tokenId}`);
      signals.push(signal);
    },
    ...(likely === undefined ? {} : { isLikely: likely }),
  };
  const answer = async (tokenId: string, what: Answer) => {
    waiting.get(tokenId)?.(what);
    await turn();
  };
  return { replays, events, signals, answer };
}
