import { readFileSync } from 'node:fs';
import { BrokerRefusal } from '../caller/broker.ts';
import { cachedCredentials, cacheFolder, cacheKey } from '../caller/cache.ts';
import { callerOf } from '../caller/documents.ts';
import { readScopedSettings } from '../caller/settings.ts';
import type { Arguments, Command, Terminal } from '../command.ts';
import { errorMessage } from '../error-message.ts';
import { type Registry, registryOf, registryPassword } from './docker-credential/registry.ts';

/** Docker's own words for "none here": it goes on without credentials, as for a registry of somebody else. */
const NOT_FOUND = 'credentials not found in native keychain';

/**
 * `docker-credential-token-broker`, as Docker calls it: one operation, its input on standard input, its answer on
 * standard output, and there too what went wrong (docker-credential-helpers, README).
 */
export const command: Command = {
  arguments: '<operation>',
  description:
    'A Docker credential helper for Amazon ECR: get, store, erase, list. Docker calls it as docker-credential-token-broker.',
  notes: `In ~/.docker/config.json:
  { "credHelpers": { "111122223333.dkr.ecr.eu-central-1.amazonaws.com": "token-broker" } }
Settings: TOKEN_BROKER_URL, TOKEN_BROKER_SCOPE and TOKEN_BROKER_PROOF, or broker, scope and proof in ~/.config/token-broker/token-broker.yaml.`,
  run: async (given, terminal) => {
    try {
      return await operate(given, terminal);
    } catch (error) {
      const told = error instanceof BrokerRefusal ? refusalOf(error) : errorMessage(error);
      terminal.out(`${told.replace(/\n/g, ' ')}\n`);
      return 1;
    }
  },
};

async function operate(given: Arguments, terminal: Terminal): Promise<number> {
  const [operation = ''] = given.positionals;
  switch (operation) {
    case 'get':
      return get(readFileSync(0, 'utf8').trim(), given, terminal);
    case 'list':
      terminal.out('{}\n');
      return 0;
    case 'erase':
      // No password is kept that could be erased: each `get` asks Amazon ECR anew.
      return 0;
    case 'store':
      throw new Error('nothing is stored here: the broker gives a password at each pull (no docker login is needed)');
    default:
      throw new Error(`${operation} is no operation: get, store, erase or list`);
  }
}

async function get(server: string, given: Arguments, terminal: Terminal): Promise<number> {
  const registry = registryOf(server);
  if (registry === null) throw new Error(NOT_FOUND);
  const secret = await registryPassword(registry, await sessionOf(registry, given, terminal), terminal.env);
  terminal.out(`${JSON.stringify({ ServerURL: server, Username: 'AWS', Secret: secret })}\n`);
  return 0;
}

/** An AWS session of the scope, as `token-broker credentials` keeps it. Throws with why there is none. */
async function sessionOf({ host }: Registry, given: Arguments, terminal: Terminal) {
  const settings = await readScopedSettings(given, terminal);
  const caller = await callerOf({ ...settings, intent: settings.intent ?? `docker ${host}` }, terminal, 'quiet');
  const say = (line: string) => terminal.err(`docker-credential-token-broker: ${line}\n`);
  const folder = cacheFolder(terminal.env);
  const document = await cachedCredentials(folder, await cacheKey(caller), () => caller.credentials(), say);
  const { AccessKeyId, SecretAccessKey, SessionToken } = document;
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** In one line: Docker shows what a helper says inside of its own. */
const refusalOf = ({ description, reason, requestId }: BrokerRefusal): string =>
  `${description} (${reason}, request ${requestId ?? 'unknown'})`;
