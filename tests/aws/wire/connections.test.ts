import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ask, dropIdleConnections } from '../../../lib/aws/wire/connections.ts';
import { httpServer, way } from './loopback.ts';

const forever = new AbortController().signal;
const open: { stop(): Promise<void> }[] = [];
let aheadMs = 0;

beforeEach(() => {
  aheadMs = 0;
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
});
afterEach(async () => {
  jest.restoreAllMocks();
  dropIdleConnections();
  for (const each of open.splice(0).toReversed()) await each.stop();
});

/** A server behind a way that can be spoiled. */
async function behindAWay(reply: Parameters<typeof httpServer>[0] = () => ({})) {
  const server = await httpServer(reply);
  const between = await way(server.port);
  open.push(server, between);
  const post = (body = '{}') => ask({ url: between.url, headers: {}, body }, forever);
  return { server, between, post };
}

/** Milliseconds of a call. */
async function timeOf(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await call();
  return performance.now() - began;
}

describe('connections', () => {
  it('are kept', async () => {
    const { between, post } = await behindAWay();
    for (let call = 0; call < 5; call += 1) await post();
    expect(between.opened()).toBe(1);
  });

  it('that the other end closed meanwhile cost no request, however many they are', async () => {
    const { server, between, post } = await behindAWay();
    await Promise.all([post(), post(), post()]);
    between.reset();
    const answers = await Promise.all([post('a'), post('b'), post('c')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(
      server.received
        .slice(3)
        .map(({ body }) => body)
        .toSorted(),
    ).toEqual(['a', 'b', 'c']);
  });

  it('that were forgotten on the way while they were idle cost a quarter of a second, once, and no request', async () => {
    const { server, between, post } = await behindAWay();
    await Promise.all([post(), post(), post()]);
    between.forget();
    aheadMs = 20_000;
    expect(await timeOf(() => post('again'))).toBeLessThan(900);
    expect(await timeOf(() => post('and again'))).toBeLessThan(200);
    expect(server.received.map(({ body }) => body).slice(3)).toEqual(['again', 'and again']);
  });

  it('that were idle for a minute are not tried at all', async () => {
    const { between, post } = await behindAWay();
    await Promise.all([post(), post()]);
    between.forget();
    aheadMs = 60_000;
    expect(await timeOf(() => post())).toBeLessThan(200);
  });

  it('are doubted where the clock went back', async () => {
    const { between, post } = await behindAWay();
    await post();
    between.forget();
    aheadMs = -3_600_000;
    expect(await timeOf(() => post())).toBeLessThan(900);
  });

  it('that were in use a moment ago are waited for: a slow answer is no dead connection', async () => {
    let slow = false;
    const { server, post } = await behindAWay(async () => {
      if (slow) await new Promise((resolve) => setTimeout(resolve, 500));
      return {};
    });
    await post();
    slow = true;
    await post();
    expect(server.received).toHaveLength(2);
  });

  it('in use by others are not dropped with the idle ones', async () => {
    const release: (() => void)[] = [];
    const { between, post } = await behindAWay(async ({ body }) => {
      if (body === 'slow') await new Promise<void>((resolve) => release.push(resolve));
      return {};
    });
    const slow = post('slow');
    await post();
    dropIdleConnections();
    await post();
    for (const go of release) go();
    expect((await slow).status).toBe(200);
    expect(between.opened()).toBe(3);
  });
});

describe('no answer', () => {
  it('comes where nobody listens', async () => {
    const { server, between, post } = await behindAWay();
    await between.stop();
    await expect(post()).rejects.toMatchObject({ name: 'NoAnswer' });
    expect(server.received).toEqual([]);
  });

  it('within a second is waited for no longer', async () => {
    const { post } = await behindAWay(() => null);
    const took = await timeOf(() => expect(post()).rejects.toMatchObject({ name: 'NoAnswer' }));
    expect(took).toBeGreaterThan(900);
    expect(took).toBeLessThan(1_900);
  });

  it('is waited for no longer than the signal says, and is not asked for again then', async () => {
    const { server, between } = await behindAWay(() => null);
    const signal = AbortSignal.timeout(100);
    await expect(ask({ url: between.url, headers: {}, body: '{}' }, signal)).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(server.received).toHaveLength(1);
  });

  it('is what an answer is that ends in its middle', async () => {
    const { server, post } = await behindAWay(() => {
      setTimeout(() => server.closeConnections(), 50);
      return { headers: { 'content-length': '1000' }, body: 'half' };
    });
    await expect(post()).rejects.toMatchObject({ name: 'NoAnswer' });
  });
});
