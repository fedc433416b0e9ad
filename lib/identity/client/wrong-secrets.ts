import type { Clock } from '../../ports/host.ts';
import type { Limits } from '../../ports/limits.ts';
import { FailedAttempts } from '../failed-attempts.ts';

/** Twenty wrong secrets of one client from one address within a minute are the bound. Contract section 2. */
export const wrongSecrets = (clock: Clock, limits: Limits): FailedAttempts =>
  new FailedAttempts(clock, { kind: 'wrong-client-secret', most: 20, limits });
