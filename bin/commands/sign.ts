import { devNull } from 'node:os';
import { approved, waitOption } from '../caller/approval.ts';
import { withoutOtherCredentials } from '../caller/aws-environment.ts';
import { callerOf } from '../caller/documents.ts';
import { keep } from '../caller/keeper.ts';
import { runProgram } from '../caller/run-program.ts';
import { callerOptions, readScopedSettings, scopeOption } from '../caller/settings.ts';
import { signOptions } from '../caller/sign-options.ts';
import { type Command, UsageError } from '../command.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export const command: Command = {
  arguments: '<command...>',
  description: `Runs a program that holds no key: it signs with a placeholder, and each of its requests to AWS is signed anew here with the session of a scope, and
logged. Signals are passed on, and the program's exit status is this one's.`,
  options: [scopeOption, ...callerOptions, waitOption, ...signOptions],
  examples: [
    'token-broker sign --scope reports -- python agent.py',
    "token-broker sign --scope reports --allow 's3:Get*' --allow 's3:List*' -- aws s3 ls",
  ],
  run: async (given, terminal) => {
    const [program, ...args] = given.positionals;
    if (program === undefined) throw new UsageError('a program is missing: token-broker sign --scope SCOPE -- PROGRAM');
    const [
      { allowedBy },
      { endpointsOf, endpointVariables },
      { logFile, openLog },
      { startProxy },
      { placeholderKeys },
    ] = await Promise.all([
      import('../signer/allowed.ts'),
      import('../signer/endpoints.ts'),
      import('../signer/log.ts'),
      import('../signer/proxy.ts'),
      import('../signer/placeholder.ts'),
    ]);
    const [allowed, endpoints] = [allowedBy(given.values('allow')), endpointsOf(terminal.env)];
    const settings = await readScopedSettings(given, terminal);
    const caller = await callerOf(settings, terminal, given.has('verbose') ? 'verbose' : 'quiet');
    const say = (line: string) => terminal.err(`token-broker sign: ${line}\n`);
    const log = openLog(logFile(given.value('log'), terminal));
    // Never of the cache on disk: the program could read it.
    const fresh = () => caller.credentials();
    const atHand = [await approved(fresh, { how: given.has('wait') ? 'wait' : 'once', say })];
    const keeper = await keep(settings.scope, async () => atHand.pop() ?? fresh(), say);
    const placeholder = placeholderKeys();
    const streaming = given.has('allow-streaming') ? 'allowed' : 'refused';
    const credentials = () => keeper.current();
    const proxy = await startProxy({ placeholder, credentials, endpoints, allowed, streaming, log });
    const env = {
      ...withoutKeysAndProofs(terminal.env, [settings.proof, settings.actor ?? '']),
      ...endpointVariables(proxy.url),
    };
    const keys = {
      AWS_ACCESS_KEY_ID: placeholder.accessKeyId,
      AWS_SECRET_ACCESS_KEY: placeholder.secretAccessKey,
    };
    try {
      return await runProgram(program, args, { ...env, ...keys }, terminal, 'sign');
    } finally {
      keeper.stop();
      await proxy.close();
      const unlogged = log.problem();
      if (unlogged !== null) say(`the last requests are not in the log: ${unlogged}`);
    }
  },
};

/** What leads to keys by another way: proofs, profiles, this machine's own, endpoints that are not the proxy's. */
const DROPPED =
  /^(?:TOKEN_BROKER_|AWS_ENDPOINT_URL|ACTIONS_ID_TOKEN_REQUEST_|AWS_USE_(?:FIPS|DUALSTACK)_ENDPOINT$|AWS_IGNORE_CONFIGURED_ENDPOINT_URLS$)/;

function withoutKeysAndProofs(env: Environment, proofs: readonly string[]): Environment {
  const variables = proofs.map((proof) => /^(?:env|gitlab):(.+)$/.exec(proof)?.[1]);
  const kept = Object.entries(withoutOtherCredentials(env)).filter(
    ([name]) => !DROPPED.test(name) && !variables.includes(name),
  );
  const direct = (name: string) => [env[name], '127.0.0.1', 'localhost'].filter((each) => each).join(',');
  return {
    ...Object.fromEntries(kept),
    ...{ AWS_SHARED_CREDENTIALS_FILE: devNull, AWS_CONFIG_FILE: devNull, AWS_EC2_METADATA_DISABLED: 'true' },
    ...{ NO_PROXY: direct('NO_PROXY'), no_proxy: direct('no_proxy') },
  };
}
