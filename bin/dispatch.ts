import type { Command, CommandTable, ExitCode, Terminal } from './command.ts';
import { UsageError } from './command.ts';
import { errorMessage } from './error-message.ts';

/** The list of a table's commands under its synopsis, as `--help` prints it. */
export function tableHelp(name: string, table: CommandTable): string {
  const width = Math.max(...Object.keys(table).map((command) => command.length));
  const lines = Object.entries(table).map(([command, entry]) => `  ${command.padEnd(width)}  ${entry.summary}`);
  return `Usage: ${name} COMMAND [OPTIONS]\n\n${lines.join('\n')}\n\n\`${name} COMMAND --help\` says more of each.\n`;
}

const asksForHelp = (args: readonly string[]): boolean => {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  return own.includes('--help') || own.includes('-h');
};

async function runCommand(name: string, command: Command, args: readonly string[], terminal: Terminal) {
  try {
    return await command.run(args, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err(`${name}: ${error.message}\n\n${command.help}`);
      return 2;
    }
    // The message alone: a stack says nothing to an operator, and causes may quote what a service answered.
    terminal.err(`${name}: ${errorMessage(error)}\n`);
    return 1;
  }
}

/**
 * Runs the command of `table` that the first argument names, with the arguments behind it. `--help` prints the command's help and is exit code 0;
 * an unknown or missing command and arguments that a command does not take are exit code 2 with the help on standard error; whatever a command
 * throws is exit code 1 with its message.
 */
export async function dispatch(
  name: string,
  table: CommandTable,
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const [first, ...rest] = args;
  if (first === '--help' || first === '-h' || first === 'help') {
    terminal.out(tableHelp(name, table));
    return 0;
  }
  const entry = first !== undefined && Object.hasOwn(table, first) ? table[first] : undefined;
  if (first === undefined || entry === undefined) {
    const problem = first === undefined ? 'no command given' : `unknown command ${JSON.stringify(first)}`;
    terminal.err(`${name}: ${problem}\n\n${tableHelp(name, table)}`);
    return 2;
  }
  const { command } = await entry.load();
  const full = `${name} ${first}`;
  // A command that is a table itself answers `--help` of its own commands.
  if (asksForHelp(rest) && (rest[0]?.startsWith('-') || !isGroup(command))) {
    terminal.out(command.help);
    return 0;
  }
  return runCommand(full, command, rest, terminal);
}

const groups = new WeakSet<Command>();
const isGroup = (command: Command): boolean => groups.has(command);

/** A command that is a table of commands: `token-broker policy validate`. `name` is its whole name. */
export function commandGroup(name: string, table: CommandTable): Command {
  const group: Command = {
    help: tableHelp(name, table),
    run: (args, terminal) => dispatch(name, table, args, terminal),
  };
  groups.add(group);
  return group;
}
