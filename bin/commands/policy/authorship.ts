import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { isBlank } from '../../../lib/blank.ts';
import { type Arguments, type OptionSpec, type Terminal, UsageError } from '../../command.ts';

export const AUTHORSHIP_OPTIONS: readonly OptionSpec[] = [
  { flags: '--reason <text>', description: 'why, for whoever asks later: 1 to 256 characters' },
  {
    flags: '--author <name>',
    description: 'who (default: the CI run, else user.name and user.email of git, else the AWS caller)',
  },
];

const AUTHOR_CHARACTERS = 200;
const REASON_CHARACTERS = 256;
/** Neither git nor AWS may hold an apply up for a name. */
const ASKING_MS = 5_000;

export interface Authorship {
  readonly author: string;
  readonly reason: string | null;
}

/** Who does it and why, as they say: a proof of nothing. CloudTrail knows who wrote. */
export async function authorshipOf(given: Arguments, { env }: Terminal, directory: string): Promise<Authorship> {
  const reason = printable(given, 'reason', REASON_CHARACTERS);
  const stated = printable(given, 'author', AUTHOR_CHARACTERS);
  const author = stated ?? ciRun(env) ?? (await gitUser(directory)) ?? (await awsCaller()) ?? userInfo().username;
  return { author: author.slice(0, AUTHOR_CHARACTERS), reason };
}

/** The folder's commit, with `-dirty` where a file of it is not as committed; null: it is in no repository. */
export async function commitOf(directory: string): Promise<string | null> {
  const head = await git(directory, ['rev-parse', '--verify', 'HEAD']);
  if (head === null || !/^[0-9a-f]{40,64}$/.test(head)) return null;
  const changes = await git(directory, ['status', '--porcelain', '--', '.']);
  return changes === '' ? head : `${head}-dirty`;
}

function printable(given: Arguments, option: string, most: number): string | null {
  const text = given.value(option)?.trim();
  if (text === undefined) return null;
  if (isBlank(text) || text.length > most || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(text)) {
    throw new UsageError(`--${option} takes 1 to ${most} printable characters on one line`);
  }
  return text;
}

function ciRun(env: Terminal['env']): string | null {
  if (!env['GITHUB_RUN_ID']) return null;
  return `${env['GITHUB_ACTOR'] ?? 'somebody'} by ${env['GITHUB_REPOSITORY']} run ${env['GITHUB_RUN_ID']}`;
}

async function gitUser(directory: string): Promise<string | null> {
  const [name, email] = await Promise.all(
    ['user.name', 'user.email'].map((key) => git(directory, ['config', '--get', key])),
  );
  const parts = [name, email && (name ? `<${email}>` : email)].filter(Boolean);
  return parts.length === 0 ? null : parts.join(' ');
}

/** null where there is no git, no repository, or no such setting. */
async function git(directory: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', directory, ...args], { timeout: ASKING_MS });
    return stdout.trim();
  } catch {
    return null;
  }
}

async function awsCaller(): Promise<string | null> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient({ maxAttempts: 1 });
  try {
    const abortSignal = AbortSignal.timeout(ASKING_MS);
    return (await client.send(new GetCallerIdentityCommand({}), { abortSignal })).Arn ?? null;
  } catch {
    return null;
  } finally {
    client.destroy();
  }
}
