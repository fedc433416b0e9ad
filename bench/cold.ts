import { accessSync, constants, existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, pid } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startWorld } from '../tests/runtime/world.ts';
import { atMost, type Figure, median, reported } from './figure.ts';

const STARTS = 15;
const BUDGET_MS = 250;
/** A function of 1,024 MB has that share of a CPU: Lambda gives a whole one with 1,769. */
const [PERIOD_US, QUOTA_US] = [20_000, 11_600];
const CONTROLLER = '/sys/fs/cgroup/cpu';

/** A control group (version 1) with that share; null where this machine lets nobody make one. */
function share(): { readonly inside: readonly string[]; remove(): Promise<void> } | null {
  const group = join(CONTROLLER, `token-broker-bench-${pid}`);
  try {
    accessSync(CONTROLLER, constants.W_OK);
    mkdirSync(group);
    writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD_US));
    writeFileSync(join(group, 'cpu.cfs_quota_us'), String(QUOTA_US));
  } catch {
    return null;
  }
  const remove = async (): Promise<void> => {
    // A group is busy for as long as one of its processes ends.
    for (let left = 50; existsSync(group) && left > 0; left -= 1) {
      try {
        rmdirSync(group);
      } catch {
        await pause(100);
      }
    }
  };
  return { inside: ['sh', '-c', `echo $$ >${group}/cgroup.procs && exec "$@"`, 'sh'], remove };
}

/**
 * The first invocation of `/v1/credentials` in AWS's emulator of the Lambda runtime at 0.58 CPU, from event to
 * answer: the runtime's start, the import, and the request itself with endpoints on loopback. Needs the emulator
 * (`LAMBDA_RUNTIME_EMULATOR`) and a control group; says so where it has neither.
 */
export async function benchCold(): Promise<readonly Figure[]> {
  const group = env['LAMBDA_RUNTIME_EMULATOR'] === undefined ? null : share();
  if (group === null)
    return [reported('cold start: no emulator, or no control group, on this machine', Number.NaN, 'ms')];
  const world = await startWorld();
  try {
    const times: number[] = [];
    for (let start = 0; start < STARTS; start += 1) {
      const environment = await world.environment('credentials', {}, { inside: group.inside });
      const event = await world.event();
      const began = performance.now();
      const answer = JSON.parse(await environment.invoke(event));
      times.push(performance.now() - began);
      await environment.stop();
      if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode} ${answer.body}`);
    }
    return [
      atMost('a cold start in the emulator at 0.58 CPU', median(times), BUDGET_MS, 'ms'),
      reported('  the least', Math.min(...times), 'ms'),
    ];
  } finally {
    await world.stop();
    await group.remove();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await benchCold());
