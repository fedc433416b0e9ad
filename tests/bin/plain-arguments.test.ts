import { describe, expect, it } from '@jest/globals';
import type { Arguments, Command, Terminal } from '../../bin/command.ts';
import { readCommand } from '../../bin/command-line.ts';
import { plainArguments } from '../../bin/plain-arguments.ts';

const command: Command = {
  description: 'A command.',
  options: [
    { flags: '--scope <name>', description: 'once' },
    { flags: '--param <name=value>', description: 'often', repeatable: true },
    { flags: '--form <name>', description: 'of some', choices: ['short', 'long'] },
    { flags: '--json', description: 'a flag' },
    { flags: '--no-cache', description: 'a flag that denies' },
  ],
  run: async () => 0,
};
const silent: Terminal = { out: () => undefined, err: () => undefined, env: {}, cwd: '/' };

const said = (given: Arguments) => ({
  positionals: given.positionals,
  value: ['scope', 'param', 'form', 'json', 'no-cache'].map((name) => given.value(name)),
  values: ['scope', 'param', 'form', 'json', 'no-cache'].map((name) => given.values(name)),
  has: ['scope', 'param', 'form', 'json', 'no-cache'].map((name) => given.has(name)),
});

/** What the framework makes of a line; null: a mistake or help. */
function framework(args: readonly string[]) {
  const reading = readCommand('it', command, args, silent);
  return 'given' in reading ? said(reading.given) : null;
}

describe('a line of options', () => {
  it.each<readonly string[][]>([
    [[]],
    [['--scope', 'a']],
    [['--scope=a']],
    [['--scope=']],
    [['--scope', '']],
    [['--scope', 'a', '--scope', 'b']],
    [['--scope=--json']],
    [['--param', 'a=b', '--param=c=d=e']],
    [['--form', 'short', '--json']],
    [['--no-cache', '--json', '--json']],
  ])('says what the framework says: %j', (args) => {
    const plain = plainArguments(command, args);
    expect(plain === null ? null : said(plain)).toEqual(framework(args));
    expect(plain).not.toBeNull();
  });

  it.each<readonly string[][]>([
    [['--help']],
    [['-h']],
    [['--scop', 'a']],
    [['--scope']],
    [['--scope', '--json']],
    [['--json=yes']],
    [['--form', 'wide']],
    [['--cache']],
    [['--']],
    [['operand']],
    [['--scope', 'a', 'operand']],
    [['--toString', 'a']],
    [['-s', 'a']],
  ])("is the framework's where it may be a mistake: %j", (args) => {
    expect(plainArguments(command, args)).toBeNull();
  });

  it("is the framework's where the command has operands", () => {
    expect(plainArguments({ ...command, arguments: '[id]' }, [])).toBeNull();
  });
});
