import { describe, expect, it } from '@jest/globals';
import { verifyClient } from '../../../lib/identity/client/verify-client.ts';
import { Fault } from '../../../lib/outcome.ts';
import { epochMilliseconds, seconds } from '../../../lib/time.ts';
import { NOW } from '../../fakes/world.ts';
import { client, contextOf, fakeSecrets, HOUR, keyPair, NEW, OLD, rotated } from './fixtures.ts';

const NAME = 'token-broker/clients/nightly-bot';
const bot = (overlap = HOUR) => client('nightly-bot', { method: 'secret', secret: NAME, overlap });
const basic = (secret: string, name = 'nightly-bot') =>
  ({ method: 'client_secret_basic', client: name, secret }) as const;

const present = async (secret: string, retiredMsAgo: number | null, overlap = HOUR) => {
  const { secrets } = fakeSecrets({ [NAME]: rotated(retiredMsAgo) });
  return verifyClient(basic(secret), 'refuse', contextOf([bot(overlap)], { secrets }));
};
const failed = (check: string) => ({
  ok: false,
  refusal: { reason: 'client_authentication_failed', log: { check } },
});

describe('a client secret', () => {
  it('is good in its current version, which the evidence names (RFC 6749 section 2.3.1)', async () => {
    expect(await present(NEW, 0)).toEqual({
      ok: true,
      value: {
        client: 'nightly-bot',
        claims: { values: new Map([['team', 'data']]), unavailable: new Map() },
        proof: {
          kind: 'client-secret',
          issuer: null,
          tokenId: null,
          sha256: null,
          secretVersion: 'v2',
          expires: null,
        },
        reuse: null,
      },
    });
  });

  it.each([
    ['at once', 0],
    ['one second before secretOverlap ends', 3_599_000],
    ['at once where secretOverlap is 1s', 0, seconds(1)],
  ])('is good in its previous version %s', async (_, ago, overlap = HOUR) => {
    expect(await present(OLD, ago, overlap)).toMatchObject({ ok: true, value: { proof: { secretVersion: 'v1' } } });
  });

  it.each([
    ['when secretOverlap ends', 3_600_000, HOUR],
    ['one second later', 3_601_000, HOUR],
    ['at once where secretOverlap is 0s', 0, seconds(0)],
    ['at once where secretOverlap is 0s and the other clock is ahead', -500, seconds(0)],
    ['where nobody knows since when it is retired', null, HOUR],
  ])('is over in its previous version %s', async (_, ago, overlap) => {
    expect(await present(OLD, ago, overlap)).toEqual(failed('client_secret_retired'));
  });

  it('is good in the body of the form too', async () => {
    const { secrets } = fakeSecrets({ [NAME]: rotated(0) });
    const proof = { ...basic(NEW), method: 'client_secret_post' } as const;
    expect(await verifyClient(proof, 'refuse', contextOf([bot()], { secrets }))).toMatchObject({ ok: true });
  });

  it('is good as it was written too, where the program encodes nothing', async () => {
    const secret = 'Zm9v+YmFyYmF6cXV4/w==';
    const stored = rotated(null);
    if (stored === null) throw new TypeError('there is no secret');
    const { secrets } = fakeSecrets({
      [NAME]: { ...stored, current: { ...stored.current, value: secret }, previous: null },
    });
    const verdict = async (proof: object) =>
      (await verifyClient({ ...basic('Zm9v YmFyYmF6cXV4/w=='), ...proof }, 'refuse', contextOf([bot()], { secrets })))
        .ok;
    expect(await verdict({ written: secret })).toBe(true);
    expect(await verdict({ written: `${secret}=` })).toBe(false);
    expect(await verdict({})).toBe(false);
  });

  it.each(['', NEW.slice(1), `${NEW}r`, NEW.toUpperCase(), `${NEW} `])('is none where it is %j', async (secret) => {
    expect(await present(secret, 0)).toEqual(failed('client_secret_wrong'));
  });

  it.each([`${NEW}\n`, `${NEW}\r\n`])('is good with the end of its line too: %j', async (secret) => {
    expect(await present(secret, 0)).toMatchObject({ ok: true });
  });

  it('that was stored with the end of its line is good without it', async () => {
    const { secrets } = fakeSecrets({
      [NAME]: { current: { value: `${NEW}\r\n`, versionId: 'v1', tags: {} }, previous: null },
    });
    const verdict = async (secret: string) =>
      (await verifyClient(basic(secret), 'refuse', contextOf([bot()], { secrets }))).ok;
    expect([await verdict(NEW), await verdict(`${NEW}\n`), await verdict(`${NEW}\n\n`)]).toEqual([true, true, false]);
  });

  it('that is a JSON object is good as a whole, and the log says why what is in it is wrong', async () => {
    const value = JSON.stringify({ client_secret: NEW });
    const { secrets } = fakeSecrets({
      [NAME]: { current: { value, versionId: 'v1', tags: {} }, previous: null },
    });
    const verdict = (secret: string) => verifyClient(basic(secret), 'refuse', contextOf([bot()], { secrets }));
    expect(await verdict(NEW)).toEqual(failed('client_secret_json'));
    expect(await verdict(value)).toMatchObject({ ok: true });
  });

  it.each([
    ['', 'client_secret_wrong'],
    ['a', 'client_secret_too_short'],
    ['x'.repeat(15), 'client_secret_too_short'],
    [`${'x'.repeat(15)}\n`, 'client_secret_too_short'],
    [`${'x'.repeat(16)}\n`, 'accepted'],
    ['\n', 'client_secret_wrong'],
    ['😀'.repeat(15), 'client_secret_too_short'],
    ['x'.repeat(16), 'accepted'],
    ['😀'.repeat(16), 'accepted'],
  ])('%j in Secrets Manager, rightly presented: %s', async (value, expected) => {
    const stored = { current: { value, versionId: 'v1', tags: {} }, previous: null };
    const { secrets } = fakeSecrets({ [NAME]: stored });
    const outcome = await verifyClient(basic(value), 'refuse', contextOf([bot()], { secrets }));
    expect(outcome.ok ? 'accepted' : outcome.refusal.log?.check).toBe(expected);
  });

  it('is judged by its own length in the previous version too', async () => {
    const stored = rotated(0);
    const withPrevious = (value: string) => ({
      ...stored,
      previous: { value, versionId: 'v1', tags: {}, retiredAt: epochMilliseconds(NOW) },
    });
    const check = async (value: string) => {
      const { secrets } = fakeSecrets({ [NAME]: withPrevious(value) as typeof stored });
      const outcome = await verifyClient(basic(value), 'refuse', contextOf([bot()], { secrets }));
      return outcome.ok ? 'accepted' : outcome.refusal.log?.check;
    };
    expect(await check('x'.repeat(15))).toBe('client_secret_too_short');
    expect(await check('x'.repeat(16))).toBe('accepted');
  });

  it('is no copy as old as secretOverlap, and is read afresh where it does not fit', async () => {
    const { secrets, reads } = fakeSecrets({ [NAME]: rotated(0) });
    await verifyClient(basic(NEW), 'refuse', contextOf([bot(seconds(0))], { secrets }));
    expect(reads).toEqual([[NAME, 0]]);
    await verifyClient(basic('wrong'), 'refuse', contextOf([bot()], { secrets }));
    expect(reads.slice(1)).toEqual([
      [NAME, 3_600_000],
      [NAME, 'fresh'],
    ]);
  });

  it('that was just rotated is good at once, though the copy is older', async () => {
    const versions = [{ current: { value: OLD, versionId: 'v1', tags: {} }, previous: null }, rotated(0)];
    const secrets = { read: async () => versions.shift() ?? null };
    const outcome = await verifyClient(basic(NEW), 'refuse', contextOf([bot()], { secrets }));
    expect(outcome).toMatchObject({ ok: true, value: { proof: { secretVersion: 'v2' } } });
  });

  it('of an unknown client is refused as a wrong one of a known client is, after the same reads', async () => {
    const known = fakeSecrets({ [NAME]: rotated(0) });
    const unknown = fakeSecrets({});
    const wrong = await verifyClient(
      basic('wrong'),
      'refuse',
      contextOf([bot(seconds(86_400))], { secrets: known.secrets }),
    );
    const nobody = await verifyClient(basic('wrong', 'nobody'), 'refuse', contextOf([], { secrets: unknown.secrets }));
    expect(wrong).toEqual(failed('client_secret_wrong'));
    expect(nobody).toEqual(failed('client_unknown'));
    expect(unknown.reads.map(([, age]) => age)).toEqual(known.reads.map(([, age]) => age));
  });

  it('of whatever name that nobody has reads one shared name, which no client can have', async () => {
    const { secrets, reads } = fakeSecrets({});
    for (const name of ['nobody', 'nobody-2', '', '../other/secret', 'x'.repeat(10_000)]) {
      await verifyClient(basic('x', name), 'refuse', contextOf([], { secrets }));
    }
    expect(new Set(reads.map(([name]) => name))).toEqual(new Set(['token-broker/clients/-']));
  });

  it('does not let in a client that is registered with keys', async () => {
    const { jwk } = await keyPair('k1');
    const keyed = client('nightly-bot', { method: 'jwks', jwks: { keys: [jwk] }, audience: 'issuer' });
    const { secrets } = fakeSecrets({ [NAME]: rotated(0) });
    const outcome = await verifyClient(basic(NEW), 'refuse', contextOf([keyed], { secrets }));
    expect(outcome).toEqual(failed('client_unknown'));
  });

  it('that is not there refuses, and one that cannot be read is a fault, never an allow', async () => {
    const absent = await verifyClient(basic(NEW), 'refuse', contextOf([bot()]));
    expect(absent).toEqual(failed('client_secret_absent'));
    const secrets = { read: async () => Promise.reject(new Fault('secrets', 'down')) };
    await expect(verifyClient(basic(NEW), 'refuse', contextOf([bot()], { secrets }))).rejects.toMatchObject({
      dependency: 'secrets',
    });
  });
});

