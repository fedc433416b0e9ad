import { describe, expect, it } from '@jest/globals';
import { issue } from '../../lib/issue.ts';
import { accept, refuse } from '../../lib/outcome.ts';
import { aMinted, aRequest, goodWorld } from '../fakes/world.ts';

const signal = new AbortController().signal;

/** The good world, whose granter has `atHand` at hand. */
function worldWith(
  atHand: () => Promise<ReturnType<typeof accept<ReturnType<typeof aMinted>>> | ReturnType<typeof refuse> | null>,
) {
  const world = goodWorld();
  const { 'aws-session': granter } = world.ports.granters;
  if (granter === undefined) throw new Error('no granter');
  const granters = {
    'aws-session': {
      prepare: (...given: Parameters<typeof granter.prepare>) => {
        const prepared = granter.prepare(...given);
        return prepared.ok ? accept({ ...prepared.value, atHand }) : prepared;
      },
    },
  };
  return { ...world, ports: { ...world.ports, granters } };
}

describe('what a granter has at hand', () => {
  it('is an issuance of its own, and nobody is asked: no started record', async () => {
    const { ports, calls } = worldWith(async () => accept(aMinted()));
    expect((await issue(ports, aRequest(), signal)).ok).toBe(true);
    expect(calls).toEqual(['count', 'finished']);
  });

  it('may be nothing: then somebody is asked, after the started record', async () => {
    const { ports, calls } = worldWith(async () => null);
    expect((await issue(ports, aRequest(), signal)).ok).toBe(true);
    expect(calls).toEqual(['count', 'started', 'mint', 'finished']);
  });

  it('may be no use for this caller: a failed issuance', async () => {
    const { ports, calls, records } = worldWith(async () => refuse('proof_ends_too_soon'));
    expect(await issue(ports, aRequest(), signal)).toMatchObject({ refusal: { reason: 'proof_ends_too_soon' } });
    expect(calls).toEqual(['count', 'finished']);
    expect(records.at(-1)).toMatchObject({ outcome: 'failed', reason: 'proof_ends_too_soon' });
  });
});
