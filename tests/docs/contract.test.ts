import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { statedPaths } from '../template/contract-paths.ts';

const contract = readFileSync('docs/contract.md', 'utf8');
const NOT_BUILT = '⧗';

/** The text between the heading of a section and the next one. */
const section = (number: number): string =>
  contract.split(/^## /m).find((text) => text.startsWith(`${number}. `)) ?? '';

/** The table's rows: `code` of the first cell, and whether the row, or that very name, is marked. */
const rows = (text: string): readonly { readonly first: string; readonly rest: string }[] =>
  [...text.matchAll(/^\| (`.*?) \| (.*) \|$/gm)].map(([, first = '', rest = '']) => ({ first, rest }));

/** `GET /saml/{connection}/metadata`, `GET …/login` -> whole paths; `/oauth2/introspect`, `/oauth2/revoke` -> each. */
function pathsOf(first: string): readonly string[] {
  const codes = [...first.matchAll(/`([^`]+)`/g)].map(([, code = '']) =>
    code.replace(/^(?:[A-Z]+(?: or [A-Z]+)? )/, ''),
  );
  const [whole = ''] = codes;
  return codes.map((path) => (path.startsWith('…') ? whole.replace(/\/[^/]+$/, path.slice(1)) : path));
}

const served = statedPaths();

describe('docs/contract.md, routes', () => {
  const promised = rows(section(3)).flatMap(({ first, rest }) =>
    pathsOf(first).map((path) => ({ path, built: !rest.startsWith(NOT_BUILT) })),
  );

  it('has a table of routes', () => expect(promised.length).toBeGreaterThan(15));

  it.each(promised.filter(({ built }) => built))('$path is served', ({ path }) => {
    expect(served).toContain(path);
  });

  it('marks what is not served, and nothing else', () => {
    expect(promised.filter(({ path, built }) => !built && served.includes(path))).toEqual([]);
  });
});

/** `policy validate\|plan` -> two commands, `exec -- CMD…` -> exec, `approve ID`, `deny ID` -> both. */
function commandsOf({ first, rest }: { readonly first: string; readonly rest: string }) {
  return [...first.matchAll(/`([^`]+)`( ⧗)?/g)].flatMap(([, code = '', mark]) => {
    const [name = '', ...words] = code.split(' ');
    const lists = words[0]?.includes('\\|') || (words.length === 1 && /^[a-z-]+$/.test(words[0] ?? ''));
    const subcommands = lists ? (words[0] ?? '').split('\\|') : [null];
    const built = mark === undefined && !rest.startsWith(NOT_BUILT);
    return subcommands.map((subcommand) => ({ command: subcommand === null ? [name] : [name, subcommand], built }));
  });
}

async function help(args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const code = await main([...args, '--help'], { out: (part) => (text += part), err: () => {}, env: {}, cwd: '/' });
  return { code, text };
}

describe('docs/contract.md, the command line', () => {
  const promised = rows(section(6))
    .flatMap(commandsOf)
    .filter(({ command: [name] }) => name !== 'docker-credential-token-broker');

  it('has a table of commands', () => expect(promised.length).toBeGreaterThan(20));

  it.each(promised)('$command, built: $built', async ({ command, built }) => {
    const { code, text } = await help(command);
    expect({ known: code === 0 && text.includes(command.join(' ')) }).toEqual({ known: built });
  });
});
