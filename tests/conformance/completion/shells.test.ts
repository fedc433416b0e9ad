import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const work = mkdtempSync(join(tmpdir(), 'shells-'));
const scriptOf = (shell: string): string => join(work, `completion.${shell}`);
beforeAll(() => {
  for (const shell of ['zsh', 'fish']) {
    writeFileSync(scriptOf(shell), execFileSync(execPath, ['bin/cli.ts', 'completion', shell], { encoding: 'utf8' }));
  }
  writeFileSync(join(work, 'narrow.json'), '{}');
});
afterAll(() => rmSync(work, { recursive: true }));

const output = (program: string, args: readonly string[]): string => {
  const { stdout, stderr, error } = spawnSync(program, args, {
    cwd: work,
    env: { PATH: process.env['PATH'], HOME: work, TERM: 'dumb' },
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (error !== undefined) throw error;
  return `${stdout}${stderr}`;
};

/** What the line is once Tab was pressed behind it. */
function inZsh(line: string): string {
  const shown = output('zsh', ['-f', join(import.meta.dirname, 'complete.zsh'), scriptOf('zsh'), line]);
  return /<(token-broker [^>]*)>/.exec(shown)?.[1] ?? shown;
}

/** What is offered for its last word, without descriptions. */
const inFish = (line: string): readonly string[] =>
  output('fish', ['--private', '-c', `source ${scriptOf('fish')}; complete -C '${line}'`])
    .split('\n')
    .map((offer) => offer.split('\t')[0] ?? '')
    .filter((offer) => offer !== '');

describe.each([
  ['a command', 'token-broker cred', 'token-broker credentials'],
  ['a command of a group', 'token-broker policy va', 'token-broker policy validate'],
  ['an option', 'token-broker policy plan --mark', 'token-broker policy plan --markdown'],
  ['a value', 'token-broker credentials --proof githu', 'token-broker credentials --proof github'],
  ['a file', 'token-broker credentials --policy narr', 'token-broker credentials --policy narrow.json'],
  ['an operand', 'token-broker completion zs', 'token-broker completion zsh'],
  [
    'what another program takes',
    'token-broker exec --scope a -- cat narr',
    'token-broker exec --scope a -- cat narrow.json',
  ],
])('%s', (_, line, whole) => {
  it('is completed in zsh', () => expect(inZsh(line).trimEnd()).toBe(whole));
  it('is completed in fish', () => expect(inFish(line)).toEqual([whole.split(' ').at(-1)]));
});

describe('what is offered', () => {
  it('in fish is said with what it does, and without what is hidden', () => {
    const offers = output('fish', ['--private', '-c', `source ${scriptOf('fish')}; complete -C 'token-broker '`]);
    expect(offers).toContain('credentials\tprint AWS credentials, for credential_process');
    expect(offers).not.toContain('docker-credential');
  });
});
