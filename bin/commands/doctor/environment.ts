import { existsSync, readFileSync } from 'node:fs';
import type { Terminal } from '../../command.ts';
import { type Finding, ok, wrong } from './finding.ts';

type Environment = Terminal['env'];

interface Trap {
  readonly when: (env: Environment) => boolean;
  readonly message: string;
  readonly fix: string;
}

const isSet = (env: Environment, ...names: readonly string[]): boolean =>
  names.every((name) => env[name] !== undefined && env[name] !== '');

const byTokenFile = (env: Environment): boolean =>
  isSet(env, 'AWS_WEB_IDENTITY_TOKEN_FILE') && /^arn:[a-z-]+:broker:::scope\//.test(env['AWS_ROLE_ARN'] ?? '');
const byContainer = (env: Environment): boolean => isSet(env, 'AWS_CONTAINER_CREDENTIALS_FULL_URI');

/**
 * The order of the SDKs' default chain: keys in variables, a token file, the container's relative URI, its full URI.
 * Each hides those behind it, and nothing says so.
 */
const TRAPS: readonly Trap[] = [
  {
    when: (env) => isSet(env, 'AWS_ACCESS_KEY_ID') && (byTokenFile(env) || byContainer(env)),
    message: 'AWS_ACCESS_KEY_ID hides the way to the broker: SDKs take keys in variables first',
    fix: 'unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN',
  },
  {
    when: (env) => isSet(env, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI') && byContainer(env) && !byTokenFile(env),
    message: 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (ECS sets it) hides AWS_CONTAINER_CREDENTIALS_FULL_URI',
    fix: 'start the program with env -u AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, or use a token file and /sts',
  },
  {
    when: (env) => byContainer(env) && isSet(env, 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN'),
    message: 'AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN hides AWS_CONTAINER_CREDENTIALS_FULL_URI',
    fix: 'keep one of the two ways: unset the variables of the other',
  },
  {
    when: (env) => byContainer(env) && isSet(env, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', TOKEN),
    message: `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE hides AWS_CONTAINER_AUTHORIZATION_TOKEN`,
    fix: 'unset the one that is not meant',
  },
  {
    when: (env) => byContainer(env) && !isSet(env, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE') && !isSet(env, TOKEN),
    message: 'AWS_CONTAINER_CREDENTIALS_FULL_URI is set and no token to show there',
    fix: 'set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  },
  {
    when: (env) => byTokenFile(env) && !isSet(env, 'AWS_ENDPOINT_URL_STS') && !isSet(env, 'AWS_ENDPOINT_URL'),
    message: 'AWS_ROLE_ARN names a scope, and AWS_ENDPOINT_URL_STS does not lead to the broker: AWS itself is asked',
    fix: 'set AWS_ENDPOINT_URL_STS=https://BROKER/sts',
  },
  {
    when: (env) => byTokenFile(env) && env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true',
    message: 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true hides AWS_ENDPOINT_URL_STS: AWS itself is asked',
    fix: 'unset AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  },
  {
    when: (env) => isSet(env, 'AWS_WEB_IDENTITY_TOKEN_FILE') && !isSet(env, 'AWS_ROLE_ARN'),
    message: 'AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not: SDKs pass it over',
    fix: 'set AWS_ROLE_ARN=arn:aws:broker:::scope/SCOPE',
  },
];

const TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';

/** Looks for variables that hide others, or that nothing comes of. */
export function lookAtVariables(env: Environment): readonly Finding[] {
  const found = TRAPS.filter(({ when }) => when(env));
  if (found.length === 0) return [ok('variables', 'none hides another')];
  return found.map(({ message, fix }) => wrong('variables', message, fix));
}

/** Looks at the files that variables name: there, not empty, and without a line's end where SDKs refuse one. */
export function lookAtTokenFiles(env: Environment): readonly Finding[] {
  const names = ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', 'AWS_WEB_IDENTITY_TOKEN_FILE'] as const;
  const given = names.filter((name) => isSet(env, name));
  if (given.length === 0) return [ok('token file', 'no variable names one')];
  return given.map((name) => lookAtTokenFile(name, env[name] ?? ''));
}

function lookAtTokenFile(name: string, path: string): Finding {
  const check = 'token file';
  if (!existsSync(path)) return wrong(check, `${name}: ${path} is not there`, 'start what keeps it, or mend the path');
  try {
    const text = readFileSync(path, 'latin1');
    if (text.trim() === '') return wrong(check, `${name}: ${path} is empty`, 'start what keeps it');
    const isRefused = name === 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE' && /[\r\n]/.test(text);
    if (!isRefused) return ok(check, `${name}: ${path}`);
    const fix = `write it without: printf %s "$token" > ${path}`;
    return wrong(check, `${name}: ${path} has a line's end, and SDKs refuse it or send nothing`, fix);
  } catch {
    return wrong(check, `${name}: ${path} cannot be read`, 'give this user the right to read it');
  }
}
