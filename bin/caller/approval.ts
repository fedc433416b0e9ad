import { setTimeout as pause } from 'node:timers/promises';
import type { OptionSpec } from '../command.ts';
import { BrokerRefusal } from './broker.ts';

export const waitOption: OptionSpec = {
  flags: '--wait',
  description: 'where somebody has to approve first: wait until they have, or until the request ends',
};

interface Waiting {
  readonly how: 'wait' | 'once';
  /** One line for the person who waits. */
  readonly say: (line: string) => void;
}

/**
 * What `ask` gives, asked again while it waits for an approval, where `how` says so: at the broker's own pace, and no
 * longer than the first request would wait. Whatever else is refused is thrown at once, a denial too.
 */
export async function approved<T>(ask: () => Promise<T>, { how, say }: Waiting): Promise<T> {
  let first: { readonly id: string; readonly until: number } | null = null;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const pending = error instanceof BrokerRefusal ? error.pending : null;
      if (pending === null || how === 'once') throw error;
      if (first === null) {
        first = { id: pending.id, until: Date.now() + pending.expiresIn * 1000 };
        say(`waiting for an approval: ${pending.uri} (up to ${minutes(pending.expiresIn)})`);
      }
      // Another one: the first has ended, and nobody said yes to it.
      if (pending.id !== first.id || Date.now() >= first.until) throw error;
      await pause(Math.min(pending.interval, pending.expiresIn) * 1000);
    }
  }
}

const minutes = (seconds: number): string => (seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`);
