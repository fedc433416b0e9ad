import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { initialFolder, starterNames } from '../../../lib/configuration/init-folder.ts';
import { type Command, UsageError } from '../../command.ts';
import { folderArgument, issuerArgument } from './folder.ts';

/** Stands where nobody said what the issuer is. */
const ISSUER = 'https://broker.example.com';

export const command: Command = {
  arguments: '<dir>',
  description: `Writes a new configuration folder: a connection, a scope that gives an AWS session, and tests of both, which pass. Account, role and
ids are examples: fill in your own.`,
  options: [
    { flags: '--preset <name>', description: 'whose tokens are taken', choices: starterNames },
    { flags: '--issuer <url>', description: `the broker's issuer (default: TOKEN_BROKER_ISSUER, else ${ISSUER})` },
    { flags: '--json', description: 'print {"files": [...]}' },
  ],
  notes: 'Exit code: 0 written, 1 not: nothing is written over, 2 wrong usage.',
  examples: ['token-broker policy init --preset github-actions config/ && token-broker policy test config/'],
  run: async (given, terminal) => {
    const preset = given.value('preset');
    if (preset === undefined) throw new UsageError(`--preset is required: ${starterNames.join(' or ')}`);
    const [folder = '.'] = given.positionals;
    const directory = folderArgument(given, terminal);
    const files = initialFolder(preset, issuerArgument(given, terminal) ?? ISSUER) ?? new Map<string, string>();
    for (const name of files.keys()) {
      if (existsSync(join(directory, name)))
        throw new Error(`${join(folder, name)} is there already: nothing was written`);
    }
    for (const [name, text] of files) {
      mkdirSync(dirname(resolve(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    const names = [...files.keys()].map((name) => join(folder, name));
    terminal.out(
      given.has('json') ? `${JSON.stringify({ files: names })}\n` : names.map((name) => `${name}\n`).join(''),
    );
    return 0;
  },
};
