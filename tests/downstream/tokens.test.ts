import { describe, expect, it } from '@jest/globals';
import type { DownstreamRequest } from '../../lib/downstream/downstream-request.ts';
import { downstreamTokens } from '../../lib/downstream/tokens.ts';
import { Fault } from '../../lib/outcome.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import { answer, aRequest, clientGrant, downstreamWorld, good, NOW, SECRET, signal } from './provider.ts';

/** Numbers its tokens, so that one that was kept is known. */
const numbered = (more: Record<string, unknown> = {}) =>
  downstreamWorld((_, number) => good({ access_token: `token-${number}`, ...more }));

async function tokenOf(tokens: ReturnType<typeof downstreamTokens>, request: DownstreamRequest = aRequest()) {
  const outcome = await tokens.get(request, signal);
  return outcome.ok ? [outcome.value.token.token, outcome.value.cached] : outcome.refusal.reason;
}

describe('a token that is kept', () => {
  it('is handed out again for the same request, and at hand without asking', async () => {
    const world = numbered();
    const tokens = downstreamTokens(world.ports);
    expect(await tokens.atHand(aRequest(), signal)).toBeNull();
    expect(await tokenOf(tokens)).toEqual(['token-1', false]);
    expect(await tokenOf(tokens, aRequest({ issuance: 'iss_another' }))).toEqual(['token-1', true]);
    expect(await tokens.atHand(aRequest(), signal)).toMatchObject({ cached: true, token: { token: 'token-1' } });
    expect(world.asked).toHaveLength(1);
  });

  const proof = { token: 'p', tokenType: 't', sha256: 'ab', expires: epochSeconds(NOW + 3600) };
  it.each<[string, Partial<DownstreamRequest>]>([
    ['another endpoint', { grant: clientGrant({ tokenEndpoint: 'https://login.example.com/other' }) }],
    ['another client', { grant: clientGrant({ client: { ...clientGrant().client, clientId: 'other' } }) }],
    [
      'another way to authenticate',
      { grant: clientGrant({ client: { ...clientGrant().client, authentication: 'client_secret_post' } }) },
    ],
    ['another resource', { grant: clientGrant({ resource: 'https://api.example.com' }) }],
    ['another rule for addresses', { grant: clientGrant({ allowPrivateAddress: true }) }],
    ['a narrower scope', { scope: 'reports:read' }],
    ['another audience', { audience: 'https://api.example.com' }],
    ['another asserted subject', { subject: 'github:repo:acme/api' }],
    ['another asserted actor', { act: { sub: 'client:agent' } }],
    ['another connection of the same subject', { identity: [['connection', 'gitlab', 'repo:acme/web'], null, null] }],
    ['another subject', { identity: [['connection', 'github', 'repo:acme/api'], null, null] }],
    ['an actor', { identity: [['connection', 'github', 'repo:acme/web'], ['client', null, 'agent', 'agent'], null] }],
    ['a forwarded proof', { proof }],
  ])('is not for %s', async (_, more) => {
    const world = numbered();
    const tokens = downstreamTokens(world.ports);
    await tokenOf(tokens);
    expect(await tokenOf(tokens, aRequest(more))).toEqual(['token-2', false]);
  });

  it('is not for another forwarded proof of the same subject', async () => {
    const world = numbered();
    const tokens = downstreamTokens(world.ports);
    await tokenOf(tokens, aRequest({ proof }));
    expect(await tokenOf(tokens, aRequest({ proof: { ...proof, sha256: 'cd' } }))).toEqual(['token-2', false]);
    expect(await tokenOf(tokens, aRequest({ proof }))).toEqual(['token-1', true]);
  });

  it.each([
    ['ten per cent, of an hour', 3600, 3240],
    ['60 s, where that is more', 300, 240],
    ['60 s of ten minutes, which is both', 600, 540],
  ])('is dropped with %s left', async (_, life, usable) => {
    const world = numbered({ expires_in: life });
    const tokens = downstreamTokens(world.ports);
    await tokenOf(tokens);
    world.clock.now += (usable - 1) * 1000;
    expect(await tokenOf(tokens)).toEqual(['token-1', true]);
    world.clock.now += 1000;
    expect(await tokenOf(tokens)).toEqual(['token-2', false]);
  });

  it('is not kept at all where it lives for a minute', async () => {
    const world = numbered({ expires_in: 60 });
    const tokens = downstreamTokens(world.ports);
    await tokenOf(tokens);
    expect(await tokenOf(tokens)).toEqual(['token-2', false]);
  });

  it('lives no longer than the proof that was forwarded for it', async () => {
    const world = numbered();
    const tokens = downstreamTokens(world.ports);
    const request = aRequest({ proof: { ...proof, expires: epochSeconds(NOW + 100) } });
    await tokenOf(tokens, request);
    world.clock.now += 99_000;
    expect(await tokenOf(tokens, request)).toEqual(['token-1', true]);
    world.clock.now += 1_000;
    expect(await tokenOf(tokens, request)).toEqual(['token-2', false]);
  });

  it('has an end that the server said: one that is assumed is not kept', async () => {
    const world = numbered({ expires_in: undefined });
    const tokens = downstreamTokens(world.ports);
    const request = aRequest({ grant: clientGrant({ expiresIn: seconds(7200) }) });
    await tokenOf(tokens, request);
    expect(await tokenOf(tokens, request)).toEqual(['token-2', false]);
  });

  it('is not used by a clock that went back', async () => {
    const world = numbered();
    const tokens = downstreamTokens(world.ports);
    await tokenOf(tokens);
    world.clock.now -= 1;
    expect(await tokenOf(tokens)).toEqual(['token-2', false]);
  });

  it('is not used once the secret was rotated', async () => {
    const world = numbered();
    const tokens = downstreamTokens(world.ports);
    await tokenOf(tokens);
    world.secrets.set(SECRET, { current: 'n3w', previous: 's3cret', host: 'login.example.com' });
    expect(await tokenOf(tokens)).toEqual(['token-2', false]);
  });

  it('is no refusal', async () => {
    const world = downstreamWorld((_, number) => (number === 1 ? answer(400, { error: 'invalid_scope' }) : good()));
    const tokens = downstreamTokens(world.ports);
    expect(await tokenOf(tokens)).toBe('provider_refused');
    expect(await tokenOf(tokens)).toEqual(['a-token', false]);
  });
});

