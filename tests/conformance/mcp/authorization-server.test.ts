/** The Model Context Protocol's own suite for authorization servers, with a person at the browser that it asks for. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Broker, ROOT, startBroker } from '../../e2e/broker.ts';
import { Browser, CONFIGURATION, formOf, readAuthnRequest } from '../../e2e/saml-person.ts';

const SUITE = join(ROOT, '.ci/mcp/node_modules/@modelcontextprotocol/conformance/dist/index.js');
const results = mkdtempSync(join(tmpdir(), 'mcp-'));
let broker: Broker;

beforeAll(async () => {
  broker = await startBroker({ config: CONFIGURATION });
}, 60_000);
afterAll(async () => {
  await broker.stop();
  rmSync(results, { recursive: true });
});

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });

/**
 * Runs all scenarios, the second of which needs what the first finds; `visit`: the address that a person is to open.
 */
async function run(options: readonly string[], visit: (url: URL) => Promise<void>) {
  const fixed = ['authorization', '--url', broker.url, '--output-dir', results];
  const child = spawn(execPath, [SUITE, ...fixed, ...options], { cwd: results, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let visited: Promise<void> | null = null;
  const read = (chunk: Buffer): void => {
    printed += chunk.toString();
    const url = /^(http\S+\/oauth2\/authorize\?\S+)\n/m.exec(printed)?.[1];
    // Whoever fails at the browser leaves the suite waiting for five minutes.
    if (url !== undefined) visited ??= visit(new URL(url)).finally(() => setTimeout(() => child.kill(), 5_000).unref());
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const code = await new Promise((resolve) => child.on('close', resolve));
  await visited;
  const files = readdirSync(results, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('checks.json'),
  );
  const checks = files.flatMap((file): readonly Check[] => JSON.parse(readFileSync(join(results, file), 'utf8')));
  return { code, checks: checks.map(({ id, status, errorMessage }) => `${id}: ${errorMessage ?? status}`).sort() };
}

it('passes the scenarios for authorization servers, by a program that names a resource and neither scope nor connection', async () => {
  const port = await freePort();
  const options = ['--client-id', 'cli', '--resource', 'https://api.example.com', '--port', String(port)];
  const found = await run(options, async (url) => {
    const person = new Browser(broker.url);
    const list = await (await person.get(`${url.pathname}${url.search}`)).text();
    const chosen = /href="([^"]+)">corp</.exec(list)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const began = await person.get(chosen);
    const { id } = readAuthnRequest(began.headers.get('location') ?? '');
    const decided = await person.decide(formOf(await (await person.answer(id)).text()));
    await fetch(decided.headers.get('location') ?? '');
  });
  expect(found).toEqual({
    code: 0,
    checks: [
      'authorization-code-grant: SUCCESS',
      'authorization-server-metadata-cimd: SUCCESS',
      'authorization-server-metadata: SUCCESS',
    ],
  });
});
