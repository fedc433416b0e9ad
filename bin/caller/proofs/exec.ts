import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { compactToken, identityOf, jwt } from './jwt.ts';
import type { ProofKind } from './proof.ts';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 256 * 1024;

/**
 * Splits as a shell does, with quotes and backslashes, and expands nothing. A backslash before what needs none stays,
 * as in a path of Windows. Throws Error for a quote left open.
 */
export function splitWords(command: string): readonly string[] {
  const words: string[] = [];
  const word = /\s*((?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)\s*/gy;
  let end = 0;
  for (let match = word.exec(command); match !== null; match = word.exec(command)) {
    end = word.lastIndex;
    words.push((match[1] ?? '').replace(/\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/g, unquoted));
  }
  if (end < command.trimEnd().length)
    throw new Error('the command of the proof has a quote or a backslash that does not end');
  return words;
}

function unquoted(whole: string, escaped?: string, single?: string, double?: string): string {
  if (escaped !== undefined && !/[\s'"\\$`|&;<>()[\]{}*?!~#]/.test(escaped)) return whole;
  return escaped ?? single ?? (double ?? '').replace(/\\(["\\$`])/g, '$1');
}

/** `exec:COMMAND`: what a command prints. It is run without a shell, for 30 s at most. */
export const exec: ProofKind = {
  operand: 'COMMAND',
  operandIs: 'required',
  offered: () => null,
  source: (operand, { cwd, env }) => {
    const [program = '', ...args] = splitWords(operand);
    const read = async () =>
      compactToken(await output(program, args, cwd, env), 'what the command of the proof printed');
    return { name: 'exec', identity: async () => identityOf(await read()), present: async () => jwt(await read()) };
  },
};

async function output(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, [...args], {
      cwd,
      env,
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_BYTES,
    });
    return stdout;
  } catch (error) {
    // Neither its arguments nor what it printed: both may hold secrets.
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
    throw new Error(
      `the command of the proof (${program}) failed (${code === null ? 'or took too long' : String(code)}): run it by itself, without a shell, and see what it says`,
    );
  }
}
