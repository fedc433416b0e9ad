import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../e2e/broker.ts';

const root = mkdtempSync(join(tmpdir(), 'token-broker-build-'));
afterAll(() => rmSync(root, { recursive: true }));

const write = (name: string, text: string): void => {
  mkdirSync(join(root, name, '..'), { recursive: true });
  writeFileSync(join(root, name), text);
};

const read = (name: string): string => readFileSync(join(root, 'dist', name), 'utf8');

const build = () => {
  const { status, stdout, stderr } = spawnSync(execPath, ['local/build.ts'], { cwd: root, encoding: 'utf8' });
  return { status, out: stdout.trim(), err: stderr.trim() };
};

beforeAll(() => {
  const parts = ['build', 'bundle', 'one-file', 'one-start', 'page', 'required-builtins', 'sizes', 'sources'];
  for (const file of parts.map((part) => `${part}.ts`)) {
    mkdirSync(join(root, 'local'), { recursive: true });
    cpSync(join(ROOT, 'local', file), join(root, 'local', file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  write('package.json', '{"version":"1.2.3","type":"module"}');
  write('package-lock.json', '{}');
  write('lib/heavy.ts', 'export const heavy: string = "what is loaded when it is first needed".repeat(3);');
  write('lib/light.ts', "export const light = async () => (await import('./heavy.ts')).heavy.length;");
  write(
    'functions/waits.ts',
    "import { light } from '../lib/light.ts';\nexport const length = await light();\nexport const heavy = () => import('../lib/heavy.ts');",
  );
  write(
    'functions/web.ts',
    "export const handler = async () => ({ heavy: (await import('../lib/heavy.ts')).heavy, v: process.env['VERSION'], b: process.env['BUILD'] });",
  );
});

describe('the build', () => {
  it('bundles a function, with what is loaded on first use beside it, and the maps apart', async () => {
    expect(build()).toMatchObject({ status: 0, out: expect.stringMatching(/^Built dist\/ \(build [0-9a-f]{12}\)/) });
    const files = readdirSync(join(root, 'dist/functions/web')).sort();
    expect(files).toEqual([expect.stringMatching(/^heavy-[A-Z0-9]+\.mjs$/), 'index.mjs']);
    expect(read('functions/web/index.mjs')).not.toContain('what is loaded');
    expect(readdirSync(join(root, 'dist/maps/web'))).toContain('index.mjs.map');
    const sizes = JSON.parse(read('sizes.json'));
    expect(sizes.web.initial).toBe(read('functions/web/index.mjs').length);
    expect(sizes.web.total).toBeGreaterThan(sizes.web.initial);
  });

  it('says version and build in the bundle', () => {
    const script =
      "import('./dist/functions/web/index.mjs').then(async (m) => console.log(JSON.stringify(await m.handler())))";
    const { stdout } = spawnSync(execPath, ['-e', script], { cwd: root, encoding: 'utf8', env: {} });
    expect(JSON.parse(stdout)).toMatchObject({ v: '1.2.3', b: expect.stringMatching(/^[0-9a-f]{12}$/) });
  });

  it('starts where its start waits for what is loaded later', () => {
    const script = "import('./dist/functions/waits/index.mjs').then(({ length }) => console.log(length))";
    const { stdout } = spawnSync(execPath, ['-e', script], { cwd: root, encoding: 'utf8', env: {} });
    expect(Number(stdout)).toBeGreaterThan(0);
  });

  it('does nothing where the sources are those of the last one', () => {
    expect(build().out).toMatch(/^dist\/ is up to date/);
  });

  it('is the same, byte for byte, from the same sources', () => {
    const before = read('functions/web/index.mjs');
    rmSync(join(root, 'dist'), { recursive: true });
    build();
    expect(read('functions/web/index.mjs')).toBe(before);
  });

  it('is made anew where a source changed, and leaves nothing of the old one', () => {
    const [old = ''] = readdirSync(join(root, 'dist/functions/web'));
    write('lib/heavy.ts', 'export const heavy = "other";');
    expect(build().out).toMatch(/^Built/);
    expect(existsSync(join(root, 'dist/functions/web', old))).toBe(false);
  });

  it('is made anew where a bundle is gone', () => {
    rmSync(join(root, 'dist/functions/web/index.mjs'));
    expect(build().out).toMatch(/^Built/);
  });

  it('says where the sources are wrong, and leaves the last one as it was', () => {
    const before = read('functions/web/index.mjs');
    write('functions/web.ts', 'export const handler = (;');
    expect(build()).toMatchObject({ status: 1, err: expect.stringMatching(/^functions\/web\.ts:1:\d+: /) });
    expect(read('functions/web/index.mjs')).toBe(before);
  });
});
