/** The proxy of `token-broker sign` beside the AWS SDK for JavaScript, and its memory under many and large requests. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../lib/aws/wire/sha256.ts';
import { firstMessage, running } from './child.ts';
import { atMost, type Figure, median, reported } from './figure.ts';
import { ownWork } from './sign/own.ts';
import type { Usage } from './sign/proxy.ts';
import { type ClientInput, PLACEHOLDER } from './sign/workload.ts';

/** Of all that it does; half of it are Node.js's own server and client. */
const WHOLE = 1.5;
/** Of what it does beside that. */
const OWN = 1.2;
const ROUNDS = 5;
const WARM = 1000;
const REQUESTS = 1500;
const HEAP_MB = 2;
const LARGE_MB = 256;
/**
 * Pieces that are on their way: sockets' buffers on both sides, what waits in streams, and a collector that waits too.
 */
const HELD_MB = 96;

/**
 * CPU of the whole proxy for a request (read, verified, mapped, logged, signed, sent and returned) as a ratio to that
 * of the SDK's own for the same request to the service itself, in turns; then what the proxy holds.
 */
export async function benchSign(): Promise<readonly Figure[]> {
  const own = await ownWork();
  const folder = mkdtempSync(join(tmpdir(), 'bench-sign-'));
  const service = await running('./sign/service.ts', null);
  const direct = `http://127.0.0.1:${service.answer}`;
  const input = { service: direct, log: join(folder, 'log') };
  const proxy = await running('./sign/proxy.ts', input, { execArgv: ['--expose-gc'] });
  const { url, figures } = Object(proxy.answer);
  const usage = async (): Promise<Usage> => Object(await (await fetch(figures)).json());
  try {
    const rounds = await inTurns({ direct, url, usage });
    const many = await usage();
    await upload(url);
    await download(url);
    return [...costs(rounds, own), ...memory({ settled: rounds[0]?.heap ?? Number.NaN, many, large: await usage() })];
  } finally {
    await proxy.stop();
    await service.stop();
    rmSync(folder, { recursive: true });
  }
}

interface Round {
  /** Microseconds of CPU for a request. */
  readonly sdk: number;
  readonly proxied: number;
  /** Of the proxy, in octets. */
  readonly heap: number;
}

interface Sides {
  readonly direct: string;
  readonly url: string;
  usage(): Promise<Usage>;
}

async function inTurns({ direct, url, usage }: Sides): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const sdk = await client({ endpoint: direct, warm: WARM, requests: REQUESTS });
    await client({ endpoint: url, warm: 0, requests: WARM });
    const before = await usage();
    await client({ endpoint: url, warm: 0, requests: REQUESTS });
    const after = await usage();
    rounds.push({ sdk, proxied: (after.cpu - before.cpu) / REQUESTS, heap: after.heap });
  }
  return rounds;
}

function costs(rounds: readonly Round[], own: number): readonly Figure[] {
  const ratio = median(rounds.map(({ sdk, proxied }) => proxied / sdk));
  return [
    atMost('CPU of the proxy for a request, beside the SDK for JavaScript', ratio, WHOLE, 'times'),
    atMost('what it does beside moving it, beside the SDK signing it', own, OWN, 'times'),
    reported('  the proxy', median(rounds.map(({ proxied }) => proxied)), 'µs'),
    reported('  the SDK', median(rounds.map(({ sdk }) => sdk)), 'µs'),
  ];
}

interface Held {
  /** Octets of heap after the first round. */
  readonly settled: number;
  readonly many: Usage;
  readonly large: Usage;
}

function memory({ settled, many, large }: Held): readonly Figure[] {
  const requests = (ROUNDS - 1) * (WARM + REQUESTS);
  return [
    atMost(`growth of its heap over ${requests} requests`, (many.heap - settled) / 1e6, HEAP_MB, 'MB'),
    atMost(`growth of its memory by ${LARGE_MB} MB up and down`, (large.most - many.most) / 1e6, HELD_MB, 'MB'),
    reported('  most of its memory', large.most / 1e6, 'MB'),
    reported('  CPU for 1 MB', (large.cpu - many.cpu) / 2 / LARGE_MB, 'µs'),
  ];
}

const client = async (input: ClientInput): Promise<number> => Number(await firstMessage('./sign/client.ts', input));

const PIECE = Buffer.alloc(1024 * 1024, 'x');

async function upload(url: string): Promise<void> {
  const hash = createHash('sha256');
  for (let piece = 0; piece < LARGE_MB; piece += 1) hash.update(PIECE);
  await send(url, { method: 'PUT', path: '/large/up', hash: hash.digest('hex'), pieces: LARGE_MB });
}

const download = (url: string): Promise<void> =>
  send(url, { method: 'GET', path: `/large/${LARGE_MB}`, hash: createHash('sha256').digest('hex'), pieces: 0 });

interface Large {
  readonly method: string;
  readonly path: string;
  /** Of the body. */
  readonly hash: string;
  readonly pieces: number;
}

async function send(url: string, { method, path, hash, pieces }: Large): Promise<void> {
  const { host, hostname, port } = new URL(url);
  const signer = new SignatureV4({
    ...{ service: 's3', region: 'eu-central-1', credentials: PLACEHOLDER, sha256: Sha256, uriEscapePath: false },
  });
  const length = pieces === 0 ? {} : { 'content-length': String(pieces * PIECE.length) };
  const unsigned = { method, path, protocol: 'http:', hostname, port: Number(port), query: {} };
  const { headers } = await signer.sign({ ...unsigned, headers: { host, 'x-amz-content-sha256': hash, ...length } });
  await new Promise<void>((done, failed) => {
    const request = requestHttp({ hostname, port, method, path, headers }, (answer) => {
      if (answer.statusCode !== 200) failed(new Error(`${method} was answered ${answer.statusCode}`));
      answer.resume().on('end', done);
    });
    request.on('error', failed);
    let left = pieces;
    const more = (): void => {
      while (left > 0) {
        left -= 1;
        if (!request.write(PIECE)) return void request.once('drain', more);
      }
      request.end();
    };
    more();
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await benchSign());
