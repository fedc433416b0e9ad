import type { Command, CommandTable, ExitCode, Terminal } from './command.ts';
import { UsageError } from './command.ts';
import { errorMessage } from './error-message.ts';
import { plainArguments } from './plain-arguments.ts';

/**
 * Runs the command of `table` that the first arguments name, with the arguments behind it; only its module is loaded.
 * `--help` prints help on standard output and is exit code 0; an unknown or missing command and arguments that a
 * command does not take are exit code 2, with the nearest right name and the usage on standard error; whatever a
 * command throws is exit code 1 with its message.
 */
export async function dispatch(
  name: string,
  table: CommandTable,
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const [first, ...rest] = args;
  const entry = first !== undefined && Object.hasOwn(table, first) ? table[first] : undefined;
  if (entry === undefined) {
    const { readGroup } = await commandLine();
    const reading = readGroup(name, table, args, terminal);
    return 'code' in reading ? reading.code : 2;
  }
  if ('commands' in entry) return dispatch(`${name} ${first}`, entry.commands, rest, terminal);
  const { command } = await entry.load();
  return runCommand(`${name} ${first}`, command, rest, terminal);
}

/** Loaded where a line asks for help, is a mistake, or has operands. */
const commandLine = () => import('./command-line.ts');

async function runCommand(name: string, command: Command, args: readonly string[], terminal: Terminal) {
  const given = plainArguments(command, args);
  const reading = given === null ? (await commandLine()).readCommand(name, command, args, terminal) : { given };
  if ('code' in reading) return reading.code;
  try {
    return await command.run(reading.given, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err(`${name}: ${error.message}\n${(await commandLine()).usageOf(name, command, terminal)}`);
      return 2;
    }
    // The message alone: a stack says nothing to an operator, and causes may quote what a service answered.
    terminal.err(`${name}: ${errorMessage(error)}\n`);
    return 1;
  }
}
