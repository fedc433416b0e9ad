import { readFileSync } from 'node:fs';
import { isBrokerIssuer } from '../../lib/loopback.ts';
import { askBroker, refusalOf } from '../broker/ask.ts';
import { present } from '../broker/proof-sources.ts';
import { readSettings } from '../broker/settings.ts';
import type { Command, Terminal } from '../command.ts';
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
  run: async ({ positionals: [operation] }, terminal) => {
    try {
      return await operate(operation ?? '', terminal);
    } catch (error) {
      terminal.out(`${errorMessage(error)}\n`);
      return 1;
    }
  },
};

async function operate(operation: string, terminal: Terminal): Promise<number> {
  switch (operation) {
    case 'get':
      return get(readFileSync(0, 'utf8').trim(), terminal);
    case 'list':
      terminal.out('{}\n');
      return 0;
    case 'erase':
      // Nothing is kept that could be erased: each `get` asks anew.
      return 0;
    case 'store':
      throw new Error('nothing is stored here: the broker gives a password at each pull (no docker login is needed)');
    default:
      throw new Error(`${operation} is no operation: get, store, erase or list`);
  }
}

async function get(server: string, terminal: Terminal): Promise<number> {
  const registry = registryOf(server);
  if (registry === null) throw new Error(NOT_FOUND);
  const secret = await registryPassword(registry, await sessionOf(registry, terminal), terminal.env);
  terminal.out(`${JSON.stringify({ ServerURL: server, Username: 'AWS', Secret: secret })}\n`);
  return 0;
}

/** An AWS session of the scope. Throws with why there is none. */
async function sessionOf({ host }: Registry, terminal: Terminal) {
  const { broker = '', scope, proof = 'auto', intent } = readSettings(terminal, () => undefined);
  const issuer = broker.replace(/\/$/, '');
  if (!isBrokerIssuer(issuer)) throw new Error('set TOKEN_BROKER_URL to the https origin of the broker');
  if (scope === undefined) throw new Error('set TOKEN_BROKER_SCOPE to the scope that may read the registry');
  const shownProof = await present(proof, terminal.env, issuer);
  const form = { intent: intent ?? `docker ${host}` };
  const answer = await askBroker(`${issuer}/v1/credentials/${encodeURIComponent(scope)}`, shownProof, form);
  const { AccessKeyId: id, SecretAccessKey: key, SessionToken: token } = answer.body;
  if (answer.status !== 200) throw new Error(refusalOf(answer));
  if (typeof id !== 'string' || typeof key !== 'string' || typeof token !== 'string') {
    throw new Error(`scope ${scope} gives no AWS session`);
  }
  return { accessKeyId: id, secretAccessKey: key, sessionToken: token };
}
