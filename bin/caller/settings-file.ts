import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readYaml } from '../../lib/configuration/yaml-file.ts';
import { isJsonObject } from '../../lib/json.ts';
import type { Source } from './settings.ts';

/** One `token-broker.yaml`, as it was read. */
export interface SettingsFile {
  readonly from: Extract<Source, 'folder' | 'home'>;
  readonly values: ReadonlyMap<string, string>;
  readonly parameters: ReadonlyMap<string, string>;
}

const NAMES = ['broker', 'scope', 'proof', 'actor', 'intent', 'duration', 'policy'];

/** A larger one is none of ours. */
const MAX_BYTES = 64 * 1024;

/**
 * Reads one; null: it is not there. Throws Error for one that is not ours to trust (owned by somebody else, or
 * everybody may write it), and for what is none.
 */
export function readSettingsFile(path: string, from: SettingsFile['from']): SettingsFile | null {
  const text = readTrusted(path);
  if (text === null) return null;
  if (isWithoutSettings(text)) return { from, values: new Map(), parameters: new Map() };
  const { value, faults } = readYaml(text);
  const [fault] = faults;
  if (fault !== undefined) throw new Error(`${path}:${fault.line}: ${fault.message}`);
  if (value === null || value === undefined) return { from, values: new Map(), parameters: new Map() };
  if (!isJsonObject(value))
    throw new Error(`${path} is no settings file: it holds names with values, such as scope: deploy-web`);
  const { parameters = {}, ...settings } = value;
  const values = new Map(Object.entries(settings).map(([name, setting]) => [name, textOf(path, name, setting)]));
  const policy = values.get('policy');
  // As in configuration files: relative to the file that names it.
  if (policy !== undefined) values.set('policy', resolve(dirname(path), policy));
  if (!isJsonObject(parameters)) throw new Error(`${path}: parameters has names with values`);
  return {
    from,
    values,
    parameters: new Map(Object.entries(parameters).map(([name, each]) => [name, parameterOf(path, name, each)])),
  };
}

/** Nothing but comments: a template that nobody has filled in. */
const isWithoutSettings = (text: string): boolean => text.split('\n').every((line) => /^\s*(?:#.*)?\s*$/.test(line));

function parameterOf(path: string, name: string, value: unknown): string {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  throw new Error(`${path}: parameters.${name} is one word or text`);
}

function textOf(path: string, name: string, value: unknown): string {
  if (!NAMES.includes(name)) {
    throw new Error(
      `${path}: ${name} is no setting; there are ${NAMES.join(', ')} and parameters (a secret never stands here)`,
    );
  }
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error(`${path}: ${name} is one word or text`);
}

function readTrusted(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return null;
  const self = process.getuid?.();
  if (self !== undefined && found.uid !== self && found.uid !== 0) {
    throw new Error(`${path} belongs to somebody else, so it is not read: chown it, or remove it`);
  }
  if (self !== undefined && (found.mode & 0o002) !== 0) {
    throw new Error(`everybody on this machine may write ${path}, so it is not read: chmod o-w it`);
  }
  if (found.size > MAX_BYTES) throw new Error(`${path} has more than ${MAX_BYTES} bytes: it is no settings file`);
  return readFileSync(path, 'utf8');
}
