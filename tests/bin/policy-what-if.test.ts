import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { createTables } from '../../lib/aws/dynamodb/create-tables.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import { tableName } from '../../lib/aws/dynamodb/tables.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { folderOf, GITHUB, SESSION } from '../configuration/folder-of.ts';
import { aDenial, aRecord, NINE } from '../ledger/a-record.ts';

const ISSUER = 'https://broker.example.com';
let tables: TestTables;
let prefix: string;
const saved = { ...process.env };

const files = (condition: string, more: Readonly<Record<string, string>> = {}) => ({
  'connections/github.yaml': `${GITHUB}record: [sha]\n`,
  'scopes/deploy.yaml': SESSION.replace(
    '  - connection: partner\n',
    `  - connection: github\n    when: { StringEquals: { ${condition} } }\n`,
  ),
  ...more,
});

async function run(...args: string[]) {
  const written = { out: '', err: '' };
  const code = await main(['policy', ...args], {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    env: { TOKEN_BROKER_TABLES: prefix, TOKEN_BROKER_ISSUER: ISSUER },
    cwd: '/',
  });
  return { code, ...written };
}

const came = (minute: number, ref: string, more: Partial<IssuanceRecord> = {}): Partial<IssuanceRecord> => ({
  time: epochMilliseconds(NINE + minute * 60_000),
  scope: 'deploy',
  principal: `acme/web@${ref}`,
  subject: ref,
  claims: { ref, sha: 'c0ffee' },
  decision: { configVersion: 1, rule: null, checks: [] },
  ...more,
});

beforeAll(async () => {
  tables = await startTables();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  prefix = `what-if-${process.pid}`;
  await createTables(tables.sdk, prefix);
  await run('apply', folderOf(files('claims.ref: main')), '--author', 'a');
  const ledger = dynamoLedger({ client: tables.client, table: tableName(prefix, 'ledger') });
  for (const minute of [0, 1, 2]) await ledger.finished(aRecord(came(minute, 'main')), noDeadline);
  await ledger.denied(aDenial(came(3, 'dev')));
  await ledger.denied(aDenial(came(4, 'dev')));
  const broker = { kind: 'broker', issuer: ISSUER, tokenId: 't', sha256: null, expires: null } as const;
  await ledger.finished(aRecord(came(5, 'main', { proof: broker })), noDeadline);
});
afterAll(async () => {
  for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
  Object.assign(process.env, saved);
  await tables.stop();
});

const whatIf = (condition: string, ...more: string[]) => run('what-if', folderOf(files(condition)), ...more);

describe('policy what-if', () => {
  it('says first how many can be replayed, and that all of them come out as they did', async () => {
    const { code, out } = await whatIf('claims.ref: main');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      '5 of 6 decisions can be replayed, 5 of them come out as they did',
      expect.stringMatching(
        /^ {2}1 decision about deploy: a broker token brought it, and its chain is not recorded \(iss_\w+\)$/,
      ),
      'Nobody gains and nobody loses.',
      '',
    ]);
  });

  it('says who would gain and who would lose', async () => {
    const { out } = await whatIf('claims.ref: dev');
    const lines = out.split('\n').slice(2, -1);
    expect(lines).toEqual([
      expect.stringMatching(
        /^ {2}\+ acme\/web@dev \(github\) would get deploy by rule 0: 2 decisions, the latest iss_/,
      ),
      expect.stringMatching(/^ {2}- acme\/web@main \(github\) would not get deploy \(not_allowed\): 3 decisions, the/),
    ]);
  });

  it('says what was not recorded, and guesses nothing', async () => {
    const { out } = await whatIf('claims.actor_id: "7"', '--json');
    const { decisions, replayed, notReplayed, gains, loses } = JSON.parse(out);
    expect({ decisions, replayed, gains, loses }).toEqual({ decisions: 6, replayed: 0, gains: [], loses: [] });
    expect(notReplayed).toEqual([
      expect.objectContaining({ why: 'not-recorded', keys: ['claims.actor_id'], decisions: 5, scope: 'deploy' }),
      expect.objectContaining({ why: 'broker-token', decisions: 1 }),
    ]);
  });

  it('knows what a connection recorded', async () => {
    const { out } = await whatIf('claims.sha: c0ffee', '--json');
    expect(JSON.parse(out)).toMatchObject({ replayed: 5, unchanged: 3, gains: [{ decisions: 2 }], loses: [] });
  });

  it('takes a stretch of time, a scope and a principal', async () => {
    const decisions = async (...more: string[]) =>
      JSON.parse((await whatIf('claims.ref: main', '--json', ...more)).out).decisions;
    expect(await decisions('--from', '2026-11-21T09:03:00Z')).toBe(3);
    expect(await decisions('--to', '2026-11-21T09:01:30Z')).toBe(2);
    expect(await decisions('--scope', 'other')).toBe(0);
    expect(await decisions('--principal', 'acme/web@dev')).toBe(2);
  });

  it.each([
    ['a time that is none', ['--from', 'yesterday'], 2],
    ['a stretch that ends before it begins', ['--from', '2026-11-22T00:00:00Z', '--to', '2026-11-21T00:00:00Z'], 2],
    ['tables that there are not', ['--tables', 'none'], 1],
  ])('refuses %s', async (_name, more, code) => {
    expect(await whatIf('claims.ref: main', ...more)).toMatchObject({ code, out: '' });
  });

  it('refuses a folder that does not load', async () => {
    expect(await run('what-if', folderOf({ 'clients/a.yaml': 'client: a\n' }))).toMatchObject({ code: 1, out: '' });
  });
});
