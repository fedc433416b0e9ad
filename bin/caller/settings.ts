import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isBrokerIssuer, isLoopback } from '../../lib/loopback.ts';
import { parseDuration } from '../../lib/time.ts';
import { type Arguments, type OptionSpec, type Terminal, UsageError } from '../command.ts';
import { errorMessage } from '../error-message.ts';
import type { SettingsFile } from './settings-file.ts';

/** Who says a setting: what a working folder says is somebody else's word. */
export type Source = 'flag' | 'variable' | 'folder' | 'home' | 'default';

/** What a caller asks for and of whom (contract section 6). */
export interface CallerSettings {
  /** The broker's issuer: an https origin without a final slash (http for this machine). */
  readonly broker: string;
  readonly brokerFrom: Source;
  /** `auto`, or a kind of proof with its operand. */
  readonly proof: string;
  readonly proofFrom: Source;
  /** A kind of proof of who acts, as `actor_token` or as the client that authenticates; null: nobody acts. */
  readonly actor: string | null;
  readonly intent: string | null;
  readonly durationSeconds: number | null;
  readonly parameters: Readonly<Record<string, string>>;
  /** The text of an IAM policy document that the session is narrowed to. */
  readonly policy: string | null;
}

export interface ScopedSettings extends CallerSettings {
  readonly scope: string;
}

const option = (flags: string, description: string): OptionSpec => ({ flags, description });

/** As they are begun; what follows a colon is the caller's. */
const PROOFS = [
  'auto',
  'aws-signed',
  'aws-token',
  'client:',
  'env:',
  'exec:',
  'file:',
  'github',
  'gitlab:',
  'kubernetes:',
  'login',
];

/** How long a command tries for what it asks the broker for, retries included. */
export const ATTEMPT_MS = 30_000;

/** The options of every command that asks the broker for something. */
export const callerOptions: readonly OptionSpec[] = [
  option('--broker <url>', 'the broker (TOKEN_BROKER_URL)'),
  {
    ...option('--proof <kind>', 'who you are: auto, github, kubernetes, file:PATH, … (TOKEN_BROKER_PROOF)'),
    offers: PROOFS,
  },
  {
    ...option('--actor <kind>', 'a proof of whoever acts for the subject; client:NAME is a client of the broker'),
    offers: PROOFS,
  },
  option('--intent <text>', 'why, for the ledger'),
  option('--duration <time>', 'how long, such as 15m or 900'),
  { flags: '--param <name=value>', description: "a parameter of the scope's", repeatable: true },
  option('--policy <file>', 'an IAM policy document that narrows the session'),
  option('--verbose', 'say on standard error which proof was chosen and why'),
];

export const scopeOption = option('--scope <name>', 'what for (TOKEN_BROKER_SCOPE)');

interface Said {
  readonly text: string;
  readonly from: Source;
}

/**
 * Reads the settings of a command, each from the first that says it: its flag, its variable, `token-broker.yaml` of the
 * working folder, that of the home folder. UsageError for what is missing or is none; Error for a file that cannot be
 * trusted.
 */
export async function readSettings(given: Arguments, terminal: Terminal): Promise<CallerSettings> {
  return settingsOf(given, terminal, await settingsFiles(terminal));
}

/** The settings of a command for one scope. */
export async function readScopedSettings(given: Arguments, terminal: Terminal): Promise<ScopedSettings> {
  const files = await settingsFiles(terminal);
  const settings = settingsOf(given, terminal, files);
  const scope = firstSaid(given, terminal, files, 'scope', 'TOKEN_BROKER_SCOPE');
  if (scope === null) throw new UsageError('--scope or TOKEN_BROKER_SCOPE is required: what the credentials are for');
  return { ...settings, scope: scope.text };
}

