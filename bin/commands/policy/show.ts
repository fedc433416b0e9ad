import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { findVersion } from '../../../lib/aws/dynamodb/configuration-history.ts';
import { readFiles, type StoredFile } from '../../../lib/aws/dynamodb/stored-folder.ts';
import type { Command } from '../../command.ts';
import { plainText } from '../issuances/text.ts';
import { configurationTable, moveJson, TABLES_OPTION, versionArgument } from './configuration-table.ts';

const TIMEOUT_MS = 60_000;

export const command: Command = {
  arguments: '<version>',
  description: `Shows a version: who put it in force, when, why and from which commit, and the files of its folder as they were written.`,
  options: [
    { flags: '--out <dir>', description: 'write the folder again, into a new or empty one' },
    {
      flags: '--json',
      description: 'print {version, how, appliedAt, author, reason, commit, …, "files": [{name, text}]}',
    },
    TABLES_OPTION,
  ],
  notes: 'Exit code: 0 shown, 1 there is no such version, or its files were not kept.',
  run: async (given, terminal) => {
    const version = versionArgument(given.positionals[0] ?? '');
    const table = configurationTable(given, terminal);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const move = await findVersion(table, version, signal);
    if (move === null) throw new Error(`version ${version} was never in force, or was before this was written down`);
    const files = await readFiles(table, version, signal);
    const out = given.value('out');
    if (out !== undefined) {
      if (files === null) throw new Error(`version ${version} was applied by a release that kept no files`);
      writeFolder(resolve(terminal.cwd, out), files);
    }
    const json = moveJson(move);
    if (given.has('json')) terminal.out(`${JSON.stringify({ ...json, files }, null, 2)}\n`);
    else if (out !== undefined) terminal.out(`version ${version}: ${files?.length ?? 0} files written to ${out}\n`);
    else terminal.out(`${headOf(json)}${(files ?? []).map(fileText).join('')}`);
    return 0;
  },
};

const headOf = (members: ReturnType<typeof moveJson>): string =>
  Object.entries(members)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name.padEnd(10)}  ${plainText(String(value))}\n`)
    .join('');

/** Text of others, line by line. */
const fileText = ({ name, text }: StoredFile): string =>
  `\n# ${plainText(name)}\n${text.split('\n').map(plainText).join('\n').trimEnd()}\n`;

/** Never over what is there, and never outside of the folder. */
function writeFolder(directory: string, files: readonly StoredFile[]): void {
  mkdirSync(directory, { recursive: true });
  if (readdirSync(directory).length > 0) throw new Error(`${directory} is not empty`);
  for (const { name, text } of files) {
    const path = resolve(directory, name);
    if (!path.startsWith(directory + sep)) throw new Error(`${name} is outside of the folder`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(join(path), text, { flag: 'wx' });
  }
}
