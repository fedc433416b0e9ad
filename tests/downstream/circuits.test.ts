import { describe, expect, it } from '@jest/globals';
import { ask } from '../../lib/downstream/ask.ts';
import { Circuits } from '../../lib/downstream/circuits.ts';
import type { DownstreamRequest } from '../../lib/downstream/downstream-request.ts';
import { downstreamTokens } from '../../lib/downstream/tokens.ts';
import type { FetchResult } from '../../lib/ports/documents.ts';
import { epochMilliseconds, epochSeconds } from '../../lib/time.ts';
import { answer, aRequest, clientGrant, downstreamWorld, ENDPOINT, good, NOW, SECRET, signal } from './provider.ts';

const lost = (problem: 'network' | 'timeout', connected?: false): FetchResult => ({
  ok: false,
  problem,
  cause: 'x',
  ...(connected === undefined ? {} : { connected }),
});

/** A world whose server answers `result` until it is said to be healthy, and the tokens over it. */
function failing(result: FetchResult) {
  const state = { healthy: false };
  const world = downstreamWorld(() => (state.healthy ? good() : result));
  const tokens = downstreamTokens(world.ports);
  const get = async (request: DownstreamRequest = aRequest()) => {
    const before = world.asked.length;
    const outcome = await tokens.get(request, signal);
    return { outcome, asked: world.asked.length - before };
  };
  return { state, world, get };
}

/** Asks until nobody is asked any more. */
async function opened(result: FetchResult, request: DownstreamRequest = aRequest()) {
  const made = failing(result);
  for (let asked = 1; asked > 0; ) ({ asked } = await made.get(request));
  return made;
}

const proof = { token: 'p', tokenType: 't', sha256: 'ab', expires: epochSeconds(NOW + 300) };

/** Everything that a caller's claims, proof or identity can make of a request, and what a configuration can. */
const OTHERS: readonly (readonly [string, Partial<DownstreamRequest>])[] = [
  ['scope', { scope: 'reports:read' }],
  ['audience', { audience: 'another' }],
  ['subject', { subject: 'github:repo:acme/api' }],
  ['actor', { act: { sub: 'client:agent' } }],
  ['identity', { identity: [['connection', 'github', 'repo:acme/api'], null, null] }],
  ['forwarded proof', { proof: { ...proof, sha256: 'cd' } }],
  ['resource', { grant: clientGrant({ resource: 'https://api.example.com' }) }],
];

describe('the circuit of a request', () => {
  it.each([
    ['500', answer(500, '')],
    ['503', answer(503, '')],
    ['a connection that breaks when the request was sent', lost('network')],
    ['no answer in time', lost('timeout')],
  ])('opens at the fifth failure in a row, and nobody is asked for ten seconds: %s', async (_, result) => {
    const { world, get } = await opened(result);
    expect(world.asked).toHaveLength(5);
    expect(await get()).toMatchObject({ outcome: { refusal: { reason: 'provider_circuit_open', retryAfter: 10 } } });
    world.clock.now += 9_999;
    expect(await get()).toMatchObject({ outcome: { refusal: { reason: 'provider_circuit_open', retryAfter: 1 } } });
    expect(world.asked).toHaveLength(5);
  });

  it.each(OTHERS)('shuts out no request with another %s', async (_, other) => {
    for (const result of [answer(500, ''), lost('network'), lost('timeout')]) {
      const { get, state } = await opened(result, aRequest({ proof }));
      state.healthy = true;
      expect(await get(aRequest({ proof, ...other }))).toMatchObject({ outcome: { ok: true }, asked: 1 });
    }
  });

  it('shuts nobody out however many requests of others fail', async () => {
    const { get, state } = failing(answer(500, ''));
    for (let count = 0; count < 20; count += 1) {
      for (let twice = 0; twice < 2; twice += 1) await get(aRequest({ audience: `shaped-${count}` }));
    }
    state.healthy = true;
    expect(await get()).toMatchObject({ outcome: { ok: true }, asked: 1 });
  });

  it('lets one request try after that, and closes if it succeeds', async () => {
    const { state, world, get } = await opened(answer(500, ''));
    world.clock.now += 10_000;
    state.healthy = true;
    expect(await get()).toMatchObject({ outcome: { ok: true }, asked: 1 });
    state.healthy = false;
    world.clock.now += 3_600_000;
    expect((await get()).asked).toBe(3);
  });

  it('opens again at once if that one fails', async () => {
    const { world, get } = await opened(answer(500, ''));
    world.clock.now += 10_000;
    expect(await get()).toMatchObject({ outcome: { refusal: { reason: 'provider_circuit_open' } }, asked: 1 });
  });

  it('begins to count anew after an answer that the server decided on', async () => {
    let number = 0;
    const world = downstreamWorld(() => {
      number += 1;
      return number === 4 ? answer(400, { error: 'invalid_scope' }) : answer(500, '');
    });
    const tokens = downstreamTokens(world.ports);
    for (let count = 0; count < 4; count += 1) await tokens.get(aRequest(), signal);
    // Three failures, the answer, five failures.
    expect(world.asked).toHaveLength(9);
  });

  it.each([
    ['an error', answer(400, { error: 'invalid_scope' })],
    ['a limit of its own', answer(429, '', { 'retry-after': '30' })],
    ['a redirect', { ok: false, problem: 'redirect', cause: 'x' } as const],
    ['too much', { ok: false, problem: 'too-large', cause: 'x' } as const],
    ['an address that is not dialled', { ok: false, problem: 'address', cause: 'x' } as const],
  ])('does not open for %s', async (_, result) => {
    const { get, world } = failing(result);
    for (let count = 0; count < 7; count += 1) await get();
    expect(world.asked).toHaveLength(7);
  });
});

