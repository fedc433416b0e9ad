/** Fakes of the state ports, for tests of their users. The contract suites run on them and on DynamoDB. */
import type { Clock } from '../../../lib/ports/host.ts';
import type { LimitCount, Limits } from '../../../lib/ports/limits.ts';
import type { ReplayClaim, Replays } from '../../../lib/ports/replays.ts';
import type { Revocations } from '../../../lib/ports/revocations.ts';
import { type Revocation, StandingRevocations } from '../../../lib/revocation/revocation.ts';
import { seconds, toEpochSeconds } from '../../../lib/time.ts';

export function memoryReplays(clock: Clock): Replays {
  const claims = new Map<string, ReplayClaim>();
  const keyOf = ({ issuer, tokenId }: ReplayClaim) => JSON.stringify([issuer, tokenId]);
  return {
    claim: async (claim) => {
      const held = claims.get(keyOf(claim));
      const free =
        held === undefined ||
        Math.ceil(held.until) < toEpochSeconds(clock.now()) ||
        held.issuance === claim.issuance ||
        (claim.reuse === 'bind' && held.binding === claim.binding);
      if (!free) return 'replayed';
      claims.set(keyOf(claim), claim);
      return 'claimed';
    },
    release: async (claim) => {
      const held = claims.get(keyOf(claim));
      if (claim.reuse === 'once' && held?.issuance === claim.issuance) claims.delete(keyOf(claim));
    },
  };
}

export function memoryLimits(): Limits {
  const counts = new Map<string, number>();
  return {
    count: async (limits: readonly LimitCount[], now) => {
      for (const { counter, count, window } of limits) {
        const start = Math.floor(now / (window * 1000));
        const key = JSON.stringify([counter, count, window, start]);
        const counted = counts.get(key) ?? 0;
        const leftMs = (start + 1) * window * 1000 - now;
        if (counted >= count) return { within: false, full: counter, retryAfter: seconds(Math.ceil(leftMs / 1000)) };
        counts.set(key, counted + 1);
      }
      return { within: true };
    },
  };
}

export function memoryRevocations(standing: readonly Revocation[] = []): Revocations {
  const revoked = new Set<string>();
  return {
    anyRevoked: async (tokenIds) => tokenIds.some((tokenId) => revoked.has(tokenId)),
    revokedAmong: async (tokenIds) => tokenIds.filter((tokenId) => revoked.has(tokenId)),
    revoke: async (tokenId) => void revoked.add(tokenId),
    standing: async () => new StandingRevocations(standing),
  };
}
