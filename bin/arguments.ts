import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './command.ts';
import { errorMessage } from './error-message.ts';

/** The options of a command that take a value, and those that do not, by name without dashes. */
export interface OptionNames {
  readonly values?: readonly string[];
  readonly flags?: readonly string[];
}

export interface Arguments {
  readonly positionals: readonly string[];
  /** The last value given, or undefined. */
  value(name: string): string | undefined;
  has(flag: string): boolean;
}

/** Reads a command's arguments (`--name value`, `--name=value`, `--flag`). Throws `UsageError` for any other option. */
export function readArguments(args: readonly string[], names: OptionNames): Arguments {
  const options: ParseArgsOptionsConfig = {};
  for (const name of names.values ?? []) options[name] = { type: 'string' };
  for (const name of names.flags ?? []) options[name] = { type: 'boolean' };
  const { values, positionals } = parse(args, options);
  return {
    positionals,
    value: (name) => {
      const value = values[name];
      return typeof value === 'string' ? value : undefined;
    },
    has: (flag) => values[flag] === true,
  };
}

function parse(args: readonly string[], options: ParseArgsOptionsConfig) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(errorMessage(error));
  }
}
