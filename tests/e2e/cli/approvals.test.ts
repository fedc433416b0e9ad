import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { main } from '../../../bin/cli.ts';
import { type Broker, ROOT, startBroker } from '../broker.ts';
import { type People, startPeople } from '../oauth/people.ts';

const DEMO = readFileSync(join(ROOT, 'local', 'demo', 'configuration', 'connections', 'demo.yaml'), 'utf8');
let people: People;
let broker: Broker;
let home: string;
beforeAll(async () => {
  people = await startPeople();
  broker = await startBroker({
    config: {
      'connections/demo.yaml': DEMO,
      'connections/people.yaml': `connection: people\ntype: oidc\nissuer: "${people.url}"\njwksUri: "${people.url}/keys"\naudience: ["@ISSUER@"]\n`,
      'scopes/prod.yaml': `scope: prod
allow: [{ connection: demo }]
requires: { approval: { from: [{ connection: people }] } }
grant: { type: aws-session, roleArn: "arn:aws:iam::111122223333:role/token-broker/prod" }
`,
      'scopes/approvals.yaml': 'scope: broker:approvals\nallow: [{ connection: people }]\n',
    },
  });
  home = await mkdtemp(join(tmpdir(), 'token-broker-approvals-'));
  await writeFile(join(home, 'workload.jwt'), await broker.idp.token('web-main'));
  await writeFile(join(home, 'ann.jwt'), await people.token({ aud: broker.url, sub: 'ann' }));
}, 60_000);
afterAll(async () => {
  await broker.stop();
  await people.stop();
});

async function run(who: 'workload' | 'ann', args: readonly string[], said: (text: string) => void = () => {}) {
  const written = { out: '', err: '' };
  const code = await main([...args, '--broker', broker.url, '--proof', `file:${join(home, `${who}.jwt`)}`], {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
      said(text);
    },
    env: { HOME: home, TOKEN_BROKER_CACHE: join(home, 'cache') },
    cwd: home,
  });
  return { code, ...written };
}

const idIn = (text: string): string => /apr_[0-9A-Z]{26}/.exec(text)?.[0] ?? '';

it('says where to go, lists what waits, denies, and is refused then', async () => {
  const asked = await run('workload', ['credentials', '--scope', 'prod', '--intent', 'drop it']);
  expect([asked.code, asked.out]).toEqual([1, '']);
  expect(asked.err).toMatch(/authorization_pending: .*\napproval: http:\/\/127\.0\.0\.1:\d+\/approvals\/apr_/);
  const id = idIn(asked.err);
  const listed = await run('ann', ['approvals', 'list']);
  expect(listed.out).toMatch(new RegExp(`${id} +pending +\\S+ +prod +acme/web@refs/heads/main +- +drop it`));
  expect(JSON.parse((await run('ann', ['approvals', 'list', '--json'])).out)).toMatchObject({ approvals: [{ id }] });
  expect(await run('ann', ['deny', id, '--reason', 'no'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('denied: prod for acme/web@refs/heads/main'),
  });
  const again = await run('workload', ['credentials', '--scope', 'prod', '--intent', 'drop it']);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('access_denied')]);
  expect((await run('ann', ['approve', id])).err).toContain('approval_closed');
  expect((await run('ann', ['approve'])).code).toBe(2);
});

it('waits with --wait, until somebody approves on the command line', async () => {
  let approving: ReturnType<typeof run> | null = null;
  const args = ['credentials', '--scope', 'prod', '--intent', 'roll it', '--wait'];
  const got = await run('workload', args, (text) => {
    const id = idIn(text);
    if (id !== '' && approving === null) approving = run('ann', ['approve', id, '--reason', 'change 4711']);
  });
  expect(await approving).toMatchObject({ code: 0, out: expect.stringContaining('approved: prod for acme/web') });
  expect(got.err).toMatch(/waiting for an approval: http\S+\/approvals\/apr_\w+ \(up to 1[45] min\)/);
  expect([got.code, JSON.parse(got.out)]).toEqual([
    0,
    expect.objectContaining({ AccessKeyId: expect.stringMatching(/^ASIA/) }),
  ]);
}, 30_000);
