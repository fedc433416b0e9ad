import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a module as a process of its own and resolves with the first message that it sends. Its standard output goes
 * nowhere: a function writes its log and metrics there, and writing is part of the cost. Rejects where it ends without
 * a message.
 */
export async function firstMessage(
  module: string,
  input: unknown,
  { execArgv = [] }: { readonly execArgv?: readonly string[] } = {},
): Promise<unknown> {
  const child = start(module, execArgv);
  child.send({ input });
  const answer = await message(child);
  child.disconnect();
  if (child.exitCode === null) await once(child, 'exit');
  return answer;
}

/** The same for a process that stays: `stop` ends it. */
export async function running(
  module: string,
  input: unknown,
  { execArgv = [] }: { readonly execArgv?: readonly string[] } = {},
): Promise<{ readonly answer: unknown; stop(): Promise<void> }> {
  const child = start(module, execArgv);
  child.send({ input });
  const answer = await message(child);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill();
    await exited;
  };
  return { answer, stop };
}

const start = (module: string, execArgv: readonly string[]): ChildProcess =>
  fork(new URL(module, import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning', ...execArgv],
    serialization: 'advanced',
  });

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`${child.spawnargs.at(-1)} ended with ${code}`)));
  });
}

/** In such a process: what it was given. */
export async function given(): Promise<unknown> {
  const [received]: unknown[] = await once(process, 'message');
  return typeof received === 'object' && received !== null && 'input' in received ? received.input : undefined;
}

/** In such a process: what it found. */
export function answer(value: unknown): void {
  process.send?.(value);
}
