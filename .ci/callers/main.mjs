/**
 * Unmodified AWS clients through the command line (`credentials`, `serve`, `exec`) and by a token file, against the
 * local stack: sessions that end after seconds are renewed, the broker is started again under them, whoever is refused
 * sees why, and `serve` answers 1,000 requests a second while the broker is away. `node main.mjs refused load` runs
 * these parts.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, env, execPath } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { nowMs, start, stop, stopAll, until } from './programs.mjs';
import { shortSessions } from './short-sessions.mjs';

const SESSION_SECONDS = 12;
const here = import.meta.dirname;
const work = mkdtempSync(join(tmpdir(), 'callers-'));
const tokenFile = join(work, 'token');
const program = [execPath, join(here, '../../dist/token-broker.mjs')];
const aws = env.AWS_CLIENTS ?? join(here, '../../.venv/aws');
const clients = {
  'AWS CLI': ['bash', join(here, 'watch.sh'), join(aws, 'bin/aws')],
  boto3: [join(aws, 'bin/python'), join(here, 'watch.py')],
  'AWS SDK for JavaScript': [execPath, join(here, 'watch.mjs')],
  'AWS SDK for Go': [env.WATCH_GO ?? 'watch-go'],
};

async function startStack(port) {
  const stack = start([execPath, join(here, '../../local/start.ts'), '--port', String(port)], env);
  const lineOf = (pattern) => stack.lines.map((line) => pattern.exec(line)?.[1]).find((found) => found !== undefined);
  const url = await until(
    () => lineOf(/^ready (\S+)$/),
    120,
    () => `the local stack did not come up: ${stack.said}`,
  );
  const token = await fetch(lineOf(/(http:\/\/127\.0\.0\.1:\d+\/token)/));
  writeFileSync(tokenFile, await token.text(), { mode: 0o600 });
  return { ...stack, url, port: new URL(url).port };
}

const environment = (broker, more) => ({
  PATH: env.PATH,
  HOME: work,
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  TOKEN_BROKER_URL: broker,
  TOKEN_BROKER_PROOF: `file:${tokenFile}`,
  ...more,
});

async function startServe(broker, name) {
  const file = join(work, `${name}-authorization`);
  const args = ['serve', '--scope', 'demo', '--listen', '127.0.0.1:0', '--token-file', file];
  const serve = start([...program, ...args], environment(broker));
  const line = await until(
    () => serve.lines.find((each) => each.startsWith('ready ')),
    60,
    () => serve.said,
  );
  return { url: `${line.slice('ready '.length)}/credentials/demo`, file };
}

/** Each way with the variables that it needs, and what stands before the client's own command. */
function waysOf(broker, scope, serve) {
  const config = join(work, `config-${scope}`);
  const command = [...program, 'credentials', '--scope', scope].join(' ');
  writeFileSync(config, `[default]\ncredential_process = ${command}\n`);
  const served = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: serve?.url,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: serve?.file,
  };
  const web = { AWS_ROLE_ARN: `arn:aws:broker:::scope/${scope}`, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile };
  return {
    credentials: { before: [], env: environment(broker, { AWS_CONFIG_FILE: config }) },
    ...(serve === null ? {} : { serve: { before: [], env: environment(broker, served) } }),
    exec: { before: [...program, 'exec', '--scope', scope, '--'], env: environment(broker) },
    'a token file': { before: [], env: environment(broker, { ...web, AWS_ENDPOINT_URL_STS: `${broker}/sts` }) },
  };
}

const everyWay = (ways) =>
  Object.entries(clients).flatMap(([client, command]) =>
    Object.entries(ways).map(([way, { before, env: variables }]) => ({
      name: `${client}, ${way}`,
      run: start([...before, ...command], variables),
    })),
  );

const keysOf = ({ run }) => [...new Set(run.lines.filter((line) => line.startsWith('key ')))];

/** @param {string} broker @param {(hold: (stack: any) => void) => Promise<void>} restart */
async function renewedAndRestarted(broker, restart) {
  const serve = await startServe(broker, 'watched');
  const watched = everyWay(waysOf(broker, 'demo', serve));
  const all = async (needed, what) => {
    for (const one of watched)
      await until(
        () => keysOf(one).length >= needed(one),
        120,
        () => `${one.name} ${what}: ${one.run.said}`,
      );
  };
  await all(() => 2, 'was not renewed at its end');
  await restart();
  const before = new Map(watched.map((one) => [one.name, keysOf(one).length]));
  await all((one) => (before.get(one.name) ?? 0) + 1, 'did not go on after the broker was started again');
  for (const { run } of watched) stop(run);
  for (const { name } of watched) console.log(`${name}: renewed at its end, and after the broker was started again`);
}

/** Its default chain drops what a program said, and goes on to the next provider. */
const SILENT = { 'AWS SDK for JavaScript, credentials': /Could not load credentials from any providers/ };

async function refused(broker) {
  const ways = waysOf(broker, 'nothing', null);
  for (const { name, run } of everyWay(ways)) {
    const expected = SILENT[name] ?? /not_allowed/;
    await until(
      () => expected.test(run.said),
      60,
      () => `${name} did not say why it was refused: ${run.said}`,
    );
    stop(run);
    console.log(
      `${name}: says ${name in SILENT ? 'that there are none; the command itself says why' : 'why it was refused'}`,
    );
  }
  const args = ['serve', '--scope', 'nothing', '--listen', '127.0.0.1:0', '--token-file', join(work, 'none')];
  const serve = start([...program, ...args], environment(broker));
  await until(
    () => serve.ended,
    60,
    () => 'serve did not end',
  );
  if (!/not_allowed/.test(serve.said)) throw new Error(`serve did not say why it was refused: ${serve.said}`);
  console.log('serve: says why it was refused, before it serves');
}

/** Five thousand requests, a thousand a second where the machine can, while nobody answers for the broker. */
async function underLoad(upstream) {
  const { url: broker, server } = await shortSessions(upstream, 600);
  const serve = await startServe(broker, 'loaded');
  server.close();
  server.closeAllConnections();
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const headers = { authorization: readFileSync(serve.file, 'utf8') };
  const ask = () =>
    new Promise((answered, failed) => {
      get(serve.url, { agent, headers }, async (response) => {
        const body = JSON.parse(Buffer.concat(await response.toArray()).toString('utf8'));
        answered(response.statusCode === 200 && Date.parse(body.Expiration) > nowMs());
      }).on('error', failed);
    });
  const answers = [];
  for (let tick = 0; tick < 50; tick += 1) {
    answers.push(...Array.from({ length: 100 }, ask));
    await pause(100);
  }
  const good = (await Promise.all(answers)).filter((isGood) => isGood).length;
  agent.destroy();
  if (good !== answers.length) throw new Error(`serve answered ${good} of ${answers.length} requests`);
  console.log(`serve: ${good} of ${answers.length} requests answered while the broker is away`);
}

try {
  let stack = await startStack(0);
  const { url: broker, server } = await shortSessions(stack.url, SESSION_SECONDS);
  const restart = async () => {
    stop(stack);
    await until(
      () => stack.child.exitCode !== null || stack.child.signalCode !== null,
      60,
      () => 'the stack did not end',
    );
    stack = await startStack(stack.port);
  };
  const parts = {
    renewed: () => renewedAndRestarted(broker, restart),
    refused: () => refused(broker),
    load: () => underLoad(stack.url),
  };
  for (const part of argv.length > 2 ? argv.slice(2) : Object.keys(parts)) await parts[part]();
  server.close();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  stopAll();
  rmSync(work, { recursive: true, force: true });
  // What a client left open would keep this going.
  process.exit();
}
