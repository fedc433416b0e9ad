import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { jsonSchemas, schemaText } from '../../../lib/configuration/json-schemas.ts';
import { readArguments } from '../../arguments.ts';
import { type Command, UsageError } from '../../command.ts';

const help = `Usage: token-broker policy schema DIR [--json]

Writes connection.schema.json, client.schema.json and scope.schema.json (JSON Schema 2020-12) to DIR, for editors.

  --json  print {"files": [...]}
`;

export const command: Command = {
  help,
  run: async (args, terminal) => {
    const given = readArguments(args, { flags: ['json'] });
    const [folder, ...more] = given.positionals;
    if (folder === undefined || more.length > 0) throw new UsageError('name the folder to write to');
    const directory = resolve(terminal.cwd, folder);
    mkdirSync(directory, { recursive: true });
    const files = [...jsonSchemas()].map(([name, schema]) => {
      writeFileSync(join(directory, name), schemaText(schema));
      return join(folder, name);
    });
    terminal.out(given.has('json') ? `${JSON.stringify({ files })}\n` : files.map((file) => `${file}\n`).join(''));
    return 0;
  },
};