describe('the time of a refusal', () => {
  const slow = (calls: number, takesMs: number) => {
    const clock = { ms: NOW as number };
    const waits: number[] = [];
    const ports = {
      clock: { now: () => epochMilliseconds(clock.ms) },
      pauses: {
        wait: async (length: number) => {
          waits.push(length);
          return true;
        },
      },
      secrets: {
        read: async () => {
          clock.ms += takesMs / calls;
          return rotated(0);
        },
      },
    };
    return { ports, waits };
  };

  it.each([
    ['a wrong secret, read in no time', 0, [100]],
    ['a wrong secret, read in 30 ms', 30, [70]],
    ['a wrong secret, read in 99 ms', 99, [1]],
    ['a wrong secret, read in 100 ms', 100, []],
    ['a wrong secret, read in 300 ms', 300, []],
    ['a clock that was set back', -5_000, [100]],
  ])('is the same however long its reads took: %s', async (_, takesMs, expected) => {
    const { ports, waits } = slow(2, takesMs);
    await verifyClient(basic('wrong'), 'refuse', contextOf([bot()], ports));
    expect(waits).toEqual(expected);
  });

  it('is that of a wrong secret for every other check that a client fails', async () => {
    const { ports, waits } = slow(1, 0);
    const { jwk } = await keyPair('k1');
    const keyed = client('keyed', { method: 'jwks', jwks: { keys: [jwk] }, audience: 'issuer' });
    const clients = [bot(), keyed];
    for (const proof of [
      basic('wrong'),
      basic('wrong', 'nobody'),
      basic('wrong', 'keyed'),
      { method: 'private_key_jwt', client: null, assertion: 'x' },
      { method: 'none', client: 'nobody' },
    ] as const) {
      expect(await verifyClient(proof, 'accept', contextOf(clients, ports))).toMatchObject({ ok: false });
    }
    expect(waits).toEqual([100, 100, 100, 100, 100]);
  });

  it('is no part of an answer to a right secret', async () => {
    const { ports, waits } = slow(1, 0);
    expect(await verifyClient(basic(NEW), 'refuse', contextOf([bot()], ports))).toMatchObject({ ok: true });
    expect(waits).toEqual([]);
  });
});

describe('a public client', () => {
  const cli = client('cli', { method: 'public' });
  const none = (name: string) => ({ method: 'none', client: name }) as const;

  it('is known by its name where its grant proves the rest', async () => {
    expect(await verifyClient(none('cli'), 'accept', contextOf([cli]))).toMatchObject({
      ok: true,
      value: {
        client: 'cli',
        proof: { kind: 'client-secret', issuer: null, tokenId: null, sha256: null, expires: null },
        reuse: null,
      },
    });
  });

  it('may do nothing else', async () => {
    expect(await verifyClient(none('cli'), 'refuse', contextOf([cli]))).toMatchObject({
      ok: false,
      refusal: { reason: 'client_not_permitted' },
    });
  });

  it.each([
    ['a client with a secret', 'nightly-bot'],
    ['nobody', 'nobody'],
  ])('is not %s that leaves its secret out', async (_, name) => {
    expect(await verifyClient(none(name), 'accept', contextOf([bot()]))).toEqual(failed('client_secret_missing'));
  });
});
