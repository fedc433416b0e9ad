import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { createTables } from '../../lib/aws/dynamodb/create-tables.ts';
import { startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { BOT, folderOf, GITHUB, SESSION } from '../configuration/folder-of.ts';

const ISSUER = 'https://broker.example.com';
let tables: TestTables;
let number = 0;
const saved = { ...process.env };

beforeAll(async () => {
  tables = await startTables();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterAll(async () => {
  for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
  Object.assign(process.env, saved);
  await tables.stop();
});

const files = (ref: string, more: Readonly<Record<string, string>> = {}) => ({
  'clients/bot.yaml': BOT,
  'connections/github.yaml': GITHUB,
  'scopes/deploy.yaml': SESSION.replace(
    '  - connection: partner\n',
    `  - connection: github\n    when: { StringEquals: { claims.ref: ${ref} } }\n`,
  ),
  ...more,
});

/** A deployment without a configuration, and the command line for it. */
async function deployment() {
  number += 1;
  const prefix = `plan-${process.pid}-${number}`;
  await createTables(tables.sdk, prefix);
  const folder = mkdtempSync(join(tmpdir(), 'plans-'));
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
      cwd: folder,
    });
    return { code, ...written };
  };
  const apply = (ref: string) => run('apply', folderOf(files(ref)), '--author', 'a');
  return { run, apply, plan: join(folder, 'plan.json'), path: (name: string) => join(folder, name) };
}

describe('policy plan', () => {
  it('says who gains and who loses, and ends with 3', async () => {
    const { run, apply } = await deployment();
    await apply('main');
    const { code, out, err } = await run('plan', folderOf(files('trunk')));
    expect([code, err]).toEqual([3, '']);
    expect(out).toBe(
      [
        'scope deploy',
        '  + whoever comes from github where claims.ref is trunk gains: deploy',
        '  - whoever comes from github where claims.ref is main loses: deploy',
        '',
        '1 gained, 1 lost, 0 otherwise changed',
        '',
      ].join('\n'),
    );
  });

  it('ends with 0 where nothing changes, also for a folder that says the same in other words', async () => {
    const { run, apply } = await deployment();
    await apply('main');
    expect(await run('plan', folderOf(files('main')))).toMatchObject({
      code: 0,
      out: 'Nobody gains and nobody loses.\n',
    });
    const commented = folderOf({
      ...files('main'),
      'scopes/deploy.yaml': `# why\n${files('main')['scopes/deploy.yaml']}`,
    });
    const { code, out } = await run('plan', commented);
    expect([code, out]).toEqual([
      0,
      'Nobody gains and nobody loses; 1 documents differ in what nobody gains or loses by.\n',
    ]);
  });

  it('plans a first configuration, and one whose documents went', async () => {
    const { run, apply } = await deployment();
    const first = JSON.parse((await run('plan', folderOf(files('main')), '--json')).out);
    expect(first).toMatchObject({ base: null, documents: 3, summary: { gains: 3, losses: 0, others: 0 } });
    await apply('main');
    const { 'scopes/deploy.yaml': _, ...rest } = files('main');
    const { code, out } = await run('plan', folderOf(rest), '--json');
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      documents: 1,
      changes: [
        {
          effect: 'loses',
          document: 'scope',
          name: 'deploy',
          who: 'whoever comes from github where claims.ref is main',
          what: 'deploy',
        },
      ],
      digest: null,
    });
  });

  it('says which scopes a connection leads to', async () => {
    const { run, apply } = await deployment();
    await apply('main');
    const other = GITHUB.replace('"1234567"', '"7654321"');
    const { out } = await run('plan', folderOf(files('main', { 'connections/github.yaml': other })));
    expect(out).toMatch(/^connection github \(leads to deploy\)$/m);
  });

  it('ends with 1 for a folder that does not load, and plans nothing', async () => {
    const { run } = await deployment();
    expect(await run('plan', folderOf({ 'clients/bot.yaml': 'client: bot\n' }))).toMatchObject({ code: 1, out: '' });
  });

  it('writes Markdown that its text cannot break out of', async () => {
    const { run, path } = await deployment();
    const hostile = files('main', { 'clients/bot.yaml': `${BOT}claims: { a: "\`\`\`\\n# owned" }\n` });
    await run('plan', folderOf(files('main')), '--markdown', 'plan.md');
    await run('apply', folderOf(files('main')), '--author', 'a');
    await run('plan', folderOf(hostile), '--markdown', 'plan.md');
    const [, , fence, ...lines] = readFileSync(path('plan.md'), 'utf8').split('\n');
    expect(fence).toBe('````diff');
    expect(lines.filter((line) => line.startsWith('#') || line.startsWith('```'))).toEqual(['````']);
  });
});

