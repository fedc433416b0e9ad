import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { jsonSchemas, schemaText } from '../../../lib/configuration/json-schemas.ts';
import type { Command } from '../../command.ts';

export const command: Command = {
  arguments: '<dir>',
  description:
    'Writes connection.schema.json, client.schema.json and scope.schema.json (JSON Schema 2020-12) to a folder, for editors.',
  options: [{ flags: '--json', description: 'print {"files": [...]}' }],
  run: async (given, terminal) => {
    const [folder = '.'] = given.positionals;
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