describe('the circuit of a provider', () => {
  it.each([
    ['refused, or broken in the handshake', lost('network', false)],
    ['not made in time', lost('timeout', false)],
  ])('opens for everybody when five connections in a row are %s', async (_, result) => {
    const { get, world, state } = await opened(result);
    expect(world.asked).toHaveLength(5);
    state.healthy = true;
    for (const [, other] of OTHERS) {
      expect(await get(aRequest(other))).toMatchObject({
        outcome: { refusal: { reason: 'provider_circuit_open', retryAfter: 10 } },
        asked: 0,
      });
    }
    world.clock.now += 10_000;
    expect(await get(aRequest({ audience: 'another' }))).toMatchObject({ outcome: { ok: true }, asked: 1 });
    expect(await get()).toMatchObject({ outcome: { ok: true }, asked: 1 });
  });

  it('counts the requests of all, and a connection that is made ends the row, whatever is answered', async () => {
    const results = [
      ...Array(3).fill(lost('network', false)),
      answer(500, ''),
      ...Array(4).fill(lost('network', false)),
    ];
    const world = downstreamWorld((_, number) => results[number - 1] ?? good());
    const tokens = downstreamTokens(world.ports);
    const reasons = [];
    for (const audience of ['a', 'b', 'c']) {
      const outcome = await tokens.get(aRequest({ audience }), signal);
      reasons.push(outcome.ok ? 'issued' : outcome.refusal.reason);
    }
    expect(reasons).toEqual(['provider_unavailable', 'provider_unavailable', 'issued']);
    expect(world.asked).toHaveLength(9);
  });

  it('is one for each client at each endpoint', async () => {
    const { get, state, world } = await opened(lost('network', false));
    state.healthy = true;
    world.secrets.set(SECRET, { current: 's3cret', previous: null, host: 'login.example.com' });
    const { client } = clientGrant();
    if (client === null) throw new Error('the grant has a client');
    expect(await get(aRequest({ grant: clientGrant({ client: { ...client, clientId: 'another' } }) }))).toMatchObject({
      asked: 1,
    });
    expect(await get(aRequest({ grant: clientGrant({ tokenEndpoint: `${ENDPOINT}/v2` }) }))).toMatchObject({
      asked: 1,
    });
  });

  it('does not count a connection that our own deadline cut short', async () => {
    const circuitOf = async (aborted: 'in time' | 'too late') => {
      const world = downstreamWorld(() => lost('timeout', false));
      const circuits = new Circuits();
      const circuit = { provider: 'p', request: 'r' };
      const build = async () =>
        ({ ok: true, value: { url: ENDPOINT, method: 'POST', publicAddressOnly: true } }) as const;
      const asking = { circuit, host: 'login.example.com', repeat: 'unprocessed', build } as const;
      const until = aborted === 'too late' ? AbortSignal.abort() : signal;
      for (let count = 0; count < 6; count += 1) await ask(world.ports, circuits, asking, until);
      return circuits.enter(circuit, world.ports.clock.now());
    };
    expect(await circuitOf('in time')).toBe(10);
    expect(await circuitOf('too late')).toBeNull();
  });
});

describe('what is kept of circuits', () => {
  const now = epochMilliseconds(NOW * 1_000);
  const at = (milliseconds: number) => epochMilliseconds(now + milliseconds);
  const fail = (circuits: Circuits, provider: string, request: string, end: 'failed' | 'unconnected') => {
    for (let count = 0; count < 5; count += 1) circuits.ended({ provider, request }, end, now);
  };

  it('is at most 1,000 of each kind, and no number of failing requests pushes a provider out', () => {
    const circuits = new Circuits();
    fail(circuits, 'down', '-', 'unconnected');
    fail(circuits, 'ill', 'first', 'failed');
    for (let count = 0; count < 999; count += 1) fail(circuits, 'ill', `shaped-${count}`, 'failed');
    expect(circuits.enter({ provider: 'ill', request: 'first' }, now)).toBe(10);
    fail(circuits, 'ill', 'one more', 'failed');
    expect(circuits.enter({ provider: 'ill', request: 'first' }, now)).toBeNull();
    expect(circuits.enter({ provider: 'down', request: 'any' }, now)).toBe(10);
  });

  it('takes no trial of one circuit while the other refuses', () => {
    const circuits = new Circuits();
    fail(circuits, 'p', 'r', 'failed');
    for (let count = 0; count < 5; count += 1) {
      circuits.ended({ provider: 'p', request: 'other' }, 'unconnected', at(5_000));
    }
    expect(circuits.enter({ provider: 'p', request: 'r' }, at(10_000))).toBe(5);
    expect(circuits.enter({ provider: 'p', request: 'r' }, at(15_000))).toBeNull();
    expect(circuits.enter({ provider: 'p', request: 'r' }, at(15_000))).toBe(10);
  });

  it('is not believed for longer because the clock was set back', () => {
    const circuits = new Circuits();
    fail(circuits, 'p', 'r', 'failed');
    expect(circuits.enter({ provider: 'p', request: 'r' }, at(-1))).toBeNull();
  });
});
