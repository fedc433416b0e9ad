import { mkdirSync, openSync, writeSync } from 'node:fs';
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

/** The local log of a run. */
export interface Log {
  /** Writes a line. One that could not be written of what was sent is kept, and written before the next. */
  write(line: Line): void;
  /** Why nothing may be sent now: what was sent is not in the log yet. null: it is. */
  problem(): string | null;
}

/** `$XDG_STATE_HOME/token-broker/sign.jsonl`, where none is named. */
export function logFile(given: string | undefined, { env, cwd }: Terminal): string {
  if (given !== undefined) return resolve(cwd, given);
  return join(env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state'), 'token-broker', 'sign.jsonl');
}

/** Appends JSON lines to a file of its owner alone (0600). Throws Error where it cannot be opened. */
export function openLog(path: string): Log {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = opened(path);
  const waiting: Buffer[] = [];
  const problem = (): string | null => {
    try {
      for (let text = waiting[0]; text !== undefined; text = waiting[0]) {
        const rest = text.subarray(writeSync(file, text));
        waiting.splice(0, 1, ...(rest.length === 0 ? [] : [rest]));
      }
      return null;
    } catch (error) {
      return `the log cannot be written (${errorMessage(error).split(',')[0]})`;
    }
  };
  return {
    problem,
    write: (line) => {
      // Of strangers' requests there is no end.
      if (waiting.length > 0 && line.host === null) return;
      waiting.push(Buffer.from(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`, 'utf8'));
      if (problem() !== null && line.host === null) waiting.pop();
    },
  };
}

function opened(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw new Error(`the log ${path} cannot be written (${errorMessage(error).split(',')[0]})`, { cause: error });
  }
}
