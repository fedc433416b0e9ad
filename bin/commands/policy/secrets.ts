import { loadConfiguration } from '../../../lib/configuration/load.ts';
import { type DownstreamCredential, downstreamCredentials } from '../../../lib/downstream/static-secrets.ts';
import type { Command } from '../../command.ts';
import { textTable } from '../issuances/text.ts';
import { deployedAs, folderArgument, formatProblemCounts, formatProblems, issuerArgument } from './folder.ts';

const row = ({ scope, provider, host, client, kind, secret }: DownstreamCredential): readonly string[] => [
  ...[scope, provider, host, client ?? '-', kind, secret ?? '-'],
];

export const command: Command = {
  arguments: '<dir>',
  description: `Lists what the broker is known by at other authorization servers, one line for each credential of each oauth-token scope: which providers
still hold a static secret of ours, where it is kept and which host it may be sent to, and which need none (aws-identity, broker-key, proof).
No value is read.`,
  options: [
    { flags: '--issuer <url>', description: 'the issuer of the deployment (default: TOKEN_BROKER_ISSUER)' },
    {
      flags: '--json',
      description: 'print {"credentials": [{scope, provider, host, client, kind, secret}], "static": number}',
    },
  ],
  notes: 'Exit code: 0 listed, 1 the folder does not load.',
  run: async (given, terminal) => {
    const directory = folderArgument(given, terminal);
    const loaded = await loadConfiguration(directory, deployedAs(issuerArgument(given, terminal)));
    if (!('documents' in loaded)) {
      terminal.err(`${formatProblems(loaded.problems)}${formatProblemCounts(loaded.problems)}\n`);
      return 1;
    }
    const credentials = downstreamCredentials(loaded.documents.scopes);
    const held = new Set(credentials.flatMap(({ secret }) => (secret === null ? [] : [secret]))).size;
    if (given.has('json')) terminal.out(`${JSON.stringify({ credentials, static: held })}\n`);
    else {
      terminal.out(textTable([['SCOPE', 'PROVIDER', 'HOST', 'CLIENT', 'KIND', 'SECRET'], ...credentials.map(row)]));
      terminal.err(`${held} static ${held === 1 ? 'secret' : 'secrets'}\n`);
    }
    return 0;
  },
};
