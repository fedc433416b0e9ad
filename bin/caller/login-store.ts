import { readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isJsonObject } from '../../lib/json.ts';
import { sha256Hex } from './digest.ts';
import { writePrivate } from './private-file.ts';
import { faultOf, privateFolder } from './private-folder.ts';

/** What a login keeps of one broker. `token` is secret. */
export interface Login {
  readonly broker: string;
  readonly token: string;
  /** When it ends (epoch seconds). */
  readonly expires: number;
}

/** `$XDG_STATE_HOME/token-broker/logins`, default `~/.local/state/…` (XDG Base Directory Specification). */
export function loginFolder(env: Readonly<Record<string, string | undefined>>): string {
  const state = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state');
  return join(state, 'token-broker', 'logins');
}

/** One file a broker, named by a hash of its origin: an origin with a port is no file name everywhere. */
export const loginFile = (broker: string, env: Readonly<Record<string, string | undefined>>): string =>
  join(loginFolder(env), `${sha256Hex(broker).slice(0, 32)}.json`);

/** The login at `broker`; null: there is none. Throws Error for a file that others may read or that is none of ours. */
export function readLogin(broker: string, env: Readonly<Record<string, string | undefined>>): Login | null {
  const path = loginFile(broker, env);
  const fault = faultOf(loginFolder(env)) ?? faultOf(path);
  if (fault !== null) throw new Error(`the login in ${path} is not used: ${fault}`);
  try {
    const kept: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!isJsonObject(kept) || kept['broker'] !== broker) return null;
    const { token, expires } = kept;
    return typeof token === 'string' && typeof expires === 'number' ? { ...kept, broker, token, expires } : null;
  } catch {
    return null;
  }
}

/** Keeps a login, in place of the one before at that broker; returns where. Throws Error where it cannot. */
export function keepLogin(
  { broker, token, expires }: Login,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const path = loginFile(broker, env);
  privateFolder(loginFolder(env));
  writePrivate(path, `${JSON.stringify({ broker, token, expires })}\n`);
  return path;
}

/** Removes the file of a login, whatever is in it. */
export function removeLogin(broker: string, env: Readonly<Record<string, string | undefined>>): void {
  rmSync(loginFile(broker, env), { force: true });
}
