import { randomBytes } from 'node:crypto';
import { request as forward } from 'node:http';
import { env } from 'node:process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NewObject } from '../../../lib/archive/objects.ts';
import { s3Objects } from '../../../lib/aws/s3/objects.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { createBucket } from '../../../local/bucket.ts';
import { startS3 } from '../../../local/endpoints/s3.ts';
import { type Endpoint, serve } from '../../../local/endpoints/server.ts';
import { aLog, idsIn, someEntries } from '../../archive/a-log.ts';

const SIGNAL = new AbortController().signal;
const REGION = 'us-east-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const isOutside = env['TEST_AWS_ENDPOINTS'] === 'outside';

/** What the proxy does with a request before S3 has it, or in place of it. */
type Fault = 'slow-down' | 'internal' | 'drop' | 'answer-lost';
let next: (method: string, key: string) => Fault | null = () => null;

let s3: Endpoint;
let proxy: Endpoint;
let bucket: string;
const before = env['AWS_ENDPOINT_URL_S3'];

beforeAll(async () => {
  s3 = isOutside && before !== undefined ? { url: before, stop: async () => {} } : await startS3(0);
  proxy = await serve(0, (request, response) => {
    const fault = next(request.method ?? '', request.url ?? '');
    const code = { 'slow-down': [503, 'SlowDown'], internal: [500, 'InternalError'] } as const;
    if (fault === 'drop') return void request.socket.destroy();
    if (fault === 'slow-down' || fault === 'internal') {
      const [status, name] = code[fault];
      return void request
        .resume()
        .on('end', () => response.writeHead(status).end(`<Error><Code>${name}</Code></Error>`));
    }
    const { hostname, port } = new URL(s3.url);
    const onward = forward({ hostname, port, path: request.url, method: request.method, headers: request.headers });
    onward.on('response', (answer) => {
      if (fault === 'answer-lost') return void answer.resume().on('end', () => request.socket.destroy());
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  env['AWS_ENDPOINT_URL_S3'] = proxy.url;
});
afterAll(async () => {
  if (before === undefined) delete env['AWS_ENDPOINT_URL_S3'];
  else env['AWS_ENDPOINT_URL_S3'] = before;
  await proxy.stop();
  await s3.stop();
});
beforeEach(async () => {
  next = () => null;
  bucket = `archive-${randomBytes(6).toString('hex')}`;
  expect(await createBucket(bucket, { endpoint: s3.url, region: REGION, credentials })).toBe(true);
});

const until = (now: number) => epochMilliseconds(now + 86_400_000);
const objects = () =>
  s3Objects({ region: REGION, bucket, credentials: async () => credentials, lock: { until, mode: 'GOVERNANCE' } });
const text = (body: string, more: Partial<NewObject> = {}): NewObject => ({
  ...{ body: Buffer.from(body), type: 'text/plain; charset=utf-8', condition: 'any', keep: 'replaceable' },
  ...more,
});

/** Each request fails so often before it goes through. */
function failing(fault: Fault, times: number): void {
  const seen = new Map<string, number>();
  next = (method, key) => {
    const count = (seen.get(`${method} ${key}`) ?? 0) + 1;
    seen.set(`${method} ${key}`, count);
    return count % (times + 1) === 0 ? null : fault;
  };
}

describe('the store of the archive, over S3', () => {
  it('gives back what was put, with what it was put for', async () => {
    const store = objects();
    expect(await store.get('a/b', SIGNAL)).toBeNull();
    expect(await store.put('a/b', text('one', { logSize: 7, keep: 'locked' }), SIGNAL)).toBe('written');
    const found = await store.get('a/b', SIGNAL);
    expect([Buffer.from(found?.body ?? '').toString(), found?.logSize]).toEqual(['one', 7]);
  });

  it('writes on a condition, and says where it does not hold', async () => {
    const store = objects();
    expect(await store.put('k', text('one', { condition: 'absent' }), SIGNAL)).toBe('written');
    expect(await store.put('k', text('two', { condition: 'absent' }), SIGNAL)).toBe('conflict');
    const { etag = '' } = (await store.get('k', SIGNAL)) ?? {};
    expect(await store.put('k', text('three', { condition: { etag } }), SIGNAL)).toBe('written');
    expect(await store.put('k', text('four', { condition: { etag } }), SIGNAL)).toBe('conflict');
    expect(Buffer.from((await store.get('k', SIGNAL))?.body ?? '').toString()).toBe('three');
  });

  it('lists more keys than one answer holds, and removes', async () => {
    const store = objects();
    const keys = ['p/1', 'p/2', 'q/1'];
    for (const key of keys) await store.put(key, text(key), SIGNAL);
    await store.remove('p/1', SIGNAL);
    expect(await store.list('p/', SIGNAL)).toEqual(['p/2']);
  });

  it.each(['slow-down', 'internal', 'drop'] as const)('tries again what fails by %s, and gives up', async (fault) => {
    const store = objects();
    failing(fault, 2);
    expect(await store.put('k', text('one'), SIGNAL)).toBe('written');
    failing(fault, 100);
    await expect(store.get('k', SIGNAL)).rejects.toMatchObject({ dependency: 'archive' });
  });
});

describe('the log over an S3', () => {
  it.each(['slow-down', 'drop', 'answer-lost'] as const)(
    'that fails every second request by %s has every entry once',
    async (fault) => {
      failing(fault, 1);
      const log = aLog(objects());
      const batches = [3, 260].map(someEntries);
      for (const batch of batches) await log.append(batch, null, SIGNAL);
      next = () => null;
      expect(await idsIn(objects())).toEqual(batches.flat().map(({ id }) => id));
    },
  );

  it('with two writers at once has the entries of both', async () => {
    const batches = [5, 6].map(someEntries);
    await Promise.all(batches.map((batch) => aLog(objects()).append(batch, null, SIGNAL)));
    expect([...(await idsIn(objects()))].sort()).toEqual(
      batches
        .flat()
        .map(({ id }) => id)
        .sort(),
    );
  });
});
