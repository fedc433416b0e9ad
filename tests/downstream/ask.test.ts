import { describe, expect, it } from '@jest/globals';
import { downstreamTokens } from '../../lib/downstream/tokens.ts';
import type { FetchResult } from '../../lib/ports/documents.ts';
import { epochSeconds } from '../../lib/time.ts';
import { answer, aRequest, clientGrant, downstreamWorld, good, NOW, signal } from './provider.ts';

const failed = (problem: Extract<FetchResult, { ok: false }>['problem']): FetchResult => ({
  ok: false,
  problem,
  cause: 'x',
});
const reasonOf = (outcome: Awaited<ReturnType<ReturnType<typeof downstreamTokens>['get']>>) =>
  outcome.ok ? 'issued' : outcome.refusal.reason;

describe('a request that fails', () => {
  it.each([
    ['a broken connection', failed('network'), 3, 'provider_unavailable'],
    ['500', answer(500, ''), 3, 'provider_unavailable'],
    ['503 with a short Retry-After', answer(503, '', { 'retry-after': '2' }), 3, 'provider_unavailable'],
    ['503 with a long Retry-After', answer(503, '', { 'retry-after': '3' }), 1, 'provider_unavailable'],
    ['429', answer(429, ''), 3, 'provider_throttled'],
    ['429 with a long Retry-After', answer(429, '', { 'retry-after': '30' }), 1, 'provider_throttled'],
    ['a hang: the server may be working on it', failed('timeout'), 1, 'provider_timeout'],
    ['a redirect', failed('redirect'), 1, 'provider_redirected'],
    ['an answer that is too large', failed('too-large'), 1, 'provider_answer_too_large'],
    ['an address that is not dialled', failed('address'), 1, 'provider_address_refused'],
    ['an error that the server decided on', answer(400, { error: 'invalid_scope' }), 1, 'provider_refused'],
    ['HTML', answer(200, '<html>'), 1, 'provider_answer_invalid'],
  ])('is sent as often as may help: %s', async (_, result, times, reason) => {
    const world = downstreamWorld(() => result);
    expect(reasonOf(await downstreamTokens(world.ports).get(aRequest(), signal))).toBe(reason);
    expect(world.asked).toHaveLength(times);
  });

  it('succeeds at the next try, after a pause with jitter that doubles', async () => {
    const world = downstreamWorld((_, number) => (number < 3 ? answer(502, '') : good()));
    expect(reasonOf(await downstreamTokens(world.ports).get(aRequest(), signal))).toBe('issued');
    expect(world.waits).toEqual([200, 400]);
    const least = downstreamWorld((_, number) => (number < 2 ? answer(502, '') : good()));
    const ports = { ...least.ports, random: { bytes: (count: number) => new Uint8Array(count) } };
    await downstreamTokens(ports).get(aRequest(), signal);
    expect(least.waits).toEqual([100]);
  });

  it('tells the caller when to come again', async () => {
    const { ports } = downstreamWorld(() => answer(429, '', { 'retry-after': '30' }));
    expect(await downstreamTokens(ports).get(aRequest(), signal)).toMatchObject({ refusal: { retryAfter: 30 } });
  });

  it('is not sent again once its time is over', async () => {
    const world = downstreamWorld(() => answer(500, ''));
    const ports = { ...world.ports, pauses: { wait: async () => false } };
    expect(reasonOf(await downstreamTokens(ports).get(aRequest(), signal))).toBe('provider_unavailable');
    expect(world.asked).toHaveLength(1);
  });

  it.each([
    ['500: the server may have taken the proof', answer(500, ''), 1],
    ['a broken connection', failed('network'), 1],
    ['503', answer(503, ''), 3],
    ['429', answer(429, ''), 3],
  ])("with the caller's own proof in it, after %s, is sent as often as is safe", async (_, result, times) => {
    const proof = { token: 'p', tokenType: 't', sha256: 'ab', expires: epochSeconds(NOW + 300) };
    const world = downstreamWorld(() => result);
    await downstreamTokens(world.ports).get(aRequest({ proof }), signal);
    expect(world.asked).toHaveLength(times);
  });

  it('has a cap, a timeout, no redirects, and public addresses only', async () => {
    const world = downstreamWorld(() => good());
    await downstreamTokens(world.ports).get(aRequest(), signal);
    expect(world.asked[0]).toMatchObject({
      maxBytes: 65_536,
      timeoutMs: 5_000,
      redirects: 'none',
      publicAddressOnly: true,
    });
  });

  it.each([
    ['the grant says so', { allowPrivateAddress: true, tokenEndpoint: clientGrant().tokenEndpoint }],
    ['its URL has the address', { allowPrivateAddress: false, tokenEndpoint: 'https://10.0.0.7/token' }],
    ['its URL has an IPv6 address', { allowPrivateAddress: false, tokenEndpoint: 'https://[fd00::7]/token' }],
    [
      'it is plain http, which is loopback',
      { allowPrivateAddress: false, tokenEndpoint: 'http://localhost:4000/token' },
    ],
  ])('dials other addresses only where %s', async (_, more) => {
    const world = downstreamWorld(() => good());
    const host = new URL(more.tokenEndpoint).host;
    world.secrets.set('token-broker/downstream/example', { current: 's', previous: null, host });
    await downstreamTokens(world.ports).get(aRequest({ grant: clientGrant(more) }), signal);
    expect(world.asked[0]?.publicAddressOnly).toBe(false);
  });
});
