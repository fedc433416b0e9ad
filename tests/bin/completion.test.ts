import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';

const work = mkdtempSync(join(tmpdir(), 'completion-'));
afterAll(() => rmSync(work, { recursive: true }));

async function run(...args: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    env: {},
    cwd: '/',
  };
  const code = await main(args, terminal);
  return { code, stdout: out.join(''), stderr: err.join('') };
}

describe('token-broker completion bash, in bash', () => {
  const script = join(work, 'completion.bash');
  beforeAll(async () => writeFileSync(script, (await run('completion', 'bash')).stdout));

  /** What bash offers for the last word. */
  function offered(...words: readonly string[]): readonly string[] {
    const ask =
      'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _token_broker; printf "%s\\n" "${COMPREPLY[@]}"';
    const args = ['--norc', '-c', ask, 'bash', script, 'token-broker', ...words];
    const { stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8', cwd: work });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => line !== '');
  }

  it('offers the commands', () => {
    expect(offered('')).toEqual(expect.arrayContaining(['credentials', 'exec', 'serve', 'policy', 'completion']));
    expect(offered('cred')).toEqual(['credentials']);
  });

  it('offers the commands of a group, and the options of a command', () => {
    expect(offered('policy', 'va')).toEqual(['validate']);
    expect(offered('policy', 'plan', '--ma')).toEqual(['--markdown']);
    expect(offered('--v')).toEqual(['--version']);
  });

  it('offers the values of an option, where they are known', () => {
    expect(offered('credentials', '--proof', 'git')).toEqual(['github', 'gitlab:']);
    expect(offered('credentials', '--intent', '')).toEqual([]);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('offers files where a file is wanted', () => {
    writeFileSync(join(work, 'narrow.json'), '{}');
    expect(offered('credentials', '--policy', 'nar')).toEqual(['narrow.json']);
    expect(offered('policy', 'validate', 'nar')).toEqual(['narrow.json']);
  });

  it('offers programs behind exec, and nothing of ours behind its --', () => {
    expect(offered('exec', '--scope', 'a', '--', 'bas')).toContain('bash');
    expect(offered('exec', '--', 'policy', 'va')).not.toContain('validate');
  });

  it('does not show what is hidden', () => expect(offered('docker')).toEqual([]));
});

describe('token-broker completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s', async (shell) => {
    expect(await run('completion', shell)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining(`# token-broker completion for ${shell}`),
    });
  });

  it('is wrong usage for another shell', async () => {
    const { code, stderr } = await run('completion', 'tcsh');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('bash, zsh or fish') });
  });
});
