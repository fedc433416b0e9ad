/** 0 done, 1 refused or failed, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

/** What a command may touch of the process it runs in; tests hand in their own. */
export interface Terminal {
  /** Writes to standard output as it is: end lines yourself. Results go here, and nothing else. */
  out(text: string): void;
  /** Writes to standard error: problems, progress. Never a secret. */
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths of arguments start here. */
  readonly cwd: string;
}

/** One command: `run` gets what follows its name. It throws `UsageError` for arguments that it does not take. */
export interface Command {
  /** Printed for `--help` and after a wrong usage: the synopsis first, then what it does and its options. */
  readonly help: string;
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

/** A line of a command table. The module is loaded when the command is called: the others cost nothing. */
export interface CommandEntry {
  /** One line, for the list of commands. */
  readonly summary: string;
  load(): Promise<{ readonly command: Command }>;
}

export type CommandTable = Readonly<Record<string, CommandEntry>>;

/** Arguments that a command does not take: exit code 2, with its help. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
