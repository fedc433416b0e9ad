import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Broker, startBroker } from '../e2e/broker.ts';

const page = readFileSync('docs/callers.md', 'utf8');
const work = mkdtempSync(join(tmpdir(), 'callers-'));
const SECRET = 'a-secret-of-the-nightly-bot';

const session = 'grant: { type: aws-session, roleArn: "arn:aws:iam::111122223333:role/token-broker/x" }';
const token = 'grant: { type: broker-token, audience: "https://api.acme.internal", duration: 10m }';
const web = 'connection: demo, when: { StringEquals: { claims.ref: refs/heads/main } }';
const scope = (name: string, rule: string, grant: string): string =>
  `scope: ${name}\ndescription: d\nallow: [{ ${rule} }]\n${grant}\n`;

/** A broker that has what the page's readers were given: a connection, a client, and scopes of these names. */
const CONFIGURATION = {
  'connections/demo.yaml': readFileSync('local/demo/configuration/connections/demo.yaml', 'utf8'),
  'clients/nightly-bot.yaml': 'client: nightly-bot\nsecret: token-broker/clients/nightly-bot\n',
  'scopes/deploy-web.yaml': scope('deploy-web', web, session),
  'scopes/nightly-export.yaml': scope('nightly-export', 'client: nightly-bot', session),
  'scopes/reports-api.yaml': scope('reports-api', 'client: nightly-bot', token),
  'scopes/incidents-read.yaml': scope(
    'incidents-read',
    `${web}, actor: { connection: demo, when: { StringEquals: { actor.claims.ref: refs/heads/feature } } } }, { ${web}, actor: { client: nightly-bot }`,
    `requires: { intent: true }\n${token}`,
  ),
};

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker({ config: CONFIGURATION });
  await broker.putSecrets([{ name: 'token-broker/clients/nightly-bot', value: SECRET, host: null }]);
  mkdirSync(join(work, 'bin'));
  mkdirSync(join(work, 'run'));
  const program = join(work, 'bin', 'token-broker');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${resolve('bin/token-broker.mjs')}' "$@"\n`);
  chmodSync(program, 0o755);
  cpSync('.ci/clients/access-key.mjs', join(work, 'print-access-key-id.mjs'));
  symlinkSync(resolve('node_modules'), join(work, 'node_modules'));
  writeFileSync(join(work, 'run', 'token'), await broker.idp.token('web-main'));
  writeFileSync(join(work, 'run', 'agent-token'), await broker.idp.token('web-feature'));
  writeFileSync(join(work, 'run', 'secret'), SECRET, { mode: 0o600 });
}, 120_000);

afterAll(async () => {
  rmSync(work, { recursive: true, force: true });
  await broker.stop();
});

interface Block {
  readonly section: string;
  readonly text: string;
}

const blocks: readonly Block[] = page.split(/^## /m).flatMap((part, at) =>
  [...part.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => ({
    section: at === 0 ? 'at the top' : (part.split('\n')[0] ?? ''),
    text,
  })),
);
const runs = (block: Block): boolean => !block.text.startsWith('# needs ');

async function run({ text }: Block) {
  const here = text.replaceAll('https://broker.example.com', broker.url).replaceAll('/run/broker/', `${work}/run/`);
  const env = {
    ...{ PATH: `${join(work, 'bin')}:${process.env['PATH']}`, HOME: work, AWS_EC2_METADATA_DISABLED: 'true' },
    BROKER_TOKEN: await broker.idp.token('web-main'),
  };
  return promisify(execFile)('sh', ['-ec', here], { cwd: work, env });
}

describe('docs/callers.md', () => {
  it('has commands of both kinds', () => {
    expect(blocks.filter(runs).length).toBeGreaterThan(4);
    for (const { text } of blocks.filter((block) => !runs(block))) {
      expect(text).toMatch(/^# needs (?:AWS|GitHub|a browser)\b/);
    }
  });

  it.each(blocks.filter(runs))('what it says $section works: $text', async (block) => {
    const { stdout } = await run(block);
    expect(stdout).not.toBe('');
    expect(stdout).not.toContain('"error"');
  });
});
