import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { serve } from '../../local/endpoints/server.ts';
import { aLog, SIGNAL, someEntries } from '../archive/a-log.ts';
import { memoryObjects } from '../archive/memory-objects.ts';

const objects = memoryObjects();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'token-broker-verify-'));
  await aLog(objects).append(someEntries(3), null, SIGNAL);
  await writeFile(join(folder, 'older'), objects.bodies.get('checkpoint') ?? '');
  await aLog(objects).append(someEntries(300), null, SIGNAL);
  for (const [key, body] of objects.bodies) {
    await mkdir(dirname(join(folder, 'log', key)), { recursive: true });
    await writeFile(join(folder, 'log', key), body);
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  const written = { out: '', err: '' };
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += text;
    },
    env: {},
    cwd: folder,
  };
  return { code: await main(['ledger', 'verify', ...args], terminal), ...written };
}

describe('token-broker ledger verify', () => {
  it('verifies a folder, against a checkpoint of before too', async () => {
    const { code, out } = await run('log', '--key', 'log/key', '--since', 'older', '--json');
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ ok: true, size: 303, problem: null })]);
  });

  it('verifies what a web server serves', async () => {
    const server = await serve(0, (request, response) => {
      const body = objects.bodies.get((request.url ?? '').replace('/a/', ''));
      response.writeHead(body === undefined ? 403 : 200).end(body);
    });
    expect(await run(`${server.url}/a/`, '--key', 'log/key')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Verified/),
    });
    await server.stop();
  });

  it('ends with 1 and names the record', async () => {
    const path = join(folder, 'log', 'tile', 'entries', '000');
    const body = Buffer.from(objects.bodies.get('tile/entries/000') ?? '');
    await writeFile(path, Buffer.from(body.toString('latin1').replace('acme/web', 'acme/wep'), 'latin1'));
    const { code, out } = await run('log', '--key', 'log/key', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      problem: { kind: 'altered', index: 0, id: expect.stringMatching(/^iss_/) },
    });
    await writeFile(path, body);
  });

  it.each([
    ['no key', ['log']],
    ['a key that is none', ['log', '--key', 'older']],
    ['a checkpoint that is none', ['log', '--key', 'log/key', '--since', 'log/key']],
    ['a file that is not there', ['log', '--key', 'nowhere']],
  ])('is wrong usage with %s', async (_, args) => expect((await run(...args)).code).toBe(2));
});
