import { loadConfiguration } from '../../../lib/configuration/load.ts';
import { type DownstreamCredential, downstreamCredentials } from '../../../lib/downstream/static-secrets.ts';
import { LEAST_SECRET_CHARACTERS } from '../../../lib/identity/client/secret-form.ts';
import type { Command, ExitCode, Terminal } from '../../command.ts';
import { textTable } from '../issuances/text.ts';
import { type ClientSecret, clientSecrets } from './client-secrets.ts';
import { deployedAs, folderArgument, formatProblemCounts, formatProblems, issuerArgument } from './folder.ts';

const row = ({ scope, provider, host, client, kind, secret }: DownstreamCredential): readonly string[] => [
  ...[scope, provider, host, client ?? '-', kind, secret ?? '-'],
];

const clientRow = ({ client, secret, state }: ClientSecret): readonly string[] => [client, secret, state];

function tellShort(clients: readonly ClientSecret[], terminal: Terminal): ExitCode {
  const short = clients.filter(({ state }) => state === 'too short');
  for (const { client, secret } of short) {
    terminal.err(`${client}: ${secret} has less than ${LEAST_SECRET_CHARACTERS} characters: it authenticates nobody\n`);
  }
  for (const { client, secret } of clients.filter(({ state }) => state === 'JSON')) {
    terminal.err(`${client}: ${secret} is a JSON object: the whole of it is the secret, not a value within it\n`);
  }
  return short.length === 0 ? 0 : 1;
}

export const command: Command = {
  arguments: '<dir>',
  description: `Lists what the broker is known by at other authorization servers, one line for each credential of each oauth-token scope: which providers
still hold a static secret of ours, where it is kept and which host it may be sent to, and which need none (aws-identity, broker-key, proof).
Then the secrets of the broker's own clients: one of less than 16 characters authenticates nobody. Those are read from Secrets Manager where the
environment names an AWS account or endpoint, measured and dropped; no value is printed.`,
  options: [
    { flags: '--issuer <url>', description: 'the issuer of the deployment (default: TOKEN_BROKER_ISSUER)' },
    {
      flags: '--json',
      description:
        'print {"credentials": [{scope, provider, host, client, kind, secret}], "static": number, "clients": [{client, secret, state}]}',
    },
  ],
  notes: 'Exit code: 0 listed, 1 the folder does not load, or a secret of a client is too short.',
  run: async (given, terminal) => {
    const directory = folderArgument(given, terminal);
    const loaded = await loadConfiguration(directory, deployedAs(issuerArgument(given, terminal)));
    if (!('documents' in loaded)) {
      terminal.err(`${formatProblems(loaded.problems)}${formatProblemCounts(loaded.problems)}\n`);
      return 1;
    }
    const credentials = downstreamCredentials(loaded.documents.scopes);
    const held = new Set(credentials.flatMap(({ secret }) => (secret === null ? [] : [secret]))).size;
    const clients = await clientSecrets(loaded.documents.clients, terminal);
    if (given.has('json')) terminal.out(`${JSON.stringify({ credentials, static: held, clients })}\n`);
    else {
      terminal.out(textTable([['SCOPE', 'PROVIDER', 'HOST', 'CLIENT', 'KIND', 'SECRET'], ...credentials.map(row)]));
      terminal.err(`${held} static ${held === 1 ? 'secret' : 'secrets'}\n`);
      if (clients.length > 0)
        terminal.out(`\n${textTable([['CLIENT', 'SECRET', 'STATE'], ...clients.map(clientRow)])}`);
    }
    return tellShort(clients, terminal);
  },
};
