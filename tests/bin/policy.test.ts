import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { BOT, folderOf, SESSION } from '../configuration/folder-of.ts';

const ISSUER = 'https://broker.example.com';
const API = `scope: api
allow: [{ client: bot }]
grant:
  type: broker-token
  audience: https://api.acme.internal
  claims: { team: "\${claims.team}" }
`;
const root = join(import.meta.dirname, '..', '..');

async function run(args: readonly string[], env: Record<string, string> = {}) {
  let out = '';
  let err = '';
  const code = await main(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env,
    cwd: '/',
  });
  return { code, out, err };
}

describe('token-broker', () => {
  it.each([
    ['no command', [], /no command given/],
    ['an unknown command', ['mint'], /unknown command 'mint'/],
    ['a name of Object', ['constructor'], /unknown command 'constructor'/],
    ['an unknown policy command', ['policy', 'drop'], /unknown command 'drop'/],
    ['an unknown option', ['policy', 'validate', '--fast', '/x'], /unknown option '--fast'/],
    ['an option without its value', ['policy', 'validate', '/x', '--issuer'], /--issuer/],
    ['no folder', ['policy', 'validate'], /missing required argument 'dir'/],
    ['nearly a command', ['policy', 'vaildate'], /Did you mean validate/],
    ['nearly an option', ['policy', 'apply', '/x', '--table', 'y'], /Did you mean --tables/],
    ['two folders', ['policy', 'validate', '/x', '/y'], /too many arguments/],
    ['an issuer with a path', ['policy', 'validate', '/x', '--issuer', 'https://a.example/prod'], /is not an issuer/],
    ['a prefix that no table has', ['policy', 'apply', '/x', '--tables', 'a b'], /no prefix of table names/],
  ])('ends with 2 and says how it is used for %s', async (_name, args, expected) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(expected);
    expect(err).toMatch(/Usage: token-broker/);
  });

  it.each([
    [['--help'], /Usage: token-broker COMMAND/],
    [['policy', '--help'], /Usage: token-broker policy COMMAND/],
    [['policy', 'validate', '--help'], /Usage: token-broker policy validate \[options\] <dir>/],
    [['policy', 'apply', 'x', '-h'], /Usage: token-broker policy apply \[options\] <dir>/],
    [['policy', 'schema', '--help'], /Usage: token-broker policy schema \[options\] <dir>/],
  ])('ends %j with 0 and its help on standard output', async (args, expected) => {
    const { code, out, err } = await run(args);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(expected);
  });

  it('says its version, and its build where it is one', async () => {
    const { code, out } = await run(['--version']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+ \(.+\)\n$/)]);
  });

  it('starts by its launcher, with its arguments and its exit code', () => {
    const launcher = join(root, 'bin', 'token-broker.mjs');
    const folder = folderOf({ 'clients/bot.yaml': 'client: bot\n' });
    const { status, stdout } = spawnSync(process.execPath, [launcher, 'policy', 'validate', folder], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^clients\/bot\.yaml:1:1: /);
  });
});

