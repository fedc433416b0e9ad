/** What is asked about those who hold a slot: no more than what could have ended them. */
import { describe, expect, it } from '@jest/globals';
import { slotTaker } from '../../lib/issuance/slot-taker.ts';
import type { LiveSlots, SlotHolder } from '../../lib/ports/live-slots.ts';
import { type Revocation, StandingRevocations } from '../../lib/revocation/revocation.ts';
import { epochMilliseconds, seconds } from '../../lib/time.ts';
import { NOW, NOW_SECONDS } from '../fakes/world.ts';

const SETS = [{ set: 'total:["x"]', slots: 1 }];
const LIFTED = { by: 'client:ops', reason: 'found again', time: epochMilliseconds(NOW - 1) };
const revoked = (name: string, lifted: Revocation['lifted'] = null): Revocation => ({
  ...{ id: 'rev_1', kind: 'issuance', name, ends: null, lifted, sessions: 'done', accounts: [] },
  ...{ by: 'client:ops', reason: 'lost', time: epochMilliseconds(NOW - 2) },
});

const HOLDERS = ['iss_revoked', 'iss_lifted', 'iss_token', 'iss_alive'];

async function taking(mintedBy: 'broker' | 'others', duration: number | null = 900, holders = HOLDERS) {
  const read: string[] = [];
  const ended: string[] = [];
  let held: SlotHolder | null = null;
  const live: LiveSlots = {
    take: async (_sets, holder, endedAmong, signal) => {
      held = holder;
      ended.push(...(await endedAmong(holders, signal)));
      return { taken: false, full: 'total:x', retryAfter: seconds(1) };
    },
  };
  const revocations = {
    revokedAmong: async (ids: readonly string[]) => {
      read.push(...ids);
      return ids.filter((id) => id === 'iss_token');
    },
  };
  const what = { live: SETS, duration: duration === null ? null : seconds(duration), mintedBy };
  const standing = new StandingRevocations([revoked('iss_revoked'), revoked('iss_lifted', LIFTED)]);
  await slotTaker(
    { clock: { now: () => NOW }, live, revocations },
    'iss_new',
    what,
    standing,
  )?.(AbortSignal.timeout(5_000));
  return { read, ended, held: held as SlotHolder | null };
}

describe('a slot', () => {
  it("is free where a token of the broker's was revoked, or an issuance, and not where that was lifted", async () => {
    expect(await taking('broker')).toMatchObject({ ended: ['iss_revoked'], read: [] });
    const others = HOLDERS.slice(1);
    expect(await taking('broker', 900, others)).toMatchObject({ ended: ['iss_token'], read: others });
  });

  it('is looked up by nobody where no token could have been revoked', async () => {
    expect(await taking('others')).toMatchObject({ ended: ['iss_revoked'], read: [] });
  });

  it('is held to the longest end that there can be, with the time of a request', async () => {
    expect((await taking('others')).held).toEqual({ issuance: 'iss_new', until: NOW_SECONDS + 900 + 60 });
    expect((await taking('others', null)).held?.until).toBe(NOW_SECONDS + 86_400 + 60);
  });

  it('that nobody here keeps is a bug, and no licence', async () => {
    const what = { live: SETS, duration: null, mintedBy: 'others' } as const;
    const ports = { clock: { now: () => NOW }, revocations: { revokedAmong: async () => [] } };
    const taking = slotTaker(ports, 'iss_new', what, new StandingRevocations([]))?.(AbortSignal.timeout(5_000));
    await expect(taking).rejects.toMatchObject({ dependency: 'bug', message: 'nothing here keeps slots' });
  });

  it('is not asked for where a scope limits nothing', () => {
    const none = { live: [], duration: null, mintedBy: 'others' } as const;
    const ports = { clock: { now: () => NOW }, revocations: { revokedAmong: async () => [] } };
    expect(slotTaker(ports, 'iss_new', none, new StandingRevocations([]))).toBeNull();
  });
});
