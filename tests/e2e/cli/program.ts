import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { ROOT } from '../broker.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A person's machine: a home, a working folder, and nothing of this process's environment but its path. */
export interface Machine {
  readonly home: string;
  /** Writes a file of the working folder, for its owner alone unless told. Returns its path. */
  file(name: string, text: string, mode?: number): string;
  /** Runs the built command line to its end. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  start(args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
  /** Runs a copy of it that has this behind its end. */
  changed(end: string): Promise<Ended>;
}

const PROGRAM = join(ROOT, 'dist', 'token-broker.mjs');

export function machine(settings: Readonly<Record<string, string>> = {}): Machine {
  const home = mkdtempSync(join(tmpdir(), 'machine-'));
  const startFile = (program: string, args: readonly string[], env = {}) =>
    spawn(execPath, [program, ...args], {
      cwd: home,
      env: { PATH: process.env['PATH'], HOME: home, AWS_EC2_METADATA_DISABLED: 'true', ...settings, ...env },
    });
  const start: Machine['start'] = (args, env) => startFile(PROGRAM, args, env);
  return {
    home,
    file: (name, text, mode = 0o600) => {
      writeFileSync(join(home, name), text, { mode });
      chmodSync(join(home, name), mode);
      return join(home, name);
    },
    start,
    changed: (end) => {
      const copy = join(home, 'token-broker.mjs');
      writeFileSync(copy, `${readFileSync(PROGRAM, 'utf8')}${end}`);
      return endOf(startFile(copy, ['--version']));
    },
    run: async (args, env) => endOf(start(args, env)),
  };
}

/** What a program printed, once it has ended. */
export function endOf(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  return new Promise((ended, failed) => {
    child.on('error', failed);
    child.on('close', (code) => ended({ code, stdout, stderr }));
  });
}
