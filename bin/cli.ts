import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ExitCode, Terminal } from './command.ts';
import { commands } from './commands/table.ts';
import { dispatch } from './dispatch.ts';

const processTerminal = (): Terminal => ({
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
});

/** Runs `token-broker` with these arguments (without node and script): 0 done, 1 refused or failed, 2 wrong usage. Never throws. */
export function main(args: readonly string[], terminal: Terminal = processTerminal()): Promise<ExitCode> {
  return dispatch('token-broker', commands, args, terminal);
}

// The launcher imports this module, or starts it with a Node that strips types.
const isStarted = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isStarted) process.exitCode = await main(process.argv.slice(2));
