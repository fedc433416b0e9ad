import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Note } from '../../../lib/configuration/import/draft.ts';
import { readImports } from '../../../lib/configuration/import/read.ts';
import { settle } from '../../../lib/configuration/import/settle.ts';
import { validateFolder } from '../../../lib/configuration/lints/validate.ts';
import { type Command, UsageError } from '../../command.ts';
import { errorMessage } from '../../error-message.ts';
import { deployedAs, issuerArgument } from './folder.ts';

export const command: Command = {
  arguments: '<file...>',
  description: `Writes a configuration folder of trusts that exist: trust policies of IAM roles for OIDC and SAML (a document by itself, or what
\`aws iam get-role\`, \`list-roles\` and \`get-account-authorization-details\` print), trust policies of octo-sts (NAME.sts.yaml), and jwt and aws
roles of HashiCorp Vault (\`vault read -format=json\`). What is written passes \`policy validate --strict\`. What cannot be carried over is said,
file and line, and leaves out its whole statement: never only a condition.`,
  options: [
    { flags: '--out <dir>', description: 'the folder to write, which must not have documents yet' },
    {
      flags: '--issuer <url>',
      description: "the broker's issuer, which callers are to ask for (default: TOKEN_BROKER_ISSUER)",
    },
    { flags: '--role-arn <arn>', description: 'whose trust a policy document that stands by itself is' },
    { flags: '--json', description: 'print {"written": [...], "notes": [{file, line, kind, message}]}' },
  ],
  notes: `A SAML trust needs its provider's metadata among the files: NAME.xml, or NAME.json of \`aws iam get-saml-provider\`.
Exit code: 0 something was written, 1 nothing was, 2 wrong usage.`,
  examples: [
    'token-broker policy import deploy-role.json --out config/',
    'token-broker policy import .github/chainguard/*.sts.yaml --out config/ --issuer https://broker.example.com',
  ],
  run: async (given, terminal) => {
    const out = given.value('out');
    if (out === undefined) throw new UsageError('--out is required: the folder to write');
    const target = resolve(terminal.cwd, out);
    const files = given.positionals.map((path) => ({ path, text: readGiven(resolve(terminal.cwd, path), path) }));
    const notes: Note[] = [];
    const say = (note: Note) => void notes.push(note);
    const issuer = issuerArgument(given, terminal);
    const rules = readImports(files, { issuer, roleArn: given.value('role-arn') ?? null, say });
    const deployment = deployedAs(issuer);
    const written = settle(rules, say, (documents) =>
      inScratchFolder(documents, (folder) => validateFolder(folder, { deployment }).problems),
    );
    for (const name of written.keys()) {
      if (existsSync(join(target, name))) throw new Error(`${join(out, name)} is there already: nothing was written`);
    }
    writeFiles(target, written);
    const sorted = notes.toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
    const names = [...written.keys()];
    if (given.has('json')) terminal.out(`${JSON.stringify({ written: names, notes: sorted })}\n`);
    else {
      terminal.out(names.map((name) => `${join(out, name)}\n`).join(''));
      terminal.err(sorted.map((note) => `${noteText(note)}\n`).join(''));
    }
    return names.length === 0 ? 1 : 0;
  },
};

const noteText = ({ file, line, kind, message }: Note): string =>
  `${file}:${line}: ${kind === 'left-out' ? 'not carried over' : 'to do'}: ${message}`;

function readGiven(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${name} cannot be read: ${errorMessage(error)}`);
  }
}

function writeFiles(directory: string, files: ReadonlyMap<string, string>): void {
  for (const [name, text] of files) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}

function inScratchFolder<T>(files: ReadonlyMap<string, string>, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'token-broker-import-'));
  try {
    writeFiles(folder, files);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
