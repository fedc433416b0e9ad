import { readFileSync, writeSync } from 'node:fs';
import type { ExitCode, Terminal } from './command.ts';

function processTerminal(): Terminal {
  return {
    ...standardOutput(),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    get isInteractive() {
      return process.stderr.isTTY === true;
    },
  };
}

/**
 * Writes to the descriptor itself: making Node.js's stream for it would be most of a short run. What a pipe does not
 * take at once, and all after it, goes by the stream, which waits.
 */
function standardOutput(): Required<Pick<Terminal, 'out' | 'flushed'>> {
  let isWaiting = false;
  let isClosed = false;
  const out = (text: string): void => {
    let rest = Buffer.from(text, 'utf8');
    try {
      while (!isWaiting && rest.length > 0) rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      const { code } = Object(error);
      // Whoever reads no further (`| head`) is no failure.
      if (code === 'EPIPE') {
        isClosed = true;
        return;
      }
      if (code !== 'EAGAIN') throw error;
      isWaiting = true;
      process.stdout.on('error', (failure: NodeJS.ErrnoException) => {
        if (failure.code !== 'EPIPE') throw failure;
        isClosed = true;
      });
    }
    if (rest.length > 0) process.stdout.write(rest);
  };
  const flushed = async (): Promise<boolean> => {
    if (isWaiting) await new Promise((taken) => process.stdout.write('', taken));
    return !isClosed;
  };
  return { out, flushed };
}

/**
 * Runs `token-broker` with these arguments (without node and script): 0 done, 1 refused or failed, 2 wrong usage. Never
 * throws. What reads command lines is loaded where there is one to read: the version costs no more than Node's own
 * start.
 */
export async function main(args: readonly string[], terminal: Terminal = processTerminal()): Promise<ExitCode> {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    terminal.out(`${version()}\n`);
    return 0;
  }
  const [{ dispatch }, { commands }] = await Promise.all([import('./dispatch.ts'), import('./commands/table.ts')]);
  return dispatch('token-broker', commands, args, terminal);
}

/** A bundle has its own in place of these two names (local/bundle.ts); a checkout has it in its package.json. */
function version(): string {
  const built = process.env['VERSION'];
  if (built !== undefined) return `${built} (${process.env['BUILD']})`;
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return `${String(Object(manifest).version)} (checkout)`;
}
