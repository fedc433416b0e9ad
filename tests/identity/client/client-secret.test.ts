import { describe, expect, it } from '@jest/globals';
import { verifyClient } from '../../../lib/identity/client/verify-client.ts';
import { Fault } from '../../../lib/outcome.ts';
import { seconds } from '../../../lib/time.ts';
import { client, contextOf, fakeSecrets, HOUR, keyPair, rotated } from './fixtures.ts';

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
    expect(await present('new', 0)).toEqual({
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
  ])('is good in its previous version %s', async (_, ago) => {
    expect(await present('old', ago)).toMatchObject({ ok: true, value: { proof: { secretVersion: 'v1' } } });
  });

  it.each([
    ['when secretOverlap ends', 3_600_000, HOUR],
    ['one second later', 3_601_000, HOUR],
    ['at once where secretOverlap is 0s', 0, seconds(0)],
    ['at once where secretOverlap is 0s and the other clock is ahead', -500, seconds(0)],
    ['where nobody knows since when it is retired', null, HOUR],
  ])('is over in its previous version %s', async (_, ago, overlap) => {
    expect(await present('old', ago, overlap)).toEqual(failed('client_secret_retired'));
  });

  it.each(['', 'ne', 'neww', 'New', 'new '])('is none where it is %j', async (secret) => {
    expect(await present(secret, 0)).toEqual(failed('client_secret_wrong'));
  });

  it('is none where Secrets Manager has an empty one', async () => {
    const empty = { current: { value: '', versionId: 'v1', tags: {} }, previous: null };
    const { secrets } = fakeSecrets({ [NAME]: empty });
    const outcome = await verifyClient(basic(''), 'refuse', contextOf([bot()], { secrets }));
    expect(outcome).toEqual(failed('client_secret_wrong'));
  });

  it('is no copy as old as secretOverlap, and is read afresh where it does not fit', async () => {
    const { secrets, reads } = fakeSecrets({ [NAME]: rotated(0) });
    await verifyClient(basic('new'), 'refuse', contextOf([bot(seconds(0))], { secrets }));
    expect(reads).toEqual([[NAME, 0]]);
    await verifyClient(basic('wrong'), 'refuse', contextOf([bot()], { secrets }));
    expect(reads.slice(1)).toEqual([
      [NAME, 3_600_000],
      [NAME, 'fresh'],
    ]);
  });

  it('that was just rotated is good at once, though the copy is older', async () => {
    const versions = [{ current: { value: 'old', versionId: 'v1', tags: {} }, previous: null }, rotated(0)];
    const secrets = { read: async () => versions.shift() ?? null };
    const outcome = await verifyClient(basic('new'), 'refuse', contextOf([bot()], { secrets }));
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
    expect(unknown.reads[0]?.[0]).toBe('token-broker/clients/nobody');
  });

  it('of a name that no client can have reads no secret of that name', async () => {
    const { secrets, reads } = fakeSecrets({});
    await verifyClient(basic('x', '../other/secret'), 'refuse', contextOf([], { secrets }));
    expect(new Set(reads.map(([name]) => name))).toEqual(new Set(['token-broker/clients/-']));
  });

  it('does not let in a client that is registered with keys', async () => {
    const { jwk } = await keyPair('k1');
    const keyed = client('nightly-bot', { method: 'jwks', jwks: { keys: [jwk] }, audience: 'issuer' });
    const { secrets } = fakeSecrets({ [NAME]: rotated(0) });
    const outcome = await verifyClient(basic('new'), 'refuse', contextOf([keyed], { secrets }));
    expect(outcome).toEqual(failed('client_unknown'));
  });

  it('that is not there refuses, and one that cannot be read is a fault, never an allow', async () => {
    const absent = await verifyClient(basic('new'), 'refuse', contextOf([bot()]));
    expect(absent).toEqual(failed('client_secret_absent'));
    const secrets = { read: async () => Promise.reject(new Fault('secrets', 'down')) };
    await expect(verifyClient(basic('new'), 'refuse', contextOf([bot()], { secrets }))).rejects.toMatchObject({
      dependency: 'secrets',
    });
  });
});

describe('a public client', () => {
  const cli = client('cli', { method: 'public' });
  const none = (name: string) => ({ method: 'none', client: name }) as const;

  it('is known by its name where its grant proves the rest', async () => {
    expect(await verifyClient(none('cli'), 'accept', contextOf([cli]))).toMatchObject({
      ok: true,
      value: { client: 'cli', reuse: null },
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
