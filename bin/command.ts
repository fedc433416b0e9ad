/** 0 done, 1 refused or failed, 2 wrong usage. A command that runs another program ends as that one does. */
export type ExitCode = number;

/** What a command may touch of the process it runs in; tests hand in their own. */
export interface Terminal {
  /** Writes to standard output as it is: end lines yourself. Results go here, and nothing else. */
  out(text: string): void;
  /** Waits until what was written to standard output is taken; false: nobody reads it any more. Absent: at once. */
  flushed?(): Promise<boolean>;
  /** Writes to standard error: problems, progress. Never a secret. */
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths of arguments start here. */
  readonly cwd: string;
  /** True where somebody reads standard error as it is written. */
  readonly isInteractive?: boolean;
}

/** An option as help shows it and the reader takes it. */
export interface OptionSpec {
  /** As commander writes them: `--issuer <url>` takes a value, `--json` is a flag. Long names only. */
  readonly flags: string;
  readonly description: string;
  /** May be given several times; `values` of the arguments has all of them. */
  readonly repeatable?: true;
  readonly choices?: readonly string[];
  /** Values that a shell may offer, where there are others too. */
  readonly offers?: readonly string[];
}

/** What a command was given. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** The last value given, or undefined. */
  value(name: string): string | undefined;
  /** Every value of a repeatable option, in order. */
  values(name: string): readonly string[];
  has(flag: string): boolean;
}

/** One command. It throws `UsageError` for arguments that it does not take, and any other error where it fails. */
export interface Command {
  /**
   * Operands in commander's notation, such as `<dir>` or `[id]`; `<command...>` takes the rest of the line, options of
   * others too.
   */
  readonly arguments?: string;
  /** Operands that a shell may offer. */
  readonly offers?: readonly string[];
  /** What it does, for whoever reads its help: a first sentence, then what else is to know. */
  readonly description: string;
  readonly options?: readonly OptionSpec[];
  /** Whole command lines, without a prompt. */
  readonly examples?: readonly string[];
  /** What help says behind the options: exit codes, formats. */
  readonly notes?: string;
  run(given: Arguments, terminal: Terminal): Promise<ExitCode>;
}

/** A line of a command table: a command, whose module is loaded when it is called, or a table of commands. */
export type CommandEntry =
  | { readonly summary: string; load(): Promise<{ readonly command: Command }> }
  | { readonly summary: string; readonly commands: CommandTable };

export type CommandTable = Readonly<Record<string, CommandEntry>>;

/** Arguments that a command does not take: exit code 2, with its usage. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
