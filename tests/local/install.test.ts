import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT } from '../e2e/broker.ts';

const folder = mkdtempSync(join(tmpdir(), 'token-broker-install-'));
afterAll(() => rmSync(folder, { recursive: true }));

let root: string;

const entry = (version: string, more = {}) => ({ version, integrity: `sha512-${version}`, ...more });

/** A checkout whose lock file names these packages, and whose node_modules has those. */
function checkout(locked: Readonly<Record<string, object>>, installed: Readonly<Record<string, object>>): void {
  const names = Object.keys(locked).map((path) => path.replace('node_modules/', ''));
  const dependencies = Object.fromEntries(
    names.filter((name) => !name.includes('optional')).map((name) => [name, '*']),
  );
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': { dependencies }, ...locked } }));
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
  for (const path of Object.keys(installed)) {
    mkdirSync(join(root, path), { recursive: true });
    writeFileSync(join(root, path, 'package.json'), '{}');
  }
}

const missing = (): string => {
  const script = `import { whatIsMissing } from './local/install.mjs'; console.log(whatIsMissing(${JSON.stringify(root)}))`;
  return execFileSync(execPath, ['--input-type=module', '-e', script], { cwd: ROOT, encoding: 'utf8' }).trim();
};

beforeEach(() => {
  root = mkdtempSync(join(folder, 'c-'));
});

describe('what is missing', () => {
  it('is nothing where the lock file is installed', () => {
    checkout({ 'node_modules/a': entry('1.0.0') }, { 'node_modules/a': entry('1.0.0') });
    expect(missing()).toBe('null');
  });

  it('is nothing where an optional package of another platform is not there', () => {
    checkout(
      { 'node_modules/a': entry('1.0.0'), 'node_modules/optional-b': entry('1.0.0', { optional: true }) },
      { 'node_modules/a': entry('1.0.0') },
    );
    expect(missing()).toBe('null');
  });

  it('is everything where there is no node_modules', () => {
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {} } }));
    expect(missing()).toBe('node_modules is not installed');
  });

  it('is a package that the lock file has since', () => {
    checkout(
      { 'node_modules/a': entry('1.0.0'), 'node_modules/b': entry('1.0.0') },
      { 'node_modules/a': entry('1.0.0') },
    );
    expect(missing()).toBe('node_modules/b is not installed');
  });

  it('is a package of another version', () => {
    checkout({ 'node_modules/a': entry('1.0.1') }, { 'node_modules/a': entry('1.0.0') });
    expect(missing()).toBe('node_modules/a is another version');
  });

  it('is a package whose folder was removed', () => {
    checkout({ 'node_modules/a': entry('1.0.0') }, { 'node_modules/a': entry('1.0.0') });
    rmSync(join(root, 'node_modules/a'), { recursive: true });
    expect(missing()).toBe('node_modules/a is not installed');
  });
});

describe('npm start and npm test', () => {
  it('say nothing and ask no network where nothing is missing', () => {
    const offline = { PATH: '/nowhere', npm_config_registry: 'http://127.0.0.1:9' };
    const { status, stdout, stderr } = spawnSync(execPath, ['local/install.mjs'], {
      cwd: ROOT,
      env: offline,
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('say what is wrong where npm was told to skip the script that fetches Node.js', () => {
    checkout({ 'node_modules/node': entry('24.0.0') }, { 'node_modules/node': entry('24.0.0') });
    mkdirSync(join(root, 'local'));
    cpSync(join(ROOT, 'local', 'install.mjs'), join(root, 'local', 'install.mjs'));
    writeFileSync(join(root, 'package.json'), '{"name":"x","version":"1.0.0"}');
    // `npm rebuild` of this package has nothing to run, as with --ignore-scripts.
    const { status, stderr } = spawnSync(execPath, ['local/install.mjs'], { cwd: root, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('npm config get ignore-scripts');
  });
});
