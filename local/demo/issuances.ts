import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import type { Stack } from '../stack.ts';

const run = promisify(execFile);

/** What `token-broker issuances list` prints for this stack: the built command line itself, in a process of its own. */
export async function printIssuances({ stack, root }: { stack: Stack; root: string }): Promise<readonly string[]> {
  const env = { ...stack.aws, TOKEN_BROKER_TABLES: stack.tablePrefix };
  const { stdout } = await run(execPath, [join(root, 'dist', 'token-broker.mjs'), 'issuances', 'list'], { env });
  const lines = stdout.trimEnd().split('\n');
  if (!lines.some((line) => line.includes('issued'))) throw new Error('the ledger holds no issuance');
  return lines;
}
