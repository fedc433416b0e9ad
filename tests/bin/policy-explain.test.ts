import { expect, test } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { toJson } from '../../lib/ledger/json.ts';
import { BOT, folderOf, GITHUB } from '../configuration/folder-of.ts';
import { aRecord } from '../ledger/a-record.ts';

const SCOPE = `scope: deploy-web
allow:
  - connection: github
    when:
      StringEquals: { claims.repository_id: "1296269", claims.ref: [refs/heads/main, refs/heads/release] }
      StringLike: { claims.environment: "prod*" }
  - client: bot
deny:
  - when: { Bool: { claims.blocked: "true" } }
grant: { type: broker-token, audience: https://api.acme.internal, duration: 10m }
`;
const OTHER = `scope: other
allow: [{ connection: github }]
grant: { type: broker-token, audience: https://api.acme.internal, duration: 10m }
`;
const JOB = { repository: 'acme/web', repository_owner_id: '1234567', repository_id: '1296269', ref: 'refs/heads/dev' };

const LIMITED = aRecord({
  ...{ outcome: 'denied', reason: 'limit_reached', scope: 'other', connection: 'github', client: null, actor: null },
  decision: { configVersion: 1, rule: 0, checks: [], limit: 'live.total' },
  credential: null,
});

async function explain(claims: object, ...options: string[]) {
  const folder = folderOf({
    'record.json': JSON.stringify(toJson(LIMITED)),
    'connections/github.yaml': GITHUB,
    'clients/bot.yaml': BOT,
    'scopes/deploy-web.yaml': SCOPE,
    'scopes/other.yaml': OTHER,
    'claims.json': JSON.stringify(claims),
  });
  let [out, err] = ['', ''];
  const args = options.some((option) => ['--token', '--issuance'].includes(option))
    ? options
    : ['--claims', 'claims.json', ...options];
  const code = await main(['policy', 'explain', ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: {},
    cwd: folder,
  });
  return { code, out, err };
}

test('what is on record is told beside what the rules say, which need not be its reason', async () => {
  const { out } = await explain(JOB, '--issuance', 'record.json');
  expect(out.split('\n')).toEqual(
    expect.arrayContaining(['on record: denied, limit_reached, live.total', 'scope other: allowed by allow[0]']),
  );
});

test('a miss is told check by check, absent apart from different, with what would have to differ', async () => {
  const { code, out } = await explain(JOB, '--scope', 'deploy-web');
  expect(code).toBe(1);
  const lines = out.split('\n');
  expect(lines[0]).toMatch(/^acme\/web@refs\/heads\/dev \(github:subject\), as of \d{4}-/);
  expect(lines.slice(1)).toEqual([
    'require of connection github: met',
    '    ok   StringEquals claims.repository_owner_id: 1234567',
    'scope deploy-web: refused, not_allowed',
    expect.stringContaining('  '),
    expect.stringContaining('  '),
    '  deny[0] scopes/deploy-web.yaml:9: missed',
    '    miss Bool claims.blocked: absent, expected true',
    '  allow[0] scopes/deploy-web.yaml:3: missed',
    '    ok   Connection connection: github',
    '    ok   StringEquals claims.repository_id: 1296269',
    '    miss StringEquals claims.ref: refs/heads/dev, expected refs/heads/main or refs/heads/release',
    '    miss StringLike claims.environment: absent, expected prod*',
    '  allow[1] scopes/deploy-web.yaml:7: is about other callers',
    '    miss Client client: absent, expected bot',
    'what would have to differ:',
    '  claims.ref must be refs/heads/main or refs/heads/release; it is refs/heads/dev',
    '  claims.environment must match prod*; it is absent',
    '',
  ]);
});

test('whoever is allowed is told by which rule', async () => {
  const { code, out } = await explain({ ...JOB, ref: 'refs/heads/main', environment: 'prod' }, '--scope', 'deploy-web');
  expect(code).toBe(0);
  expect(out).toContain('scope deploy-web: allowed by allow[0]');
  expect(out).not.toContain('what would have to differ');
});

test('a deny that matches is what would have to differ', async () => {
  const blocked = { ...JOB, ref: 'refs/heads/main', environment: 'prod', blocked: true };
  const { out } = await explain(blocked, '--scope', 'deploy-web', '--json');
  expect(JSON.parse(out)).toMatchObject({
    ...{ allowed: false, reason: 'not_allowed', rule: 0, nearest: null },
    whyNot: ['deny[0] must not match: it does by Bool claims.blocked'],
  });
});

test('a connection that admits nobody of the kind says so of its require', async () => {
  const { out } = await explain({ ...JOB, repository_owner_id: '7' }, '--scope', 'deploy-web', '--json');
  expect(JSON.parse(out)).toMatchObject({
    ...{ allowed: false, reason: 'requirement_not_met', principal: null, exists: null, rules: [] },
    require: [
      { connection: 'github', checks: [{ held: false, missed: 'different', expected: ['1234567'], actual: '7' }] },
    ],
    whyNot: ['claims.repository_owner_id must be 1234567; it is 7'],
  });
});

test('without a scope, each is told in a line', async () => {
  const { code, out } = await explain(JOB);
  expect([code, out.split('\n')]).toEqual([
    0,
    [expect.stringContaining('deploy-web: refused, not_allowed: claims.ref'), 'other: allowed', ''],
  ]);
});

test('a scope that there is not is refused, and said not to be there', async () => {
  const { code, out } = await explain(JOB, '--scope', 'nothing');
  expect([code, out]).toEqual([1, expect.stringContaining('there is no such scope in this configuration')]);
});

test.each([
  ['no proof', ['--token', '', '--claims', 'claims.json'], /one of --token, --claims and --issuance/],
  ['a file that is not there', ['--token', 'nowhere.jwt'], /nowhere.jwt cannot be read/],
])('%s is wrong usage', async (_name, options, expected) => {
  const { code, err } = await explain(JOB, ...options);
  expect([code, err]).toEqual([2, expect.stringMatching(expected)]);
});

test('what a claim holds moves no cursor', async () => {
  const { out } = await explain({ ...JOB, ref: 'a\u001b[2Jb' }, '--scope', 'other');
  expect(out).not.toContain('\u001b');
});
