import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/main.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { aDenial, aRecord } from '../ledger/a-record.ts';

const saved = { ...process.env };
const [mine, theirs, denied] = [aRecord(), aRecord({ scope: 'other' }), aDenial()];
let tables: TestTables;
let folder: string;
let events = 0;

function anId(): string {
  events += 1;
  return `${String(events).padStart(8, '0')}-0d3e-4a51-9a39-0c8e1e1b7a11`;
}

const event = (session: string, eventName: string, changes: Readonly<Record<string, unknown>> = {}) => ({
  eventID: anId(),
  ...{ eventTime: '2026-11-21T09:00:05Z', eventSource: 'ecs.amazonaws.com', eventName, awsRegion: 'eu-central-1' },
  userIdentity: { type: 'AssumedRole', principalId: `AROAEXAMPLE:${session}` },
  ...changes,
});

const scopeFile = (name: string, grant: readonly string[]) =>
  [
    `scope: ${name}`,
    'allow:',
    '  - connection: github',
    '    when: { StringEquals: { claims.repository: acme/web, claims.repository_id: "1" } }',
    'grant:',
    ...grant.map((line) => `  ${line}`),
    '',
  ].join('\n');
const GITHUB = `connection: github
type: oidc
preset: github-actions
audience: [https://broker.example.com]
require:
  StringEquals: { claims.repository_owner_id: "1234567" }
`;
const ROLE = ['type: aws-session', 'roleArn: arn:aws:iam::111122223333:role/token-broker/deploy-web'];

beforeAll(async () => {
  tables = await startTables();
  folder = mkdtempSync(join(tmpdir(), 'usage-'));
  Object.assign(process.env, {
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    TOKEN_BROKER_TABLES: tables.table('ledger').replace(/-ledger$/, ''),
  });
  const ledger = dynamoLedger({ client: tables.client, table: tables.table('ledger') });
  for (const record of [mine, theirs, denied]) await ledger.finished(record, noDeadline);
  for (const place of ['config/connections', 'config/scopes', 'trail/AWSLogs/o-1/111122223333/CloudTrail', 'broken']) {
    mkdirSync(join(folder, place), { recursive: true });
  }
  writeFileSync(join(folder, 'config/connections/github.yaml'), GITHUB);
  const policy = ['policy:', '  Version: "2012-10-17"', '  Statement:'];
  const statement =
    '    - { Effect: Allow, Action: [ecs:UpdateService, ecs:DeleteService, s3:GetObject], Resource: "*" }';
  writeFileSync(
    join(folder, 'config/scopes/deploy-web.yaml'),
    scopeFile('deploy-web', [...ROLE, ...policy, statement]),
  );
  const managed = 'policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]';
  writeFileSync(join(folder, 'config/scopes/managed.yaml'), scopeFile('managed', [...ROLE, managed]));
  writeFileSync(
    join(folder, 'config/scopes/token.yaml'),
    scopeFile('token', ['type: broker-token', 'audience: https://a.example']),
  );
  const refusal = { errorCode: 'AccessDenied', errorMessage: 'no\u001b[2J session policy allows it' };
  const records = [event(mine.id, 'UpdateService'), event(mine.id, 'RunTask', refusal), event(theirs.id, 'StopTask')];
  const trail = JSON.stringify({ Records: [...records, event(denied.id, 'StopTask')] });
  writeFileSync(join(folder, 'trail/AWSLogs/o-1/111122223333/CloudTrail/one.json.gz'), gzipSync(trail));
  writeFileSync(join(folder, 'twice.json'), trail);
  writeFileSync(join(folder, 'broken/cut.json.gz'), gzipSync(trail).subarray(0, 40));
});
afterAll(async () => {
  process.env = saved;
  rmSync(folder, { recursive: true });
  await tables.stop();
});

async function usage(...args: string[]) {
  const written = { out: '', err: '' };
  const code = await main(['issuances', 'usage', ...args, '--config', 'config'], {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    env: process.env,
    cwd: folder,
  });
  return { code, ...written };
}

describe('issuances usage', () => {
  it("sets granted beside used, of the scope's own sessions, each event once, in folders and files", async () => {
    const { code, out } = await usage('deploy-web', '--cloudtrail', 'trail', '--cloudtrail', 'twice.json', '--json');
    const told = JSON.parse(out);
    expect(code).toBe(0);
    expect(told).toMatchObject({
      ...{ sessions: { issued: 1, seen: 1 }, events: 2, files: 2, unjudged: [], ungranted: [] },
      used: [{ action: 'ecs:UpdateService', calls: 1, resources: [] }],
      refused: [{ action: 'ecs:RunTask', calls: 1 }],
      unused: ['ecs:DeleteService'],
      unknown: [{ action: 's3:GetObject', why: 'data-event' }],
    });
    const kept = { Effect: 'Allow', Action: ['ecs:UpdateService', 's3:GetObject'], Resource: '*' };
    expect(told.proposal).toMatchObject({ policy: { Statement: [kept] }, checked: 1, why: null });
  });

  it('tells the same to people, without what a terminal would obey', async () => {
    const { code, out } = await usage('deploy-web', '--cloudtrail', 'trail', '--logged', 's3');
    expect(code).toBe(0);
    expect(out).toMatch(/Granted and not used\n {2}ecs: DeleteService\n {2}s3: GetObject\n/);
    expect(out).toContain('"Action": "ecs:UpdateService"');
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('proposes nothing where managed policies add to what is granted', async () => {
    const { code, out } = await usage('managed', '--cloudtrail', 'trail', '--json');
    expect([code, JSON.parse(out).proposal.why]).toEqual([0, expect.stringContaining('policyArns')]);
  });

  it('names a file that is cut off, and fails after the rest is shown', async () => {
    const { code, out, err } = await usage('deploy-web', '--cloudtrail', 'broken');
    expect([code, out.includes('No smaller policy'), err.includes('cut.json.gz')]).toEqual([1, true, true]);
  });

  it.each(['nothing', 'token'])('fails for %s, which grants no AWS session', async (scope) => {
    expect(await usage(scope, '--cloudtrail', 'trail')).toMatchObject({ code: 1, out: '' });
  });

  it.each([
    ['no scope', ['--cloudtrail', 'trail']],
    ['no files', ['deploy-web']],
    ['Lake without its event data store', ['deploy-web', '--cloudtrail', 'lake', '--from', '2026-11-01T00:00:00Z']],
    ['Lake without a time to begin with', ['deploy-web', '--cloudtrail', 'lake']],
    ['an event data store for files', ['deploy-web', '--cloudtrail', 'trail', '--event-data-store', 'arn:x']],
    ['a time that is none', ['deploy-web', '--cloudtrail', 'trail', '--from', 'yesterday']],
  ])('is wrong usage with %s', async (_, args) => {
    expect(await usage(...args)).toMatchObject({ code: 2, out: '' });
  });
});