describe('policy apply of a plan', () => {
  it('puts the very folder in force that was planned', async () => {
    const { run, apply, plan } = await deployment();
    await apply('main');
    const planned = await run('plan', folderOf(files('trunk')), '--out', plan, '--json');
    const { digest } = JSON.parse(planned.out);
    const args = ['apply', plan, '--digest', digest, '--author', 'Ada Example', '--reason', 'approved'];
    expect(await run(...args)).toMatchObject({ code: 0, out: expect.stringMatching(/^version 2 is in force/) });
    expect(await run('plan', folderOf(files('trunk')))).toMatchObject({ code: 0 });
    expect((await run('versions')).out).toMatch(/2 in force +apply +\S+ +Ada Example +- +approved/);
  });

  it('names the same folder on the same base by the same digest', async () => {
    const { run, apply, plan } = await deployment();
    await apply('main');
    const digests = [];
    for (const _ of [1, 2])
      digests.push(JSON.parse((await run('plan', folderOf(files('trunk')), '--out', plan, '--json')).out).digest);
    expect(digests[0]).toBe(digests[1]);
  });

  it.each([
    [
      'another version is in force',
      async (target: Awaited<ReturnType<typeof deployment>>) => void (await target.apply('next')),
    ],
    [
      'the version was replaced and is in force again',
      async (target: Awaited<ReturnType<typeof deployment>>) => {
        await target.apply('next');
        await target.run('rollback', '--author', 'b');
      },
    ],
  ])('is refused where %s', async (_name, meanwhile) => {
    const target = await deployment();
    await target.apply('main');
    await target.run('plan', folderOf(files('trunk')), '--out', target.plan);
    await meanwhile(target);
    const before = (await target.run('versions', '--json')).out;
    const refused = await target.run('apply', target.plan, '--author', 'a');
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('put in force meanwhile') });
    expect((await target.run('versions', '--json')).out).toBe(before);
  });

  it.each<[string, (text: string) => string, readonly string[]]>([
    ['a file of it was altered', (text) => text.replace('claims.ref: trunk', 'claims.ref: evil'), []],
    ['a change was hidden', (text) => text.replace('"effect": "gains"', '"effect": "changes"'), []],
    ['its base was altered', (text) => text.replace(/"version": \d+/, '"version": 9'), []],
    ['it is cut off', (text) => text.slice(0, 100), []],
    ['it has a member more', (text) => text.replace('{', '{"force": true,'), []],
    ['it is another plan than was approved', (text) => text, ['--digest', '0'.repeat(64)]],
    ['it is for another issuer', (text) => text, ['--issuer', 'https://other.example.com']],
  ])('is refused where %s', async (_name, alter, more) => {
    const { run, apply, plan } = await deployment();
    await apply('main');
    await run('plan', folderOf(files('trunk')), '--out', plan);
    const text = readFileSync(plan, 'utf8');
    writeFileSync(plan, alter(text));
    expect(await run('apply', plan, '--author', 'a', ...more)).toMatchObject({ code: 1, out: '' });
    expect((await run('versions')).out).toMatch(/^1 in force/m);
  });

  it('takes a digest of plans only', async () => {
    const { run } = await deployment();
    const args = ['apply', folderOf(files('main')), '--digest', '0'.repeat(64)];
    expect(await run(...args)).toMatchObject({ code: 2, out: '' });
  });
});
