import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { errorMessage } from '../../error-message.ts';
import { compactToken, identityOf, jwt } from './jwt.ts';
import type { ProofContext, ProofKind, ProofSource } from './proof.ts';

/** A larger one is no token that the broker takes. */
const MAX_BYTES = 256 * 1024;

/** A token in a file, read anew each time: whoever rotates it needs to tell nobody. */
export function tokenFile(name: string, path: string, { cwd, env }: ProofContext): ProofSource {
  const absolute = resolve(cwd, path.replace(/^~(?=\/|$)/, env['HOME'] ?? homedir()));
  const read = () => compactToken(readText(absolute), absolute);
  return {
    name,
    identity: async () => identityOf(read()),
    present: async () => jwt(read()),
  };
}

function readText(path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > MAX_BYTES) throw new Error('it is too large for a token');
    return text;
  } catch (error) {
    throw new Error(`the proof ${path} cannot be read (${errorMessage(error)}): start what keeps it, or mend the path`);
  }
}

/** `file:PATH`; `auto` takes the file that AWS SDKs are told of. */
export const file: ProofKind = {
  operand: 'PATH',
  operandIs: 'required',
  offered: ({ env }) => (env['AWS_WEB_IDENTITY_TOKEN_FILE'] ? 'AWS_WEB_IDENTITY_TOKEN_FILE names a token file' : null),
  source: (operand, context) => {
    const path = operand || context.env['AWS_WEB_IDENTITY_TOKEN_FILE'] || '';
    return tokenFile(`file:${path}`, path, context);
  },
};
