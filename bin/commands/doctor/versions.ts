import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isLoopback } from '../../../lib/loopback.ts';
import type { Terminal } from '../../command.ts';
import { type Finding, ok, wrong } from './finding.ts';

const execute = promisify(execFile);
const TIMEOUT_MS = 10_000;
/** Older ones take no https address of a container's credentials but loopback ones. */
const BOTOCORE_WITH_HTTPS = '1.42.5';

/** Looks at the AWS SDKs that programs started here would find, where what is set up depends on their version. */
export async function lookAtVersions({ env, cwd }: Pick<Terminal, 'env' | 'cwd'>): Promise<readonly Finding[]> {
  const [cli, python] = await Promise.all([
    said(env, 'aws', ['--version']),
    said(env, 'python3', ['-c', 'import botocore; print("botocore/" + botocore.__version__)']),
  ]);
  const javascript = javascriptSdk(cwd);
  const findings = [
    ...(cli === null ? [] : [lookAtBotocore('the AWS CLI', cli, env)]),
    ...(python === null ? [] : [lookAtBotocore('Python', python, env)]),
    ...(javascript === null ? [] : [ok('sdk', `JavaScript: @aws-sdk/client-sts ${javascript}`)]),
  ];
  return findings.length === 0 ? [ok('sdk', 'no AWS CLI, botocore or @aws-sdk was found here')] : findings;
}

function lookAtBotocore(who: string, text: string, env: Terminal['env']): Finding {
  const [, version] = /botocore\/([0-9]+(?:\.[0-9]+)+)/.exec(text) ?? [];
  if (version === undefined) return ok('sdk', `${who}: ${text.split(' ')[0]}`);
  const uri = env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '';
  const needsHttps = uri.startsWith('https:') && URL.canParse(uri) && !isLoopback(new URL(uri));
  if (!needsHttps || !isOlder(version, BOTOCORE_WITH_HTTPS)) return ok('sdk', `${who}: botocore ${version}`);
  return wrong(
    'sdk',
    `${who}: botocore ${version} takes no https address in AWS_CONTAINER_CREDENTIALS_FULL_URI`,
    `botocore ${BOTOCORE_WITH_HTTPS} or newer; or a token file and /sts`,
  );
}

/** The first line that a program prints; null: it is not here, or fails. */
async function said(env: Terminal['env'], program: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await execute(program, args, { env, timeout: TIMEOUT_MS });
    return stdout.split('\n')[0] ?? null;
  } catch {
    return null;
  }
}

function javascriptSdk(cwd: string): string | null {
  try {
    return String(Object(createRequire(join(cwd, 'x.js'))('@aws-sdk/client-sts/package.json')).version);
  } catch {
    return null;
  }
}

function isOlder(version: string, than: string): boolean {
  const [given, least] = [version, than].map((text) => text.split('.').map(Number));
  for (const [index, number] of (least ?? []).entries()) {
    const own = given?.[index] ?? 0;
    if (own !== number) return own < number;
  }
  return false;
}
