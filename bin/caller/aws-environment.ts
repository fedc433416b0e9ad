import { readFileSync } from 'node:fs';
import { devNull, homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** AWS SDKs take each of these before a container's endpoint, or by it (AWS SDKs and Tools Reference Guide). */
const OTHER_CREDENTIALS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
];

/** Ours alone: the program gets what it may do, not who we are. */
const OUR_SECRETS = ['TOKEN_BROKER_CLIENT_SECRET'];

const CREDENTIAL_SETTINGS =
  /^\s*(aws_access_key_id|credential_process|credential_source|source_profile|role_arn|sso_|login_session|web_identity_token_file)/m;

/**
 * The environment of a program that is to take credentials of an endpoint, or of variables to come, and no others:
 * without the variables that would win over them, without a default profile that would (its Region stays), and without
 * our own secrets. A profile that holds no credentials stays as it is.
 */
export function withoutOtherCredentials(env: Environment): Environment {
  const dropped = [...OTHER_CREDENTIALS, ...OUR_SECRETS];
  const kept = Object.entries(env).filter(([name]) => !dropped.includes(name));
  return { ...Object.fromEntries(kept), ...withoutProfiles(env) };
}

function withoutProfiles(env: Environment): Record<string, string> {
  const folder = join(env['HOME'] ?? homedir(), '.aws');
  const profile = env['AWS_PROFILE'] || env['AWS_DEFAULT_PROFILE'] || 'default';
  const credentials = sectionOf(env['AWS_SHARED_CREDENTIALS_FILE'] || join(folder, 'credentials'), ['default']);
  const config = env['AWS_CONFIG_FILE'] || join(folder, 'config');
  const hidden: Record<string, string> = {};
  if (CREDENTIAL_SETTINGS.test(credentials)) hidden['AWS_SHARED_CREDENTIALS_FILE'] = devNull;
  if (CREDENTIAL_SETTINGS.test(sectionOf(config, ['default']))) hidden['AWS_CONFIG_FILE'] = devNull;
  const chosen = sectionOf(config, [profile, `profile ${profile}`]);
  const [, region] = /^\s*region\s*=\s*([a-z0-9-]+)\s*$/m.exec(chosen) ?? [];
  // The profile that says the Region is hidden, or chosen no more.
  if (region !== undefined && !env['AWS_REGION'] && !env['AWS_DEFAULT_REGION']) {
    hidden['AWS_REGION'] = region;
    hidden['AWS_DEFAULT_REGION'] = region;
  }
  return hidden;
}

/** The lines of the named section of an AWS file; empty where there is none. */
function sectionOf(path: string, names: readonly string[]): string {
  try {
    const sections = readFileSync(path, 'utf8').split(/^\s*\[/m);
    return sections.filter((text) => names.includes((text.split(']')[0] ?? '').trim())).join('\n');
  } catch {
    return '';
  }
}
