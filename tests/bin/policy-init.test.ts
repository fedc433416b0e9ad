import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { starterNames } from '../../lib/configuration/init-folder.ts';

async function run(args: readonly string[], cwd: string) {
  let out = '';
  let err = '';
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    ...{ env: {}, cwd },
  };
  return { code: await main(args, terminal), out, err };
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'init-'));

describe.each(starterNames)('policy init --preset %s', (preset) => {
  it('writes a folder of which nothing is said, and whose tests pass', async () => {
    const cwd = newFolder();
    expect((await run(['policy', 'init', '--preset', preset, 'config'], cwd)).code).toBe(0);
    const validated = await run(
      ['policy', 'validate', '--strict', '--issuer', 'https://broker.example.com', 'config'],
      cwd,
    );
    expect(validated).toMatchObject({ code: 0, out: '' });
    expect(await run(['policy', 'test', 'config'], cwd)).toMatchObject({ code: 0, err: '3 passed, 0 failed\n' });
  });

  it('takes the issuer, and writes over nothing', async () => {
    const cwd = newFolder();
    const init = ['policy', 'init', '--preset', preset, '--issuer', 'https://b.acme.example', 'config'];
    const { out } = await run(init, cwd);
    const [connection = ''] = out.split('\n');
    expect(readFileSync(join(cwd, connection), 'utf8')).toContain('audience: [https://b.acme.example]\n');
    expect(await run(init, cwd)).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/nothing was written/) });
  });
});

it.each([
  ['without a preset', ['config']],
  ['with a preset that none begins with', ['--preset', 'okta', 'config']],
])('policy init ends with 2 %s', async (_name, args) => {
  expect((await run(['policy', 'init', ...args], newFolder())).code).toBe(2);
});
