import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { isLoopbackAddress } from '../../lib/loopback.ts';
import { callerOf } from '../caller/documents.ts';
import { serveCredentials } from '../caller/endpoint.ts';
import { type Keeper, keep } from '../caller/keeper.ts';
import { writePrivate } from '../caller/private-file.ts';
import { callerOptions, readScopedSettings, readSettings } from '../caller/settings.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../command.ts';

const DEFAULT = '127.0.0.1:9911';

export const command: Command = {
  description: `Serves credentials to programs on this machine as a container's endpoint, renewed ahead of their end: a sidecar. It prints "ready URL" once it has them.
While the broker is down it goes on with what is still valid; GET /healthz says for how long.`,
  options: [
    { flags: '--scope <name>', description: 'what for (TOKEN_BROKER_SCOPE)', repeatable: true },
    { flags: '--listen <address>', description: `a loopback address and a port (default: ${DEFAULT})` },
    { flags: '--token-file <file>', description: 'where it writes the authorization token that programs show (0600)' },
    ...callerOptions,
  ],
  examples: ['token-broker serve --scope read-reports --listen 127.0.0.1:9911 --token-file /broker/authorization'],
  notes: `For a program, where AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set:
  AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:9911/credentials/SCOPE
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=FILE`,
  run: async (given, terminal) => {
    const { host, port } = addressOf(given.value('listen') ?? DEFAULT);
    const file = given.value('token-file');
    if (file === undefined) throw new UsageError('--token-file is required: programs show what it holds');
    const token = randomBytes(32).toString('base64url');
    const keepers = await allOf(await callersOf(given, terminal));
    const endpoint = await serveCredentials({ keepers, token, host, port });
    const path = resolve(terminal.cwd, file);
    try {
      // Without a line's end, which SDKs refuse.
      writePrivate(path, token);
      terminal.out(`ready ${endpoint.url}\n`);
      await untilStopped();
      rmSync(path, { force: true });
    } finally {
      await endpoint.close();
    }
    return 0;
  },
};

/** Where one is refused, nobody waits for the others. */
async function allOf(starts: readonly ((signal: AbortSignal) => Promise<Keeper>)[]): Promise<readonly Keeper[]> {
  const failed = new AbortController();
  try {
    return await Promise.all(starts.map((start) => start(failed.signal)));
  } catch (error) {
    failed.abort();
    throw error;
  }
}

/** What starts to keep each scope; a wrong setting is told before anything is asked. */
async function callersOf(given: Arguments, terminal: Terminal) {
  const say = (line: string) => terminal.err(`token-broker serve: ${line}\n`);
  const how = given.has('verbose') ? 'verbose' : 'quiet';
  const names = given.values('scope');
  const [common, { scope }] =
    names.length > 0
      ? [await readSettings(given, terminal), { scope: '' }]
      : [await readScopedSettings(given, terminal), await readScopedSettings(given, terminal)];
  const scopes = names.length > 0 ? [...new Set(names)] : [scope];
  const callers = await Promise.all(scopes.map((each) => callerOf({ ...common, scope: each }, terminal, how)));
  return callers.map(
    (caller) => (signal: AbortSignal) => keep(caller.settings.scope, () => caller.credentials(), say, signal),
  );
}

function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:]+)\]|([0-9.]+)):([0-9]{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  if (isIP(host) === 0 || !isLoopbackAddress(host) || Number(port) > 65_535) {
    throw new UsageError(`--listen is a loopback address and a port, such as ${DEFAULT}: others would reach it`);
  }
  return { host, port: Number(port) };
}

const untilStopped = (): Promise<void> =>
  new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done());
  });
