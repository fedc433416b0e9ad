import type { OauthTokenGrant } from '../configuration/documents/oauth-token-grant.ts';
import { RFC_3339, readDateTime } from '../date-time.ts';
import { isJsonObject, type JsonValue } from '../json.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { type EpochSeconds, epochSeconds } from '../time.ts';
import type { DownstreamToken } from './downstream-request.ts';
import type { ReadAnswer } from './provider-error.ts';

type GithubAppGrant = Extract<OauthTokenGrant, { provider: 'github-app' }>;

const TOKEN = /^[\x21-\x7e]{1,20000}$/;
const LEVELS: readonly JsonValue[] = ['read', 'write', 'admin'];
/** GitHub adds it to every token. */
const ALWAYS: Readonly<Record<string, string>> = { metadata: 'read' };

interface GithubAsked {
  readonly host: string;
  readonly at: EpochSeconds;
  readonly secretVersion: string | null;
}

/**
 * Checks what GitHub answered: a token with an end, and no repository and no permission beyond the grant's. Refuses
 * with `provider_answer_invalid`, `provider_no_expiry`, `provider_scope_wider`.
 */
export function readInstallationToken(
  { status, json }: ReadAnswer,
  grant: GithubAppGrant,
  { host, at, secretVersion }: GithubAsked,
): Outcome<DownstreamToken> {
  const token = json?.['token'];
  if (status !== 201 || json === null || typeof token !== 'string' || !TOKEN.test(token)) {
    return refuse('provider_answer_invalid', { log: { host, problem: status === 201 ? 'token' : `status ${status}` } });
  }
  const expires = endOf(json['expires_at'], at);
  if (expires === null) return refuse('provider_no_expiry', { log: { host, problem: 'expires_at' } });
  const permissions = permissionsWithin(json['permissions'], { ...ALWAYS, ...grant.permissions });
  const repositories = repositoriesWithin(json['repositories'], json['repository_selection'], grant);
  if (permissions === null || repositories === null) return refuse('provider_scope_wider', { log: { host } });
  return accept({
    ...{ token, tokenType: 'Bearer', issuedTokenType: null, expires, expiresAssumed: false },
    ...{ scope: permissions, repositories, secretVersion },
  });
}

function endOf(given: JsonValue | undefined, at: EpochSeconds): EpochSeconds | null {
  const read = typeof given === 'string' ? readDateTime(given, RFC_3339) : null;
  return read !== null && read.seconds > at ? epochSeconds(read.seconds) : null;
}

/** `contents:read metadata:read`; null: more than was asked for, or not said. */
function permissionsWithin(given: JsonValue | undefined, wanted: Readonly<Record<string, string>>): string | null {
  if (!isJsonObject(given)) return null;
  const entries = Object.entries(given);
  const within = entries.every(([name, level]) => {
    const most = Object.hasOwn(wanted, name) ? LEVELS.indexOf(wanted[name] ?? '') : -1;
    return LEVELS.includes(level) && LEVELS.indexOf(level) <= most;
  });
  return within
    ? entries
        .map(([name, level]) => `${name}:${level}`)
        .sort()
        .join(' ')
    : null;
}

/** Full names of the repositories; null: others than the grant's, or all of them. */
function repositoriesWithin(
  given: JsonValue | undefined,
  selection: JsonValue | undefined,
  { owner, repositories }: GithubAppGrant,
): readonly string[] | null {
  const wanted = repositories.map((name) => `${owner}/${name}`);
  if (given === undefined) return selection === 'selected' ? wanted : null;
  if (!Array.isArray(given)) return null;
  const known = new Map(wanted.map((name) => [name.toLowerCase(), name]));
  const names = given.map((each: JsonValue) => {
    const name = isJsonObject(each) ? each['full_name'] : undefined;
    return typeof name === 'string' ? known.get(name.toLowerCase()) : undefined;
  });
  const found = names.filter((name) => name !== undefined);
  return found.length === names.length ? found : null;
}
