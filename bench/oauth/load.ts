import { hrtime } from 'node:process';

export interface Load {
  /** Requests under way at once. */
  readonly concurrency: number;
  readonly requests: number;
}

export interface Cost {
  /** Microseconds of this process's CPU for a request: user and system, libuv's threads too. */
  readonly cpu: number;
  /** Microseconds for a request, so many under way. */
  readonly time: number;
}

/** Runs so many requests and says what each cost. */
export async function cost({ concurrency, requests }: Load, request: () => Promise<void>): Promise<Cost> {
  const [before, began] = [process.cpuUsage(), hrtime.bigint()];
  let left = requests;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await request();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / requests, time: Number(hrtime.bigint() - began) / 1000 / requests };
}
