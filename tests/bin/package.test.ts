import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
const work = mkdtempSync(join(tmpdir(), 'package-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** A person's machine: no checkout's programs on the path, an empty cache, and no network for npm. */
const env = {
  PATH: (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter),
  HOME: join(work, 'home'),
  npm_config_cache: join(work, 'cache'),
  npm_config_offline: 'true',
  npm_config_update_notifier: 'false',
};

function run(command: string, args: readonly string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the package', () => {
  const prefix = join(work, 'prefix');
  const program = join(prefix, 'bin', 'token-broker');
  let packed: { readonly files: readonly string[]; readonly size: number };

  beforeAll(() => {
    mkdirSync(env.HOME);
    const pack = run('npm', ['pack', '--json', '--pack-destination', work], ROOT);
    if (pack.status !== 0) throw new Error(pack.stderr);
    const [{ files, filename, size }] = JSON.parse(pack.stdout);
    packed = { files: files.map(({ path }: { readonly path: string }) => path).sort(), size };
    const install = run('npm', ['install', '--global', '--prefix', prefix, join(work, filename)], work);
    if (install.status !== 0) throw new Error(install.stderr);
  }, 240_000);

  it('is the program as one file, its launchers and what says what it is', () => {
    expect(packed.files).toEqual([
      'LICENSE',
      'README.md',
      'bin/docker-credential-token-broker.mjs',
      'bin/token-broker.mjs',
      'dist/token-broker.mjs',
      'package.json',
    ]);
    expect(packed.size).toBeLessThan(800_000);
  });

  it('depends on nothing', () => {
    const manifest = JSON.parse(
      readFileSync(join(prefix, 'lib', 'node_modules', 'token-broker', 'package.json'), 'utf8'),
    );
    expect(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })).toEqual([]);
  });

  it('runs with the Node on the path, wherever it is started', () => {
    const help = run(program, ['--help'], work);
    expect([help.status, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toMatch(/^Usage: token-broker COMMAND/);
    expect(run(program, ['--version'], work)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^0\.\d+\.\d+ /),
    });
    const valid = run(program, ['policy', 'validate', join(ROOT, 'examples')], work);
    expect([valid.status, valid.stderr]).toEqual([0, expect.stringMatching(/: valid\n$/)]);
    expect(run(program, ['nothing'], work).status).toBe(2);
  });

  it('runs as the one file alone', () => {
    const file = join(prefix, 'lib', 'node_modules', 'token-broker', 'dist', 'token-broker.mjs');
    expect(run('node', [file, '--version'], work)).toMatchObject({ status: 0, stderr: '' });
    expect(run(file, ['policy', '--help'], work)).toMatchObject({ status: 0, stderr: '' });
  });

  it('says nothing to a reader that has gone', () => {
    const { stderr } = run('sh', ['-c', `'${program}' --help | true`], work);
    expect(stderr).toBe('');
  });
});

it('every entry of the lock file is held by its digest', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const loose = Object.entries<{ readonly integrity?: string }>(packages)
    .filter(([path, { integrity }]) => path !== '' && !/^sha512-/.test(integrity ?? ''))
    .map(([path]) => path);
  expect(loose).toEqual([]);
});