function settingsOf(given: Arguments, terminal: Terminal, files: readonly SettingsFile[]): CallerSettings {
  const said = (name: string, variable?: string) => firstSaid(given, terminal, files, name, variable);
  const broker = said('broker', 'TOKEN_BROKER_URL') ?? said('issuer', 'TOKEN_BROKER_ISSUER');
  if (broker === null) {
    throw new UsageError('--broker or TOKEN_BROKER_URL is required, such as https://broker.example.com');
  }
  const proof = said('proof', 'TOKEN_BROKER_PROOF') ?? { text: 'auto', from: 'default' };
  const actor = said('actor');
  const policy = said('policy');
  return {
    broker: brokerOf(broker.text),
    brokerFrom: broker.from,
    proof: ownCommandsOnly(proof).text,
    proofFrom: proof.from,
    actor: actor === null ? null : ownCommandsOnly(actor).text,
    intent: said('intent', 'TOKEN_BROKER_INTENT')?.text ?? null,
    durationSeconds: durationOf(said('duration')?.text ?? null),
    parameters: parametersOf(given, files),
    policy: policy === null ? null : policyOf(policy, terminal),
  };
}

/** Those that there are, the working folder's before the home folder's; what reads them is loaded for them alone. */
async function settingsFiles({ cwd, env }: Terminal): Promise<readonly SettingsFile[]> {
  const home = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  const paths = { folder: join(cwd, 'token-broker.yaml'), home: join(home, 'token-broker', 'token-broker.yaml') };
  if (!Object.values(paths).some((path) => existsSync(path))) return [];
  const { readSettingsFile } = await import('./settings-file.ts');
  return [readSettingsFile(paths.folder, 'folder'), readSettingsFile(paths.home, 'home')].filter(
    (file) => file !== null,
  );
}

/** Variables that are set and empty say nothing, as in the AWS SDKs. */
function firstSaid(
  given: Arguments,
  { env }: Terminal,
  files: readonly SettingsFile[],
  name: string,
  variable: string | undefined,
): Said | null {
  const flag = given.value(name);
  if (flag !== undefined) return { text: flag, from: 'flag' };
  const set = variable === undefined ? undefined : env[variable];
  if (set !== undefined && set !== '') return { text: set, from: 'variable' };
  for (const { from, values } of files) {
    const value = values.get(name);
    if (value !== undefined) return { text: value, from };
  }
  return null;
}

/**
 * The origin as URLs write it: a final slash, capitals in the host and the port that https has anyway come of browsers
 * and templates. RFC 9700 section 2.6: TLS, but for this machine.
 */
function brokerOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && url.href === `${url.origin}/` && isBrokerIssuer(url.origin)) return url.origin;
  if (url?.protocol === 'http:' && !isLoopback(url)) {
    throw new UsageError('--broker has to begin with https:// (http:// is for this machine only)');
  }
  const hint =
    url !== null && isBrokerIssuer(url.origin) ? `: is it ${url.origin}?` : ', such as https://broker.example.com';
  throw new UsageError(`--broker is an https origin without a path${hint}`);
}

/** A folder that somebody else made must not run a command by being worked in. */
function ownCommandsOnly(proof: Said): Said {
  if (proof.from !== 'folder' || !/^exec:/.test(proof.text)) return proof;
  throw new Error(
    'token-broker.yaml of this folder names a command as proof, which is not run: say it by --proof, TOKEN_BROKER_PROOF or the file of your home folder',
  );
}

function durationOf(text: string | null): number | null {
  if (text === null) return null;
  const whole = /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : parseDuration(text);
  if (whole === null || whole === 0) throw new UsageError('--duration is a time such as 15m, 1h or 900 (seconds)');
  return whole;
}

const PARAMETER = /^([A-Za-z][A-Za-z0-9_-]{0,62})=(.*)$/s;

function parametersOf(given: Arguments, files: readonly SettingsFile[]): Readonly<Record<string, string>> {
  const fromFiles = [...files].reverse().flatMap(({ parameters }) => [...parameters]);
  const fromFlags = given.values('param').map((text) => {
    const [, name, value] = PARAMETER.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new UsageError(`--param ${text} is not NAME=VALUE`);
    return [name, value] as const;
  });
  return Object.fromEntries([...fromFiles, ...fromFlags]);
}

function policyOf({ text }: Said, { cwd }: Terminal): string {
  const path = resolve(cwd, text);
  try {
    const policy = readFileSync(path, 'utf8').replace(/^\ufeff/, '');
    JSON.parse(policy);
    return policy;
  } catch (error) {
    throw new UsageError(`--policy ${path} is no JSON document that can be read: ${errorMessage(error)}`);
  }
}
