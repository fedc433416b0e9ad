import type { Clock } from '../ports/host.ts';
import { epochMilliseconds } from '../time.ts';

/** The host's clock, which AWS Lambda keeps in step with Amazon Time Sync. */
export const systemClock: Clock = { now: () => epochMilliseconds(Date.now()) };
