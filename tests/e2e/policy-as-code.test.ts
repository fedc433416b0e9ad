import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { type Broker, type Folder, startBroker } from './broker.ts';

const CONNECTION = `connection: work
type: oidc
issuer: "@IDP@"
audience: ["@ISSUER@"]
types: [at+jwt]
`;
const scope = (more = '') => `scope: deploy
allow:
  - connection: work
${more}grant:
  type: aws-session
  roleArn: arn:aws:iam::111122223333:role/token-broker/deploy
`;
const config = (more?: string): Folder => ({ 'connections/work.yaml': CONNECTION, 'scopes/deploy.yaml': scope(more) });
const REPORTED = 'deny:\n  # nobody yet\n  - mode: report\n    connection: work\n';
const DENIED = 'deny:\n  - connection: work\n';

let broker: Broker;
const saved = { ...process.env };
const folders: string[] = [];
beforeAll(async () => {
  broker = await startBroker({ config: config() });
  Object.assign(process.env, broker.aws);
}, 60_000);
afterAll(async () => {
  for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
  Object.assign(process.env, saved);
  for (const folder of folders) rmSync(folder, { recursive: true });
  await broker.stop();
});

const ask = async () =>
  fetch(`${broker.url}/v1/credentials/deploy`, { headers: { authorization: await broker.idp.token('web-main') } });

/** A folder of the operators, for their command line. */
function folderOf(files: Folder): string {
  const folder = mkdtempSync(join(tmpdir(), 'policy-as-code-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text.replaceAll('@ISSUER@', broker.url).replaceAll('@IDP@', broker.idp.issuer));
  }
  return folder;
}

async function run(...args: string[]) {
  const written = { out: '', err: '' };
  const code = await main(args, {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    env: { TOKEN_BROKER_TABLES: broker.tablePrefix, TOKEN_BROKER_ISSUER: broker.url },
    cwd: '/',
  });
  return { code, ...written };
}

/** The decision on record, by the operators' command line. */
async function decisionOf(response: Response) {
  const { IssuanceId } = (await response.json()) as { IssuanceId: string };
  return JSON.parse((await run('issuances', 'show', IssuanceId, '--json')).out).decision;
}

/** Requests see a change within ten seconds. */
async function until(status: number): Promise<Response> {
  for (let tries = 0; tries < 24; tries += 1) {
    const response = await ask();
    if (response.status === status) return response;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`no ${status} came`);
}

describe('a change of permissions, from the plan to the way back', () => {
  it('leads from a credential to the rule and to who applied it', async () => {
    const { source } = await decisionOf(await until(200));
    expect(source).toMatchObject({ file: 'scopes/deploy.yaml', line: 3, appliedBy: 'npm start' });
  });

  it('is tried under report without an effect, on record and counted', async () => {
    const plan = await run('policy', 'plan', folderOf(config(REPORTED)));
    expect(plan.out).toContain('~ whoever comes from work: a report is kept that a rule would refuse it');
    expect(await run('policy', 'apply', folderOf(config(REPORTED)), '--author', 'Ada Example')).toMatchObject({
      code: 0,
    });
    let decision = await decisionOf(await until(200));
    for (let tries = 0; tries < 24 && decision.wouldDeny === undefined; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      decision = await decisionOf(await ask());
    }
    expect(decision).toMatchObject({
      wouldDeny: { rule: 0, reason: 'not_allowed' },
      source: { appliedBy: 'Ada Example' },
    });
    expect(broker.log.join('\n')).toContain('"WouldDeny":1');
  }, 60_000);

  it('is planned, tried on what happened, applied as planned and taken back', async () => {
    const next = folderOf(config(DENIED));
    const file = join(folderOf({}), 'plan.json');
    const plan = await run('policy', 'plan', next, '--out', file);
    expect([plan.code, plan.out]).toEqual([
      3,
      expect.stringContaining('- whoever comes from work loses: deploy is refused'),
    ]);
    const tried = JSON.parse((await run('policy', 'what-if', next, '--json')).out);
    expect(tried).toMatchObject({ notReplayed: [], gains: [], loses: [{ scope: 'deploy', after: 'not_allowed' }] });
    expect(tried.replayed).toBe(tried.decisions);
    expect(await run('policy', 'apply', file, '--author', 'Ada Example', '--reason', 'no more')).toMatchObject({
      code: 0,
    });
    expect((await until(403)).status).toBe(403);
    expect(await run('policy', 'rollback', '--author', 'Bob Example', '--reason', 'it broke')).toMatchObject({
      code: 0,
    });
    const { source } = await decisionOf(await until(200));
    expect(source).toMatchObject({ appliedBy: 'Bob Example', reason: 'it broke' });
    const { out } = await run('policy', 'what-if', folderOf(config(REPORTED)), '--json');
    const { decisions, replayed, unchanged } = JSON.parse(out);
    // Those of the version that denied come out otherwise under this one; all of them are replayed.
    expect(replayed).toBe(decisions);
    expect(unchanged).toBeGreaterThan(0);
  }, 60_000);
});
