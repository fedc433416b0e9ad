import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { running } from './child.ts';
import { atLeast, type Figure, median, reported } from './figure.ts';
import type { EndpointsInput } from './issuance/endpoints.ts';
import { bundlePrograms } from './issuance/programs.ts';
import { environment, itemsOf } from './issuance/workload.ts';
import { type Cost, cost, type Load } from './oauth/load.ts';
import { AUTHORIZATION, documents, FORM, SIGNING_KEYS, secrets } from './oauth/workload.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LOAD: Load = { concurrency: 16, requests: 1_000 };
const WARM_UP = 4;
const ROUNDS = 9;

/** One server of tokens: what a request costs its process. */
interface Contender {
  measure(load: Load): Promise<number>;
  stop(): Promise<void>;
}

async function start(module: string, input: unknown): Promise<ChildProcess> {
  const child = fork(new URL(module, import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
  });
  child.send({ input });
  await once(child, 'message');
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill();
  await exited;
}

/** The deployed bundle, from event to answer. */
async function broker(path: string, port: number): Promise<Contender> {
  const settings = { ...environment(port, 'bench'), SIGNING_KEYS_SECRET: SIGNING_KEYS };
  const child = await start('./oauth/broker.ts', { path, environment: settings });
  return {
    measure: async (load) => {
      child.send(load);
      const [measured] = (await once(child, 'message')) as [Cost];
      return measured.cpu;
    },
    stop: () => stop(child),
  };
}

/** oidc-provider, from request to answer; what the load itself costs is another process's. */
async function oidcProvider(port: number): Promise<Contender> {
  const child = await start('./oauth/oidc-provider.ts', port);
  const agent = new Agent({ keepAlive: true, maxSockets: LOAD.concurrency });
  const spent = async (): Promise<number> => {
    child.send('cpu');
    return Number((await once(child, 'message'))[0]);
  };
  return {
    measure: async (load) => {
      const before = await spent();
      await cost(load, () => ask(port, agent));
      return ((await spent()) - before) / load.requests;
    },
    stop: async () => {
      agent.destroy();
      await stop(child);
    },
  };
}

function ask(port: number, agent: Agent): Promise<void> {
  const headers = {
    authorization: AUTHORIZATION,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': FORM.length,
  };
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/token', method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`HTTP ${response.statusCode}`)),
      );
    });
    asked.on('error', reject);
    asked.end(FORM);
  });
}

/** Rounds in turn, so that noise of the machine meets all of them; the medians, after a warm-up. */
async function compare(contenders: readonly Contender[]): Promise<readonly number[][]> {
  const costs: number[][] = contenders.map(() => []);
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    for (const [at, contender] of contenders.entries()) {
      const cpu = await contender.measure(LOAD);
      if (round >= WARM_UP) costs[at]?.push(cpu);
    }
  }
  return costs;
}

async function measure(port: number): Promise<readonly number[][]> {
  const programs = await bundlePrograms(ROOT, { broker: 'functions/token.ts', stubbed: 'bench/oauth/stubbed.ts' });
  const input: EndpointsInput = {
    ...{ port, keySet: '' },
    tables: { 'bench-config': itemsOf(await documents()) },
    secrets: await secrets(),
  };
  const endpoints = await running('./issuance/endpoints.ts', input);
  const contenders: Contender[] = [];
  try {
    contenders.push(await oidcProvider(port + 1));
    for (const name of ['broker', 'stubbed']) contenders.push(await broker(programs.paths[name] ?? '', port));
    return await compare(contenders);
  } finally {
    for (const contender of contenders) await contender.stop();
    await endpoints.stop();
    programs.remove();
  }
}

/**
 * `client_credentials` to a signed JWT (ES256), sixteen requests at a time: the deployed token function with its ledger
 * write to an endpoint in a process of its own, and with no transport under its ledger, beside the same request at
 * oidc-provider in its in-memory default, which records nothing. What is compared is the CPU of each process, all
 * threads: requests a second of one core. oidc-provider reads HTTP itself, as Lambda's runtime does for a function; the
 * function sends HTTP for its ledger.
 */
export async function benchOauth(): Promise<readonly Figure[]> {
  const costs = await measure(20_000 + (process.pid % 20_000));
  const [other, real, stubbed] = costs.map(median);
  if (other === undefined || real === undefined || stubbed === undefined) throw new TypeError('nothing was measured');
  const ratios = (at: number): number =>
    median((costs[at] ?? []).map((value, round) => (costs[0]?.[round] ?? Number.NaN) / value));
  return [
    atLeast('client_credentials beside oidc-provider, the ledger written', ratios(1), 0.6, 'times'),
    atLeast('  the same without a transport under the ledger', ratios(2), 1, 'times'),
    reported('  oidc-provider, requests a second of one core', 1e6 / other, ''),
    reported('  broker, the ledger written', 1e6 / real, ''),
    reported('  broker, without a transport', 1e6 / stubbed, ''),
    reported('  of one request: authenticate, decide, sign, make the record', stubbed, 'µs'),
    reported('  of one request: serialize, sign and send the record, read the answer', real - stubbed, 'µs'),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await benchOauth());
