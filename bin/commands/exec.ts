import { randomBytes } from 'node:crypto';
import { approved, waitOption } from '../caller/approval.ts';
import { withoutOtherCredentials } from '../caller/aws-environment.ts';
import { cachedCredentials, cacheFolder, cacheKey } from '../caller/cache.ts';
import type { CredentialDocument } from '../caller/credential-document.ts';
import { callerOf } from '../caller/documents.ts';
import { type Endpoint, serveCredentials } from '../caller/endpoint.ts';
import { keep } from '../caller/keeper.ts';
import { runProgram } from '../caller/run-program.ts';
import { callerOptions, readScopedSettings, scopeOption } from '../caller/settings.ts';
import { signOptions } from '../caller/sign-options.ts';
import { type Command, UsageError } from '../command.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export const command: Command = {
  arguments: '<command...>',
  description: `Runs a program with the credentials of a scope: at an endpoint of this process, which renews them, or as three variables (--static). Signals are passed on, and the
program's exit status is this one's.`,
  options: [
    scopeOption,
    ...callerOptions,
    waitOption,
    { flags: '--static', description: 'the three key variables: for programs that know no endpoint; they end' },
    { flags: '--sign', description: 'placeholder keys: each request is signed anew here, as `sign` does' },
    ...signOptions,
    { flags: '--no-cache', description: 'ask the broker, and keep nothing (TOKEN_BROKER_CACHE names the folder)' },
  ],
  examples: [
    'token-broker exec --scope deploy-web -- aws s3 ls',
    'token-broker exec --scope deploy-web --static -- make deploy',
  ],
  run: async (given, terminal) => {
    const [program, ...args] = given.positionals;
    if (program === undefined) throw new UsageError('a program is missing: token-broker exec --scope SCOPE -- PROGRAM');
    if (given.has('sign')) {
      if (given.has('static')) throw new UsageError('--sign gives no key, and --static gives three: choose one');
      return (await import('./sign.ts')).command.run(given, terminal);
    }
    const settings = await readScopedSettings(given, terminal);
    const caller = await callerOf(settings, terminal, given.has('verbose') ? 'verbose' : 'quiet');
    const say = (line: string) => terminal.err(`token-broker exec: ${line}\n`);
    const fresh = () => caller.credentials();
    const key = await cacheKey(caller);
    const asked = () =>
      given.has('no-cache') ? fresh() : cachedCredentials(cacheFolder(terminal.env), key, fresh, say);
    const first = await approved(asked, { how: given.has('wait') ? 'wait' : 'once', say });
    const base = environmentFor(terminal.env, settings.broker);
    if (given.has('static')) return runProgram(program, args, { ...base, ...keysOf(first) }, terminal);
    const token = randomBytes(32).toString('base64url');
    const endpoint = await endpointOf(settings.scope, [first], fresh, token, say);
    try {
      return await runProgram(program, args, { ...base, ...pointedAt(endpoint, settings.scope, token) }, terminal);
    } finally {
      await endpoint.close();
    }
  },
};

/** The first credentials are at hand; those after it are asked for. */
async function endpointOf(
  scope: string,
  atHand: CredentialDocument[],
  fresh: () => Promise<CredentialDocument>,
  token: string,
  say: (line: string) => void,
): Promise<Endpoint> {
  const keeper = await keep(scope, async () => atHand.pop() ?? fresh(), say);
  return serveCredentials({ keepers: [keeper], token, host: '127.0.0.1', port: 0 });
}

/** The caller's own, without what would win; calls of AWS STS go to AWS again where they were the broker's. */
function environmentFor(env: Environment, broker: string): Environment {
  const sts = env['AWS_ENDPOINT_URL_STS'] ?? '';
  const kept = withoutOtherCredentials(env);
  return Object.fromEntries(
    Object.entries(kept).filter(([name]) => name !== 'AWS_ENDPOINT_URL_STS' || !sts.startsWith(`${broker}/`)),
  );
}

const pointedAt = ({ url }: Endpoint, scope: string, token: string): Environment => ({
  AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/credentials/${encodeURIComponent(scope)}`,
  AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
});

const keysOf = ({ AccessKeyId, SecretAccessKey, SessionToken, Expiration }: CredentialDocument): Environment => ({
  AWS_ACCESS_KEY_ID: AccessKeyId,
  AWS_SECRET_ACCESS_KEY: SecretAccessKey,
  AWS_SESSION_TOKEN: SessionToken,
  AWS_CREDENTIAL_EXPIRATION: Expiration,
});
