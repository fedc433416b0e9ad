import { appendFileSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Terminal } from '../command.ts';
import { errorMessage } from '../error-message.ts';

/** One request that came, and what became of it. No secret, no query, no body. */
export interface Line {
  readonly service: string;
  readonly region: string;
  readonly method: string;
  /** IAM's names; null: not known. */
  readonly action: string | null;
  readonly resource: string | null;
  /** The host that it was sent to; null: it was not. */
  readonly host: string | null;
  readonly status: number;
  /** Why it was refused here; absent: it was not. */
  readonly refused?: string;
  /** What the session's record is found by. */
  readonly issuance: string | null;
}

/** `$XDG_STATE_HOME/token-broker/sign.jsonl`, where none is named. */
export function logFile(given: string | undefined, { env, cwd }: Terminal): string {
  if (given !== undefined) return resolve(cwd, given);
  return join(env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state'), 'token-broker', 'sign.jsonl');
}

/**
 * Appends JSON lines to a file of its owner alone (0600). Throws Error where it cannot be written: nothing goes
 * unlogged.
 */
export function openLog(path: string): (line: Line) => void {
  const append = (text: string): void => {
    try {
      appendFileSync(path, text, { mode: 0o600 });
    } catch (error) {
      throw new Error(`the log ${path} cannot be written (${errorMessage(error).split(',')[0]})`, { cause: error });
    }
  };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  append('');
  return (line) => append(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
}
