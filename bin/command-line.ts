import { Command as Commander, CommanderError, Option } from 'commander';
import type { Arguments, Command, CommandTable, OptionSpec, Terminal } from './command.ts';

/**
 * What reading a command line comes to: the arguments, or that all is said (help, version, a mistake) with the exit
 * code.
 */
export type Reading = { readonly given: Arguments } | { readonly code: 0 | 2 };

const HELP_WIDTH = 100;

/**
 * A reader that ends nothing and writes to the terminal it was given: help to standard output, mistakes to standard
 * error.
 */
function reader(name: string, terminal: Terminal): Commander {
  return new Commander(name)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) => write(`${name}: ${text.replace(/^error: /, '')}`),
      getOutHelpWidth: () => HELP_WIDTH,
      getErrHelpWidth: () => HELP_WIDTH,
    })
    .helpOption('-h, --help', 'say what it does and which options it takes')
    .showSuggestionAfterError(true);
}

/** Reads what follows a command's name. A wrong option is answered with the nearest right one and the usage. */
export function readCommand(name: string, command: Command, args: readonly string[], terminal: Terminal): Reading {
  const line = commander(name, command, terminal);
  return ending(line, terminal, () => {
    // Told without its value, which may be a secret that somebody thought of as an argument.
    const unknown = unknownJoined(args, command.options ?? []);
    line.parse(unknown === null ? [...args] : [unknown], { from: 'user' });
    return { given: argumentsOf(line, command.options ?? []) };
  });
}

/** The first `--name=value` among the options that is none of theirs, as `--name`. */
function unknownJoined(args: readonly string[], specs: readonly OptionSpec[]): string | null {
  const byFlag = new Map(specs.map(({ flags }) => [flags.split(' ')[0], flags.includes(' ')]));
  for (let at = 0; at < args.length; at += 1) {
    const [flag = '', joined] = (args[at] ?? '').split(/=(.*)/s);
    if (flag === '--' || !flag.startsWith('-')) return null;
    const takesValue = byFlag.get(flag);
    if (takesValue === undefined && joined !== undefined) return flag;
    if (takesValue === true && joined === undefined) at += 1;
  }
  return null;
}

/** The usage of a command and where its help is, for a mistake that it found itself. */
export const usageOf = (name: string, command: Command, terminal: Terminal): string =>
  usageText(commander(name, command, terminal));

/**
 * Answers a command line that names no command of `table`: help, the version, or a mistake with the nearest right name.
 */
export function readGroup(name: string, table: CommandTable, args: readonly string[], terminal: Terminal): Reading {
  const group = reader(name, terminal).helpCommand(false).usage('COMMAND [OPTIONS]');
  for (const [command, { summary }] of Object.entries(table)) {
    group
      .command(command, { hidden: summary === '' })
      .description(summary)
      .usage('')
      .helpOption(false);
  }
  group.addHelpText('after', `\n\`${name} COMMAND --help\` says more of each.`);
  if (args[0] === undefined) return mistake(group, terminal, `${name}: no command given\n`);
  return ending(group, terminal, () => {
    group.parse([args[0] === 'help' ? '--help' : (args[0] ?? '')], { from: 'user' });
    return { code: 2 };
  });
}

function commander(name: string, command: Command, terminal: Terminal): Commander {
  const line = reader(name, terminal).description(flowing(command.description)).allowExcessArguments(false);
  if (command.arguments !== undefined) line.arguments(command.arguments);
  if (command.arguments?.includes('command...') === true) line.passThroughOptions();
  for (const spec of command.options ?? []) line.addOption(optionOf(spec));
  const { examples = [], notes } = command;
  if (notes !== undefined) line.addHelpText('after', `\n${notes}`);
  if (examples.length > 0) line.addHelpText('after', `\nExamples:\n${examples.map((each) => `  ${each}`).join('\n')}`);
  return line;
}

function optionOf({ flags, description, repeatable, choices }: OptionSpec): Option {
  const option = new Option(flags, repeatable === true ? `${description} (repeatable)` : description);
  if (choices !== undefined) option.choices([...choices]);
  if (repeatable === true) option.argParser((value: string, before: readonly string[] = []) => [...before, value]);
  return option;
}

function argumentsOf(line: Commander, specs: readonly OptionSpec[]): Arguments {
  const byName = new Map(specs.map((spec) => [nameOf(spec), line.getOptionValue(optionOf(spec).attributeName())]));
  const textsOf = (name: string): readonly string[] =>
    [byName.get(name)].flat().filter((value) => typeof value === 'string');
  return {
    positionals: line.args,
    value: (name) => textsOf(name).at(-1),
    values: textsOf,
    // `--no-browser` is true where it was given: commander keeps it as `browser: false`.
    has: (flag) => byName.get(flag) === !flag.startsWith('no-'),
  };
}

/** Paragraphs as the terminal's width wants them: line ends of the source are none of theirs. */
const flowing = (text: string): string => text.replace(/(?<!\n)\n(?!\n)/g, ' ');

/** `--issuer <url>` -> `issuer`. */
const nameOf = ({ flags }: OptionSpec): string => (/^--([a-z][a-z-]*)/.exec(flags)?.[1] ?? '').trim();

function ending(line: Commander, terminal: Terminal, read: () => Reading): Reading {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { code: 0 };
    return mistake(line, terminal, '');
  }
}

function mistake(line: Commander, terminal: Terminal, text: string): Reading {
  terminal.err(`${text}${usageText(line)}`);
  return { code: 2 };
}

const usageText = (line: Commander): string =>
  `\nUsage: ${line.name()} ${line.usage()}\n\`${line.name()} --help\` says more.\n`;
