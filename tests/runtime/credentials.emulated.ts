/**
 * `/v1/credentials` as Lambda runs it: AWS's emulator of the runtime interface, the runtime's Node.js, the deployed
 * bundle.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Emulated } from './emulator.ts';
import { startWorld, type World } from './world.ts';

/** The route's own deadline (contract section 3: boto gives up after 2 s). */
const DEADLINE_MS = 1_700;
/** Longer than a connection is trusted without a doubt. */
const FROZEN_MS = 4_000;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly tookMs: number;
}

async function ask(environment: Emulated): Promise<Answered> {
  const event = await world.event();
  const began = performance.now();
  const text = await environment.invoke(event);
  const tookMs = performance.now() - began;
  const { statusCode, body } = JSON.parse(text);
  return { status: statusCode, body: JSON.parse(body), tookMs };
}

/** Frozen between two invocations, as Lambda does; what happens meanwhile the process cannot notice. */
async function whileFrozen(environment: Emulated, happens: () => void): Promise<void> {
  environment.freeze();
  happens();
  await pause(FROZEN_MS);
  environment.thaw();
}

describe('an execution environment', () => {
  it('answers from cold within the deadline, and then over the connections that it has', async () => {
    const environment = await world.environment('credentials');
    const cold = await ask(environment);
    expect(cold).toMatchObject({ status: 200, body: { Version: 1, AccessKeyId: expect.stringMatching(/^ASIA/) } });
    expect(cold.tookMs).toBeLessThan(DEADLINE_MS);
    const opened = [world.ways.dynamoDb.opened(), world.ways.sts.opened()];
    expect((await ask(environment)).status).toBe(200);
    expect([world.ways.dynamoDb.opened(), world.ways.sts.opened()]).toEqual(opened);
  });

  it("that Lambda's own timeout ends is followed by one that works", async () => {
    const environment = await world.environment('credentials', {}, { timeoutSeconds: 1 });
    expect((await ask(environment)).status).toBe(200);
    environment.freeze();
    expect(await environment.invoke(await world.event())).toMatch(/^Task timed out after 1\.00 seconds/);
    expect((await ask(environment)).status).toBe(200);
  });

  it('whose settings are missing does not start, and says which, and no value', async () => {
    const lines: string[] = [];
    const changes = { ISSUER: undefined, TABLE_PREFIX: '', EXTERNAL_ID: 'with spaces' };
    const environment = await world.environment('credentials', changes, { log: (line) => lines.push(line) });
    const answer = await environment.invoke(await world.event());
    expect(JSON.parse(answer)).toMatchObject({ errorType: expect.any(String) });
    const said = `${answer}\n${lines.join('\n')}`;
    for (const name of ['ISSUER', 'TABLE_PREFIX', 'EXTERNAL_ID']) expect(said).toContain(name);
    expect(said).not.toContain('with spaces');
  });
});

describe('after it was frozen', () => {
  let environment: Emulated;
  beforeAll(async () => {
    environment = await world.environment('credentials');
  });
  beforeEach(async () => {
    expect((await ask(environment)).status).toBe(200);
  });

  it.each<[string, () => void]>([
    ['with nothing changed', () => {}],
    ['with its connections closed at the other end', () => resetAll()],
    ['with its connections forgotten on the way', () => forgetAll()],
    ['with those to DynamoDB forgotten on the way', () => world.ways.dynamoDb.forget()],
    ['with those to STS forgotten on the way', () => world.ways.sts.forget()],
  ])('it answers within the deadline, %s', async (_, happens) => {
    await whileFrozen(environment, happens);
    const answered = await ask(environment);
    expect(answered.status).toBe(200);
    expect(answered.tookMs).toBeLessThan(DEADLINE_MS);
  });

  const resetAll = (): void => {
    for (const way of Object.values(world.ways)) way.reset();
  };
  const forgetAll = (): void => {
    for (const way of Object.values(world.ways)) way.forget();
  };
});

describe('while DynamoDB hangs', () => {
  it('it refuses retryably within the deadline, and goes on once DynamoDB does', async () => {
    const environment = await world.environment('credentials');
    expect((await ask(environment)).status).toBe(200);
    world.ways.dynamoDb.block();
    const refused = await ask(environment);
    world.ways.dynamoDb.unblock();
    expect(refused).toMatchObject({ status: 503, body: { reason: expect.stringMatching(/unavailable|deadline/) } });
    expect(refused.tookMs).toBeLessThan(2_000);
    expect((await ask(environment)).status).toBe(200);
  });

  it('from cold it refuses retryably too', async () => {
    const environment = await world.environment('credentials');
    world.ways.dynamoDb.block();
    const refused = await ask(environment);
    world.ways.dynamoDb.unblock();
    expect(refused.status).toBe(503);
    expect((await ask(environment)).status).toBe(200);
  });
});

describe('while STS hangs', () => {
  it('it refuses retryably within the deadline, and goes on once STS does', async () => {
    const environment = await world.environment('credentials');
    expect((await ask(environment)).status).toBe(200);
    world.ways.sts.block();
    const refused = await ask(environment);
    world.ways.sts.unblock();
    expect(refused).toMatchObject({ status: 503 });
    expect(refused.tookMs).toBeLessThan(2_000);
    expect((await ask(environment)).status).toBe(200);
  });
});
