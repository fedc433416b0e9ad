import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { env, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withDemoConfiguration } from '../../local/demo/configuration.ts';
import { type IdentityProvider, startIdentityProvider } from '../../local/demo/identity-provider.ts';
import { readSecretsFile } from '../../local/secrets-file.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { emulatedFunction, isEmulatorGiven } from '../runtime/emulated-function.ts';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * A configuration folder as a value: path (`scopes/deploy.yaml`) to text. `@ISSUER@` and `@IDP@` stand for the two
 * origins.
 */
export type Folder = Readonly<Record<string, string>>;

export interface BrokerOptions {
  /** In place of the demonstration's configuration. */
  readonly config?: Folder;
  /** Whether the archive follows the ledger; default: it does not. */
  readonly archive?: 'follows';
  /** Further parameters of the template. */
  readonly parameters?: Readonly<Record<string, string>>;
  /**
   * `AWS_ENDPOINT_URL_*` and credentials; default: those of this process, so that one suite runs on whatever endpoints
   * CI names.
   */
  readonly endpoints?: Readonly<Record<string, string | undefined>>;
}

export interface Broker {
  /** The issuer: `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly idp: IdentityProvider;
  /** What an AWS SDK or the command line needs in its environment to see what this broker sees. */
  readonly aws: Readonly<Record<string, string>>;
  readonly tablePrefix: string;
  /** What the functions have printed so far. */
  readonly log: readonly string[];
  /** Puts another configuration in force. Returns its problems. */
  configure(config: Folder): Promise<readonly string[]>;
  putSecrets: Stack['putSecrets'];
  probe: Stack['probe'];
  stop(): Promise<void>;
}

/** Built in a process of its own: esbuild checks its surroundings, and a test environment is not what it expects. */
export async function build(): Promise<void> {
  await promisify(execFile)(execPath, [join(ROOT, 'local', 'build.ts')]);
}

async function configure(stack: Stack, idp: IdentityProvider, config: Folder): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'token-broker-e2e-'));
  try {
    for (const [name, text] of Object.entries(config)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text.replaceAll('@ISSUER@', stack.url).replaceAll('@IDP@', idp.issuer));
    }
    return await stack.configure(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const configureDemo = (stack: Stack, idp: IdentityProvider): Promise<readonly string[]> =>
  withDemoConfiguration({ broker: stack.url, idp: idp.issuer }, async (folder) => {
    const file = readSecretsFile(folder);
    if (file.ok) await stack.putSecrets(file.secrets);
    return [...(file.ok ? [] : file.problems), ...(await stack.configure(folder))];
  });

/**
 * Starts the broker for a suite: the real bundles behind the routes of `template.yaml`, on free ports, with the
 * demonstration identity provider. Its tables have a prefix of their own, so that suites may share a DynamoDB. Rejects
 * with the problems of the configuration.
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  await build();
  const log: string[] = [];
  const environment = options.endpoints ?? env;
  // Of its own in every file too: an endpoint outside is shared by all of them.
  const tablePrefix = `e2e-${randomBytes(6).toString('hex')}`;
  const host = isEmulatorGiven ? { host: emulatedFunction } : {};
  const stack = await startStack({
    ...{ root: ROOT, port: 0, environment, tablePrefix, log: (line: string) => log.push(line) },
    // Suites that share an endpoint give clients of one name secrets of their own.
    others: 'take-over',
    parameters: options.parameters ?? {},
    ...host,
    ...(options.archive === undefined ? {} : { archive: options.archive }),
  });
  const idp = await startIdentityProvider(0, stack.url);
  const stop = async (): Promise<void> => {
    await idp.stop();
    await stack.stop();
  };
  const problems =
    options.config === undefined ? await configureDemo(stack, idp) : await configure(stack, idp, options.config);
  if (problems.length > 0) {
    await stop();
    throw new Error(problems.join('\n'));
  }
  const { url, aws, putSecrets, probe } = stack;
  return {
    url,
    idp,
    aws,
    tablePrefix,
    log,
    putSecrets,
    probe,
    stop,
    configure: (config) => configure(stack, idp, config),
  };
}
