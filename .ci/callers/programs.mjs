/** Programs of this run, their lines as they come, and their end with it. */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const running = new Set();

/**
 * @param {readonly string[]} command
 * @param {Record<string, string | undefined>} env
 */
export function start([program, ...args], env) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const started = { child, lines: [], said: '', ended: false };
  running.add(child);
  let rest = '';
  child.stdout.on('data', (chunk) => {
    started.said += chunk;
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    started.lines.push(...lines);
  });
  child.stderr.on('data', (chunk) => {
    started.said += chunk;
  });
  child.on('error', (error) => {
    started.said += error.message;
    started.ended = true;
  });
  child.on('close', () => {
    started.ended = true;
    running.delete(child);
  });
  return started;
}

/** Ends it, and what it started. */
export function stop({ child }) {
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It has ended.
  }
}

export function stopAll() {
  for (const child of running) stop({ child });
}

/** This machine's clock, in epoch milliseconds. */
export const nowMs = () => performance.timeOrigin + performance.now();

/** Waits until `holds` gives something; after `seconds` it fails with what `describe` says. */
export async function until(holds, seconds, describe) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (performance.now() > end) throw new Error(describe());
    await pause(200);
  }
}
