import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { configurationReader } from '../../lib/aws/dynamodb/configuration-table.ts';
import { createTables } from '../../lib/aws/dynamodb/create-tables.ts';
import { tableName } from '../../lib/aws/dynamodb/tables.ts';
import { systemClock } from '../../lib/host/clock.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { BOT, folderOf, GITHUB, SESSION } from '../configuration/folder-of.ts';

const ISSUER = 'https://broker.example.com';
let tables: TestTables;
let number = 0;
const saved = { ...process.env };
const settings = () => ({
  AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
  AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
});

beforeAll(async () => {
  tables = await startTables();
  Object.assign(process.env, settings());
});
afterAll(async () => {
  for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
  Object.assign(process.env, saved);
  await tables.stop();
});

/** A deployment without a configuration, and the command line for it. */
async function deployment() {
  number += 1;
  const prefix = `versions-${process.pid}-${number}`;
  await createTables(tables.sdk, prefix);
  const run = async (...args: string[]) => {
    const written = { out: '', err: '' };
    const code = await main(['policy', ...args], {
      out: (text) => {
        written.out += text;
      },
      err: (text) => {
        written.err += text;
      },
      env: { TOKEN_BROKER_TABLES: prefix, TOKEN_BROKER_ISSUER: ISSUER },
      cwd: tmpdir(),
    });
    return { code, ...written };
  };
  return { prefix, run };
}

const files = (mark: string) => ({
  'clients/bot.yaml': `# ${mark}\n${BOT}claims: { mark: ${mark} }\n`,
  'connections/github.yaml': GITHUB,
  'scopes/deploy.yaml': SESSION.replace('partner', 'github'),
});

describe('policy versions, show and rollback', () => {
  it('tell who put what in force, write the folder again and go back', async () => {
    const { run } = await deployment();
    await run('apply', folderOf(files('one')), '--author', 'Ada Example', '--reason', 'a beginning');
    await run('apply', folderOf(files('two')), '--author', 'Bob Example');
    const listed = JSON.parse((await run('versions', '--json')).out).versions;
    expect(listed).toEqual([
      expect.objectContaining({
        version: 2,
        inForce: true,
        how: 'apply',
        author: 'Bob Example',
        reason: null,
        previous: 1,
      }),
      expect.objectContaining({
        version: 1,
        inForce: false,
        author: 'Ada Example',
        reason: 'a beginning',
        commit: null,
      }),
    ]);

    const out = mkdtempSync(join(tmpdir(), 'shown-'));
    expect(await run('show', '1', '--out', out)).toMatchObject({ code: 0 });
    for (const [name, text] of Object.entries(files('one'))) expect(readFileSync(join(out, name), 'utf8')).toBe(text);
    expect(await run('show', '1', '--out', out)).toMatchObject({ code: 1, err: expect.stringContaining('not empty') });
    expect((await run('show', '1')).out).toContain('# clients/bot.yaml\n# one\n');

    const back = await run('rollback', '--author', 'Cleo Example', '--reason', 'two was wrong');
    expect(back).toMatchObject({ code: 0, out: 'version 1 is in force again, instead of 2\n', err: '' });
    const lines = (await run('versions')).out.split('\n');
    expect(lines[1]).toMatch(/^1 in force +rollback +\S+ +Cleo Example +- +two was wrong$/);
    const again = await run('apply', folderOf(files('one')), '--author', 'Ada Example');
    expect(again.out).toBe('version 1 is in force already: nothing has changed\n');
  });

  it.each([
    ['show', ['show', 'x'], 2],
    ['show of a version that never was', ['show', '7'], 1],
    ['rollback where nothing was applied', ['rollback'], 1],
    ['rollback to no version', ['rollback', '1.5'], 2],
    ['a reason of two lines', ['rollback', '--reason', 'a\nb'], 2],
    ['an author of nothing', ['rollback', '--author', ' '], 2],
    ['a limit of nothing', ['versions', '--limit', '0'], 2],
  ])('refuse %s', async (_name, args, code) => {
    expect(await (await deployment()).run(...args)).toMatchObject({ code, out: '' });
  });

  it('keep the commit of the folder, and that files differ from it', async () => {
    const { run } = await deployment();
    const folder = folderOf(files('one'));
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=Git', '-c', 'user.email=git@example.com', ...args]);
    git('init', '-q');
    git('config', 'user.name', 'Gita Example');
    git('config', 'user.email', 'gita@example.com');
    git('add', '.');
    git('commit', '-qm', 'one');
    const head = git('rev-parse', 'HEAD').toString().trim();
    await run('apply', folder);
    writeFileSync(join(folder, 'clients/bot.yaml'), `${BOT}claims: { mark: two }\n`);
    await run('apply', folder);
    const { versions } = JSON.parse((await run('versions', '--json')).out);
    const told = versions.map(({ author, commit }: { author: string; commit: string }) => [author, commit]);
    expect(told).toEqual([`${head}-dirty`, head].map((commit) => ['Gita Example <gita@example.com>', commit]));
  });
});

