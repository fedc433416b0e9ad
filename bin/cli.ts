#!/usr/bin/env node
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ExitCode, Terminal } from './command.ts';

function processTerminal(): Terminal {
  // Whoever reads no further (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    isInteractive: process.stderr.isTTY === true,
  };
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

// The launcher imports this module, or starts it with a Node that strips types.
const isStarted = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isStarted) process.exitCode = await main(process.argv.slice(2));