describe('concurrent callers', () => {
  it('with one request share one fetch: 200 callers, one request', async () => {
    const world = downstreamWorld(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return good();
    });
    const tokens = downstreamTokens(world.ports);
    const all = await Promise.all(Array.from({ length: 200 }, () => tokenOf(tokens)));
    expect(world.asked).toHaveLength(1);
    expect(all.filter(([, cached]) => cached === false)).toHaveLength(1);
    expect(new Set(all.map(([token]) => token))).toEqual(new Set(['a-token']));
  });

  it('wait no longer than their own deadline, and the fetch goes on for the others', async () => {
    const gate: { open: () => void } = { open: () => undefined };
    const world = downstreamWorld(
      () =>
        new Promise((resolve) => {
          gate.open = () => resolve(good());
        }),
    );
    const tokens = downstreamTokens(world.ports);
    const hasty = new AbortController();
    const first = tokens.get(aRequest(), hasty.signal);
    const second = tokens.get(aRequest(), signal);
    await new Promise((resolve) => setImmediate(resolve));
    hasty.abort();
    expect(await first).toMatchObject({ refusal: { reason: 'provider_timeout' } });
    gate.open();
    expect(await second).toMatchObject({ ok: true });
  });
});

describe('the secret of the client', () => {
  const accepts = (...known: string[]) =>
    downstreamWorld((request) => {
      const [, secret = ''] = Buffer.from(request.headers?.['authorization']?.slice(6) ?? '', 'base64')
        .toString()
        .split(':');
      return known.includes(secret) ? good({ access_token: `by-${secret}` }) : answer(401, { error: 'invalid_client' });
    });

  it.each([
    ['the current version', ['new', 'old'], 'by-new', 1],
    ['the previous one, where the server does not know the current one yet', ['old'], 'by-old', 2],
  ])('is %s', async (_, known, token, times) => {
    const world = accepts(...known);
    world.secrets.set(SECRET, { current: 'new', previous: 'old', host: 'login.example.com' });
    expect(await tokenOf(downstreamTokens(world.ports))).toEqual([token, false]);
    expect(world.asked).toHaveLength(times);
  });

  it('is read anew where the server refuses every version that was kept: a rotation may be younger than the copy', async () => {
    const world = accepts('newest');
    world.secrets.set(SECRET, { current: 'newest', previous: 'new', host: 'login.example.com' });
    world.stale.set(SECRET, { current: 'new', previous: 'old', host: 'login.example.com' });
    const outcome = await downstreamTokens(world.ports).get(aRequest(), signal);
    expect(outcome).toMatchObject({
      ok: true,
      value: { token: { token: 'by-newest', secretVersion: 'version-of-newest' } },
    });
    expect(world.asked).toHaveLength(3);
  });

  it('is refused after every version, once each', async () => {
    const world = accepts();
    world.secrets.set(SECRET, { current: 'new', previous: 'old', host: 'login.example.com' });
    expect(await tokenOf(downstreamTokens(world.ports))).toBe('provider_client_refused');
    expect(world.asked).toHaveLength(2);
    expect(world.reads).toEqual(['cached', 'fresh']);
  });

  it('is not tried in an older version for what is no matter of the client', async () => {
    const world = downstreamWorld(() => answer(400, { error: 'invalid_scope' }));
    world.secrets.set(SECRET, { current: 'new', previous: 'old', host: 'login.example.com' });
    expect(await tokenOf(downstreamTokens(world.ports))).toBe('provider_refused');
    expect(world.asked).toHaveLength(1);
  });

  it.each([
    ['another host', 'evil.example', 'downstream_secret_host'],
    ['no tag', null, 'downstream_secret_host'],
    ['a host that only ends like it', 'x.login.example.com', 'downstream_secret_host'],
    ['the host with a port', 'login.example.com:443', 'downstream_secret_host'],
  ])('is sent nowhere with %s', async (_, host, reason) => {
    const world = numbered();
    world.secrets.set(SECRET, { current: 's3cret', previous: null, host });
    expect(await tokenOf(downstreamTokens(world.ports))).toBe(reason);
    expect(world.asked).toHaveLength(0);
  });

  it.each([
    ['https://login.example.com:8443/token', 'login.example.com:8443', true],
    ['https://login.example.com:8443/token', 'login.example.com', false],
    ['https://login.example.com:443/token', 'login.example.com', true],
    ['https://login.example.com/token', 'LOGIN.example.com', true],
    ['http://127.0.0.1:4000/token', '127.0.0.1:4000', true],
    ['http://127.0.0.1/token', '127.0.0.1:80', true],
    ['http://127.0.0.1/token', '127.0.0.1', false],
  ])('for %s has the tag %s: %s', async (tokenEndpoint, host, sent) => {
    const world = numbered();
    world.secrets.set(SECRET, { current: 's3cret', previous: null, host });
    await tokenOf(downstreamTokens(world.ports), aRequest({ grant: clientGrant({ tokenEndpoint }) }));
    expect(world.asked).toHaveLength(sent ? 1 : 0);
  });

  it('that does not exist is a refusal of its own', async () => {
    const world = numbered();
    world.secrets.clear();
    expect(await tokenOf(downstreamTokens(world.ports))).toBe('downstream_secret_missing');
    expect(world.asked).toHaveLength(0);
  });

  it('that cannot be read is an outage of ours; nothing is at hand then', async () => {
    const world = numbered();
    const read = async () => {
      throw new Fault('secrets', 'down');
    };
    const tokens = downstreamTokens({ ...world.ports, secrets: { read } });
    expect(await tokens.atHand(aRequest(), signal)).toBeNull();
    await expect(tokens.get(aRequest(), signal)).rejects.toMatchObject({ dependency: 'secrets' });
  });
});
