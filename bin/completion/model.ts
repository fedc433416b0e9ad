import type { Command, CommandTable, OptionSpec } from '../command.ts';

/** What a shell may offer for a value or an operand. */
export type Offer =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' }
  /** A program, and then whatever the shell knows of it. */
  | { readonly kind: 'program' }
  /** A name, a text, a time: nothing that a shell could know. */
  | { readonly kind: 'none' };

export interface CompletedOption {
  /** With its dashes. */
  readonly flag: string;
  readonly description: string;
  /** null: it takes no value. */
  readonly value: Offer | null;
  readonly repeatable: boolean;
}

/** A command, or a group of commands, and what may follow it. */
export interface Completed {
  /** The words that lead to it, empty for the program itself. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly CompletedOption[];
  readonly operand: Offer;
}

const HELP: CompletedOption = { flag: '--help', description: 'say what it does', value: null, repeatable: false };

/** Everything that a command line may hold, of the definitions that the commands are read by: groups first. */
export async function completedOf(table: CommandTable, path: readonly string[] = []): Promise<readonly Completed[]> {
  const shown = Object.entries(table).filter(([, { summary }]) => summary !== '');
  const below = await Promise.all(
    shown.map(async ([name, entry]) =>
      'commands' in entry
        ? completedOf(entry.commands, [...path, name])
        : [commandOf([...path, name], (await entry.load()).command)],
    ),
  );
  const group: Completed = {
    path,
    commands: shown.map(([name, { summary }]) => ({ name, summary })),
    options:
      path.length === 0 ? [HELP, { ...HELP, flag: '--version', description: 'say which version it is' }] : [HELP],
    operand: { kind: 'none' },
  };
  return [group, ...below.flat()];
}

function commandOf(path: readonly string[], { arguments: operands = '', options = [], offers }: Command): Completed {
  const operand = offers === undefined ? offerOf(operands) : ({ kind: 'words', words: offers } as const);
  return { path, commands: [], options: [...options.map(optionOf), HELP], operand };
}

function optionOf({ flags, description, repeatable, choices, offers }: OptionSpec): CompletedOption {
  const [flag = '', ...value] = flags.split(' ');
  const words = choices ?? offers;
  const offered = words === undefined ? offerOf(value.join(' ')) : ({ kind: 'words', words } as const);
  return { flag, description, value: value.length === 0 ? null : offered, repeatable: repeatable === true };
}

/** By the name that the definition gives it: `<file>`, `[dir]`, `<command...>`. */
function offerOf(placeholder: string): Offer {
  if (/<command\.\.\.>/.test(placeholder)) return { kind: 'program' };
  return /file|dir|folder|path/.test(placeholder) ? { kind: 'files' } : { kind: 'none' };
}
