import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { isJsonObject } from '../../lib/json.ts';
import { type Terminal, UsageError } from '../command.ts';

/** What a caller is set up with: the flag, else the variable, else a member of `token-broker.yaml`. */
export interface BrokerSettings {
  readonly broker: string | undefined;
  readonly scope: string | undefined;
  readonly proof: string | undefined;
  readonly intent: string | undefined;
}

const VARIABLES = {
  broker: 'TOKEN_BROKER_URL',
  scope: 'TOKEN_BROKER_SCOPE',
  proof: 'TOKEN_BROKER_PROOF',
  intent: 'TOKEN_BROKER_INTENT',
} as const;

type Setting = keyof typeof VARIABLES;

/**
 * Reads each setting where it is said first (contract section 6). The file is that of the working folder, else of
 * `$XDG_CONFIG_HOME/token-broker/`. Throws `UsageError` where it is no YAML mapping of texts.
 */
export function readSettings({ env, cwd }: Pick<Terminal, 'env' | 'cwd'>, flag: (name: Setting) => string | undefined) {
  const file = readFile(env, cwd);
  const read = (name: Setting): string | undefined => flag(name) ?? (env[VARIABLES[name]] || file[name]);
  const settings: BrokerSettings = {
    broker: read('broker'),
    scope: read('scope'),
    proof: read('proof'),
    intent: read('intent'),
  };
  return settings;
}

function readFile(env: Terminal['env'], cwd: string): Readonly<Record<string, string>> {
  const home = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  const path = [join(cwd, 'token-broker.yaml'), join(home, 'token-broker', 'token-broker.yaml')].find(existsSync);
  if (path === undefined) return {};
  const document = parseDocument(readFileSync(path, 'utf8'), { uniqueKeys: true });
  const value: unknown = document.errors.length > 0 ? null : document.toJS();
  if (!isJsonObject(value)) throw new UsageError(`${path} is no YAML mapping of settings`);
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
