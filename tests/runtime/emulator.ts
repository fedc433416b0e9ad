import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { env, execPath, kill } from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Path of AWS's Lambda runtime interface emulator; `.ci/steps/tools.sh` builds it from the Go module proxy. */
const PROGRAM = env['LAMBDA_RUNTIME_EMULATOR'];
const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url));
const INVOCATIONS = '/2015-03-31/functions/function/invocations';

export interface EmulatedSettings {
  /** Folder of the bundle. */
  readonly folder: string;
  /** `index.handler`. */
  readonly handler: string;
  readonly timeoutSeconds: number;
  /** All of the function's environment but what Lambda itself sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Takes what the function prints, in lines. */
  readonly log?: (line: string) => void;
  /** A command that runs another: where it runs inside (a CPU quota). */
  readonly inside?: readonly string[];
}

/**
 * One execution environment of Lambda's: AWS's emulator, with the runtime's Node.js in it. One invocation at a time.
 */
export interface Emulated {
  /** The answer's text. The first invocation starts the runtime: a cold start. */
  invoke(event: string): Promise<string>;
  /** Stops every process of the runtime where it stands, as Lambda does between invocations. */
  freeze(): void;
  thaw(): void;
  /** Processes of the runtime, without the emulator. */
  runtime(): readonly number[];
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error('the emulator ended');
    const socket = connect(port, '127.0.0.1');
    const [outcome] = await Promise.race([
      once(socket, 'connect').then(() => ['open']),
      once(socket, 'error').then(() => ['refused']),
    ]).catch(() => ['refused']);
    socket.destroy();
    if (outcome === 'open') return;
    await pause(10);
  }
}

/** Processes that this one started, theirs too. */
function descendants(pid: number): readonly number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    // It has ended.
    return [];
  }
}

/** Starts the emulator on loopback; nothing of the function runs before the first invocation. */
export async function startEmulated(settings: EmulatedSettings): Promise<Emulated> {
  if (PROGRAM === undefined) throw new Error('LAMBDA_RUNTIME_EMULATOR names no program');
  const [port, apiPort] = [await freePort(), await freePort()];
  const [command = PROGRAM, ...before] = [...(settings.inside ?? []), PROGRAM];
  const addresses = [
    '--runtime-interface-emulator-address',
    `127.0.0.1:${port}`,
    '--runtime-api-address',
    `127.0.0.1:${apiPort}`,
  ];
  const child = spawn(
    command,
    [...before, ...addresses, '--log-level', 'error', execPath, BOOTSTRAP, settings.handler],
    {
      env: {
        ...settings.environment,
        AWS_LAMBDA_FUNCTION_TIMEOUT: String(settings.timeoutSeconds),
        LAMBDA_TASK_ROOT: settings.folder,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => settings.log?.(line));
  }
  await untilListening(port, child);
  const agent = new Agent({ keepAlive: false });
  const runtime = (): readonly number[] => descendants(child.pid ?? 0);
  const signalAll = (signal: 'SIGSTOP' | 'SIGCONT'): void => {
    for (const pid of runtime()) kill(pid, signal);
  };
  return {
    invoke: (event) => post({ port, agent, event }),
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    runtime,
    stop: async () => {
      const left = runtime();
      child.kill('SIGKILL');
      for (const pid of left) killQuietly(pid);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

function killQuietly(pid: number): void {
  try {
    kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function post(to: { readonly port: number; readonly agent: Agent; readonly event: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: to.port, path: INVOCATIONS, method: 'POST', agent: to.agent };
    const asked = request(options, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk);
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
    asked.on('error', reject).end(to.event);
  });
}
