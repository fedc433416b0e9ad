import { describe, expect, it } from '@jest/globals';
import { verifyClient } from '../../../lib/identity/client/verify-client.ts';
import { wrongSecrets } from '../../../lib/identity/client/wrong-secrets.ts';
import type { LimitCount, Limits } from '../../../lib/ports/limits.ts';
import { epochMilliseconds, seconds } from '../../../lib/time.ts';
import { memoryLimits } from '../../aws/dynamodb/memory-state.ts';
import { NOW } from '../../fakes/world.ts';
import { client, contextOf, fakeSecrets, HOUR, NEW, rotated } from './fixtures.ts';

const HERE = '203.0.113.9';
const SECRET = 'token-broker/clients/nightly-bot';
const clients = [client('nightly-bot', { method: 'secret', secret: SECRET, overlap: HOUR })];

/** One process, whose shared limit is `limits`, at a clock that can be set. */
function aProcess(limits: Limits = memoryLimits()) {
  const clock = { ms: NOW as number };
  const asked: (readonly LimitCount[])[] = [];
  const shared: Limits = {
    count: (counts, now, signal) => {
      asked.push(counts);
      return limits.count(counts, now, signal);
    },
  };
  const ports = { now: () => epochMilliseconds(clock.ms) };
  const counted = wrongSecrets(ports, shared);
  const { secrets, reads } = fakeSecrets({ [SECRET]: rotated(null) });
  const present = async (secret: string, name = 'nightly-bot', sourceIp = HERE) => {
    const proof = { method: 'client_secret_basic', client: name, secret } as const;
    const outcome = await verifyClient(
      proof,
      'refuse',
      contextOf(clients, { secrets, wrongSecrets: counted, sourceIp }),
    );
    return outcome.ok ? ('accepted' as const) : outcome.refusal;
  };
  const wrongly = async (times: number, name?: string, sourceIp?: string) => {
    const refusals: Awaited<ReturnType<typeof present>>[] = [];
    for (let count = 0; count < times; count += 1) refusals.push(await present('wrong', name, sourceIp));
    return refusals.map((each) => (typeof each === 'string' ? each : each.reason));
  };
  return { clock, asked, reads, present, wrongly };
}

const WRONG = 'client_authentication_failed';
const BLOCKED = { reason: 'client_attempts_exceeded', retryAfter: 60 };

describe('wrong secrets of one client from one address', () => {
  it.each(['nightly-bot', 'nobody', '../no name'])(
    'are answered 429 after twenty within a minute: %s',
    async (name) => {
      const { wrongly, present } = aProcess();
      expect(await wrongly(20, name)).toEqual(Array(20).fill(WRONG));
      expect(await present('wrong', name)).toEqual(BLOCKED);
      expect(await present(NEW, name)).toEqual(BLOCKED);
    },
  );

  it('block neither another address nor another client', async () => {
    const { wrongly, present } = aProcess();
    await wrongly(21);
    expect(await present(NEW, 'nightly-bot', '203.0.113.10')).toBe('accepted');
    expect(await wrongly(1, 'another')).toEqual([WRONG]);
  });

  it('block nobody before the twentieth, and right ones in between neither count nor clear', async () => {
    const { wrongly, present } = aProcess();
    await wrongly(19);
    expect(await present(NEW)).toBe('accepted');
    expect(await wrongly(1)).toEqual([WRONG]);
    expect(await present(NEW)).toEqual(BLOCKED);
  });

  it('cost nothing any more while they are blocked', async () => {
    const { wrongly, asked, reads } = aProcess();
    await wrongly(20);
    const before = [asked.length, reads.length];
    await wrongly(50);
    expect([asked.length, reads.length]).toEqual(before);
  });

  it.each([
    [59_999, { reason: 'client_attempts_exceeded', retryAfter: 1 }],
    [60_000, 'accepted'],
    [-1, 'accepted'],
  ])('block until a minute has passed since the first of them: %i ms', async (later, expected) => {
    const { clock, wrongly, present } = aProcess();
    await wrongly(20);
    clock.ms += later;
    expect(await present(NEW)).toEqual(expected);
  });

  it('are counted over any minute, not by the hands of the clock', async () => {
    const { clock, wrongly, present } = aProcess({ count: async () => ({ within: true }) });
    clock.ms += 50_000;
    await wrongly(10);
    clock.ms += 20_000;
    expect(await wrongly(10)).toEqual(Array(10).fill(WRONG));
    expect(await present('wrong')).toEqual({ reason: 'client_attempts_exceeded', retryAfter: 40 });
  });

  it.each([
    ['one IPv6 network of 64 bits', '2001:db8:1:2::1', '2001:db8:1:2:ffff::1', BLOCKED],
    ['one IPv6 network, however it is written', '2001:db8::1', '2001:0DB8:0:0:1::', BLOCKED],
    ['two of them', '2001:db8:1:2::1', '2001:db8:1:3::1', 'accepted'],
    ['two IPv4 addresses', '198.51.100.1', '198.51.100.2', 'accepted'],
    ['two IPv4 addresses in IPv6 form', '::ffff:198.51.100.1', '::ffff:198.51.100.2', 'accepted'],
    ['one IPv4 address in both forms', '::ffff:198.51.100.1', '198.51.100.1', BLOCKED],
  ])('are those of %s', async (_, first, second, expected) => {
    const { wrongly, present } = aProcess();
    await wrongly(20, 'nightly-bot', first);
    expect(await present(NEW, 'nightly-bot', second)).toEqual(expected);
  });
});

