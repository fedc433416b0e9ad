import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { parseVerifier } from '../../lib/archive/note.ts';
import { verifyReceipt } from '../../lib/archive/receipt.ts';
import { operatorSettings } from './commands.ts';
import type { Stage } from './stage.ts';

const run = promisify(execFile);
const TRIES = 40;
const PAUSE_MS = 500;

/** What the built command line prints for this stack. */
async function commandLine({ stack, root }: Stage, ...args: readonly string[]): Promise<string> {
  const program = join(root, 'dist', 'token-broker.mjs');
  const { stdout } = await run(execPath, [program, ...args], { env: operatorSettings(stack) });
  return stdout;
}

/** The log follows the ledger within a minute; here within a second or two. */
async function receiptOf(stage: Stage, id: string): Promise<string> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await commandLine(stage, 'issuances', 'receipt', id);
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((wake) => setTimeout(wake, PAUSE_MS));
    }
  }
}

/** A receipt of the newest issuance, verified with nothing but the log's key. */
export async function showReceipt(stage: Stage): Promise<readonly string[]> {
  const { issuances } = JSON.parse(await commandLine(stage, 'issuances', 'list', '--outcome', 'issued', '--json'));
  const id = String(issuances[0].id);
  const text = await receiptOf(stage, id);
  const keyText = await (await fetch(`${stage.stack.url}/v1/ledger/key`)).text();
  const key = parseVerifier(keyText);
  const receipt = key === null ? null : verifyReceipt(text, key);
  if (receipt === null) throw new Error('the receipt does not hold');
  const { checkpoint, index } = receipt;
  return [
    `key     ${keyText.trim()}`,
    `receipt ${id} is record ${index} of ${checkpoint.size} in ${checkpoint.origin}: it holds`,
  ];
}
