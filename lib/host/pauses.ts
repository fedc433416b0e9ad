import { setTimeout as sleep } from 'node:timers/promises';
import type { Pauses } from '../ports/host.ts';

/** Waits by the process's own timers. */
export const systemPauses: Pauses = {
  wait: (length, signal) =>
    sleep(length, true, { signal }).then(
      () => true,
      () => false,
    ),
};