describe('what processes tell each other of wrong secrets', () => {
  it('makes twenty in all of them together the bound, from the next wrong one on', async () => {
    const limits = memoryLimits();
    const [first, second] = [aProcess(limits), aProcess(limits)];
    await first.wrongly(12);
    expect(await second.wrongly(9)).toEqual([...Array(8).fill(WRONG), 'client_attempts_exceeded']);
    expect(await second.present(NEW)).toMatchObject({ reason: 'client_attempts_exceeded' });
    expect(await first.wrongly(1)).toEqual(['client_attempts_exceeded']);
    expect(await first.present(NEW)).toMatchObject({ reason: 'client_attempts_exceeded' });
  });

  it('says how long to wait', async () => {
    const { present } = aProcess({ count: async () => ({ within: false, full: 'actor:x', retryAfter: seconds(40) }) });
    expect(await present('wrong')).toEqual({ reason: 'client_attempts_exceeded', retryAfter: 40 });
    expect(await present(NEW)).toEqual({ reason: 'client_attempts_exceeded', retryAfter: 40 });
  });

  it('is asked for wrong secrets only, and holds neither the name nor the address', async () => {
    const { asked, present, wrongly } = aProcess();
    await present(NEW);
    expect(asked).toEqual([]);
    await wrongly(1);
    expect(asked).toEqual([
      [{ counter: expect.stringMatching(/^wrong-client-secret [0-9a-f]{64}$/), count: 20, window: 60 }],
    ]);
  });

  it('is at most a hundred writes a minute from each, whatever names are tried', async () => {
    const { asked, clock, wrongly } = aProcess();
    for (let name = 0; name < 150; name += 1) await wrongly(1, `name-${name}`);
    expect(asked).toHaveLength(100);
    clock.ms += 60_000;
    await wrongly(1);
    expect(asked).toHaveLength(101);
  });

  it('is done without where it cannot be had: the process counts by itself, and refuses all the same', async () => {
    const { wrongly } = aProcess({ count: async () => Promise.reject(new Error('down')) });
    expect(await wrongly(21)).toEqual([...Array(20).fill(WRONG), 'client_attempts_exceeded']);
  });
});

it('keeps at most 10,000 clients and addresses, and longest the one that is blocked', async () => {
  const clock = { now: () => NOW };
  const counted = wrongSecrets(clock, { count: async () => ({ within: true }) });
  for (let times = 0; times < 20; times += 1) await counted.count('first', HERE);
  for (let name = 0; name < 10_001; name += 1) await counted.count(`name-${name}`, HERE);
  expect(counted.blockedFor('first', HERE)).toBe(60);
});
