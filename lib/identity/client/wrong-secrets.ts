import type { Clock } from '../../ports/host.ts';
import type { Limits } from '../../ports/limits.ts';
import { FailedAttempts, MOST_NAMES } from '../failed-attempts.ts';

/** Twenty wrong secrets of one client from one address within a minute are the bound. Contract section 2. */
export const wrongSecrets = (clock: Clock, limits: Limits): FailedAttempts =>
  new FailedAttempts(clock, {
    most: 20,
    names: MOST_NAMES,
    shared: { limits, kind: 'wrong-client-secret' },
  });
