import { describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { commands } from '../../bin/commands/table.ts';
import { completedOf } from '../../bin/completion/model.ts';

async function run(...args: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    env: {},
    cwd: '/',
  };
  return { code: await main(args, terminal), stdout: out.join(''), stderr: err.join('') };
}

const all = (await completedOf(commands)).filter((each) => each.commands.length === 0);

describe.each(all.map((each) => [each.path.join(' '), each] as const))('token-broker %s', (_, { path, options }) => {
  it('is wrong usage with an option that it has not, and does not repeat what was given to that', async () => {
    const { code, stdout, stderr } = await run(...path, '--client-secret=s-e-c-r-e-t');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("unknown option '--client-secret'");
    expect(stderr).not.toContain('s-e-c-r-e-t');
  });

  it('names the nearest option, with a value joined to it or not', async () => {
    // Two letters that change places.
    const near = options.find(({ flag }) => flag.length > 6) ?? { flag: '--help' };
    const wrong = near.flag.replace(/(.)(.)$/, '$2$1');
    for (const given of [wrong, `${wrong}=x`]) {
      const { code, stderr } = await run(...path, given);
      expect(code).toBe(2);
      expect(stderr).toMatch(new RegExp(`unknown option '${wrong}'\\n\\(Did you mean (?:one of )?.*${near.flag}`));
    }
  });

  it('takes no secret as an argument', () => {
    const secrets = options.filter(({ flag }) => /secret|password|token$|key$/.test(flag));
    // A file that has one, or a flag.
    expect(secrets.filter(({ value }) => value !== null && value.kind !== 'files')).toEqual([]);
  });
});

/** What prints no table: a document, a token, what another program prints, a script. */
const NO_TABLE = [
  'credentials',
  'exec',
  'sign',
  'mcp',
  'serve',
  'web-identity',
  'completion',
  'console',
  'logout',
  'issuances receipt',
  'issuances export',
];

it('every command that prints a table prints it as JSON, too', () => {
  const without = all.filter(({ options }) => !options.some(({ flag }) => flag === '--json'));
  expect(without.map(({ path }) => path.join(' ')).filter((name) => !NO_TABLE.includes(name))).toEqual([]);
});
