import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { ExitCode, Terminal } from '../command.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** As a shell reports it: 127 no such program, 126 one that cannot be run, 128 and the number of a signal. */
export function runProgram(
  program: string,
  args: readonly string[],
  env: Environment,
  terminal: Terminal,
  command: 'exec' | 'sign' = 'exec',
): Promise<ExitCode> {
  return new Promise((done) => {
    // Before the program runs: a signal that came first would end this process and leave the program behind.
    const passed = ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
    const pass = (signal: NodeJS.Signals) => void child.kill(signal);
    for (const signal of passed) process.on(signal, pass);
    // A terminal sends Ctrl-C to both: the program decides what it means. Sent to this process alone it is passed on.
    const interrupt = () => (process.stdin.isTTY ? undefined : child.kill('SIGINT'));
    process.on('SIGINT', interrupt);
    const child = spawn(program, args, { stdio: 'inherit', env, cwd: terminal.cwd });
    const end = (code: ExitCode): void => {
      for (const signal of passed) process.off(signal, pass);
      process.off('SIGINT', interrupt);
      done(code);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      terminal.err(`token-broker ${command}: ${program} cannot be run (${error.code ?? 'unknown'})\n`);
      end(error.code === 'ENOENT' ? 127 : 126);
    });
    child.on('exit', (code, signal) => end(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
  });
}