const READS = new Set(['GetItem', 'BatchGetItem', 'Query']);

/** DynamoDB behind a door that calls `struck` at the write of that number: before it goes through, or after. */
async function doorAt(write: number, when: 'before' | 'after', struck: () => void) {
  let writes = 0;
  const { hostname, port } = new URL(tables.endpoint);
  const server: Server = createServer(async (incoming, outgoing) => {
    const body = Buffer.concat(await incoming.toArray());
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const mine = !READS.has(operation) && writes++ === write;
    if (mine && when === 'before') return struck();
    const { headers, method = 'POST' } = incoming;
    const onward = request({ hostname, port, method, path: '/', headers }, async (answer) => {
      const answered = Buffer.concat(await answer.toArray());
      if (mine) return struck();
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(answered);
    });
    onward.end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The counter, the documents, the kept pointer, the pointer. */
const WRITES = 4;
const strikes = Array.from({ length: WRITES }, (_, write) =>
  (['before', 'after'] as const).map((when) => ({ write, when })),
).flat();

describe('policy apply, killed', () => {
  it.each(strikes)('$when write $write, leaves one whole version in force', async ({ write, when }) => {
    const { prefix, run } = await deployment();
    await run('apply', folderOf(files('one')), '--author', 'a');
    const victim: { kill: () => void } = { kill: () => undefined };
    const { server, endpoint } = await doorAt(write, when, () => victim.kill());
    const launcher = join(import.meta.dirname, '..', '..', 'bin', 'token-broker.mjs');
    const args = [launcher, 'policy', 'apply', folderOf(files('two')), '--issuer', ISSUER, '--tables', prefix];
    const child = spawn(process.execPath, [...args, '--author', 'b'], {
      env: { ...process.env, ...settings(), AWS_ENDPOINT_URL_DYNAMODB: endpoint, NODE_OPTIONS: '' },
      stdio: 'ignore',
    });
    victim.kill = () => child.kill('SIGKILL');
    const [code, signal] = await once(child, 'exit');
    server.closeAllConnections();
    server.close();
    expect([code, signal]).toEqual([null, 'SIGKILL']);
    const table = tableName(prefix, 'config');
    const reader = configurationReader({ client: tables.client, table, clock: systemClock, issuer: ISSUER });
    const current = await reader.current(noDeadline);
    const mark = (await current.client('bot', noDeadline))?.claims['mark'];
    expect(mark).toBe(write === WRITES - 1 && when === 'after' ? 'two' : 'one');
    expect((await current.scope('deploy', noDeadline))?.scope.scope).toBe('deploy');
    expect(await run('apply', folderOf(files('three')), '--author', 'c')).toMatchObject({ code: 0 });
  });
});