describe('policy validate', () => {
  it('ends with 0 for a folder that loads', async () => {
    const { code, out, err } = await run(['policy', 'validate', folderOf({ 'clients/bot.yaml': BOT })]);
    expect([code, out, err]).toEqual([0, '', '0 connections, 1 client, 0 scopes: valid\n']);
  });

  it('ends with 1 and one line a problem', async () => {
    const folder = folderOf({ 'clients/bot.yaml': 'client: bot\nsecret: a\n', 'clients/c.yaml': 'client: c\nx: 1\n' });
    const { code, out } = await run(['policy', 'validate', folder]);
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      'clients/bot.yaml:2:1: secret: must begin with token-broker/clients/ [bad-value]',
      'clients/c.yaml:1:1: a client has exactly one of secret, jwks, jwksUri and public: true [bad-value]',
      'clients/c.yaml:2:1: x: is not a known field [unknown-field]',
      '',
    ]);
  });

  it('prints one JSON object for --json', async () => {
    const folder = folderOf({ 'clients/bot.yaml': 'client: bot\nsecret: a\n' });
    const { code, out } = await run(['policy', 'validate', '--json', folder]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      problems: [
        {
          code: 'bad-value',
          severity: 'error',
          file: 'clients/bot.yaml',
          line: 2,
          column: 1,
          field: 'secret',
          message: 'must begin with token-broker/clients/',
          fix: 'write a value of the form that is named',
        },
      ],
    });
  });

  const warned = { 'clients/bot.yaml': BOT, 'scopes/api.yaml': API.replace('claims.team', 'claims.teams') };

  it('ends with 0 where all that is wrong are warnings, and with 1 for --strict, which calls them errors', async () => {
    const folder = folderOf(warned);
    expect(await run(['policy', 'validate', folder])).toEqual({
      code: 0,
      out: expect.stringMatching(/^scopes\/api\.yaml:6:13: warning: .*\[unknown-claim\]\n$/),
      err: '0 connections, 1 client, 1 scope: valid\n',
    });
    expect(await run(['policy', 'validate', '--strict', folder])).toEqual({
      code: 1,
      out: expect.stringMatching(/^scopes\/api\.yaml:6:13: grant\.claims\.team: /),
      err: '1 error\n',
    });
  });

  it('takes another pattern for roles that the broker may assume', async () => {
    const folder = folderOf({
      'clients/bot.yaml': BOT,
      'scopes/deploy.yaml': SESSION.replace('connection: partner', 'client: bot').replace(
        'role/token-broker/',
        'role/ci/',
      ),
    });
    const validate = ['policy', 'validate', '--strict', folder];
    expect((await run(validate)).out).toMatch(/\[role-path\]/);
    const wider = ['--assumable-roles', 'arn:aws:iam::*:role/other/*', '--assumable-roles', 'arn:aws:iam::*:role/ci/*'];
    expect(await run([...validate, ...wider])).toMatchObject({ code: 0, out: '' });
  });

  it.each([['--sarif'], ['--format=sarif']])('prints SARIF for %s', async (flag) => {
    const { code, out } = await run(['policy', 'validate', flag, folderOf(warned)]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      version: '2.1.0',
      runs: [{ results: [{ ruleId: 'unknown-claim', level: 'warning' }] }],
    });
  });

  it('ends with 2 for two formats at once', async () => {
    expect(await run(['policy', 'validate', '--sarif', '--json', '/x'])).toMatchObject({ code: 2, out: '' });
  });

  it('shows how far it has come with many files on a terminal, and nowhere else', async () => {
    const many = Array.from({ length: 1001 }, (_, index) => [
      `clients/bot-${index}.yaml`,
      BOT.replaceAll('bot', `bot-${index}`),
    ]);
    const folder = folderOf(Object.fromEntries(many));
    let err = '';
    const terminal = { out: () => {}, err: (text: string) => (err += text), env: {}, cwd: '/' };
    await main(['policy', 'validate', folder], terminal);
    expect(err).not.toMatch(/of 1001/);
    await main(['policy', 'validate', folder], { ...terminal, isInteractive: true });
    expect(err).toMatch(/\rread 500 of 1001 files/);
  });
});

describe('policy apply', () => {
  let tables: TestTables;
  let number = 0;
  const saved = { ...process.env };

  beforeAll(async () => {
    tables = await startTables();
    const endpoint = await tables.sdk.config.endpoint?.();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: `${endpoint?.protocol}//${endpoint?.hostname}:${endpoint?.port}`,
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
  beforeEach(() => {
    number += 1;
  });

  const prefix = () => tables.table('config').replace(/-config$/, '');
  const folder = (claim: string) => folderOf({ 'clients/bot.yaml': `${BOT}claims: { test: ${claim} }\n` });

  it('says the version in force, and does nothing for the same folder', async () => {
    const env = { TOKEN_BROKER_TABLES: prefix(), TOKEN_BROKER_ISSUER: ISSUER };
    const mine = folder('one');
    const first = await run(['policy', 'apply', mine], env);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(
      /^version \d+ is in force for https:\/\/broker\.example\.com: 0 connections, 1 client, 0 scopes\n$/,
    );
    const again = await run(['policy', 'apply', mine], env);
    expect(again).toMatchObject({ code: 0 });
    expect(again.out).toMatch(/nothing has changed/);
  });

  it('takes the issuer of the configuration in force where none is given', async () => {
    const { code, out } = await run(['policy', 'apply', folder('two'), '--tables', prefix(), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ change: 'applied', issuer: ISSUER, counts: { clients: 1 } });
  });

  it('does not put a configuration in force for another issuer by mistake', async () => {
    const args = ['policy', 'apply', folder('three'), '--tables', prefix(), '--issuer', 'https://other.example.com'];
    expect(await run(args)).toMatchObject({ code: 1, err: expect.stringMatching(/--change-issuer/) });
    expect(await run([...args, '--change-issuer'])).toMatchObject({ code: 0 });
  });

  it('changes nothing for a folder that does not load', async () => {
    const bad = folderOf({ 'clients/bot.yaml': 'client: bot\n' });
    const { code, out, err } = await run(['policy', 'apply', bad, '--tables', prefix()]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/1 error: nothing was applied/);
  });

  it('ends with 1 where the table is not there', async () => {
    const { code, err } = await run([
      'policy',
      'apply',
      folder('four'),
      '--tables',
      `no-${number}`,
      '--issuer',
      ISSUER,
    ]);
    expect(code).toBe(1);
    expect(err).toMatch(/^token-broker policy apply: /);
  });
});
