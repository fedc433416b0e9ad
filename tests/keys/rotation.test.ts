import { describe, expect, it } from '@jest/globals';
import { tokenSigner } from '../../lib/aws/secrets-manager/token-signer.ts';
import { systemRandom } from '../../lib/host/random.ts';
import { verifySignature } from '../../lib/identity/oidc/signature.ts';
import type { JsonObject } from '../../lib/json.ts';
import { parseRing, publicKeys } from '../../lib/keys/ring.ts';
import { rotatedSigningKeys } from '../../lib/keys/rotate-signing-keys.ts';
import { type RotatingSecret, type RotationStep, rotate } from '../../lib/keys/rotation.ts';
import { makeSigningKey } from '../../lib/keys/signing-key.ts';
import type { SigningAlgorithm } from '../../lib/ports/keys.ts';
import { parsed } from '../identity/broker-token/fixtures.ts';

const STEPS: readonly RotationStep[] = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
const signal = new AbortController().signal;

/** A secret as Secrets Manager keeps it: versions with stages. */
function fakeSecret(first: string) {
  const values = new Map([['v0', first]]);
  const stages = new Map<string, readonly string[]>([['v0', ['AWSCURRENT']]]);
  const secret: RotatingSecret = {
    stages: async () => new Map(stages),
    read: async (_, version) => {
      const id = 'id' in version ? version.id : [...stages].find(([, names]) => names.includes(version.stage))?.[0];
      return (id === undefined ? undefined : values.get(id)) ?? null;
    },
    putPending: async (_, id, value) => void values.set(id, value),
    promote: async (_, id, from) => {
      if (from !== null) stages.set(from, ['AWSPREVIOUS']);
      stages.set(id, ['AWSCURRENT']);
    },
  };
  const begin = (id: string) => void stages.set(id, ['AWSPENDING']);
  const current = () => values.get([...stages].find(([, names]) => names.includes('AWSCURRENT'))?.[0] ?? '') ?? '';
  return { secret, begin, current, stages, values };
}

function signingKeys(algorithm: SigningAlgorithm = 'ES256') {
  const published: (readonly JsonObject[])[] = [];
  const rotated = rotatedSigningKeys({
    makeKey: () => makeSigningKey(algorithm, systemRandom),
    publish: async (keys) => void published.push(keys),
  });
  return { rotated, published };
}

const event = (Step: RotationStep, ClientRequestToken: string) => ({ SecretId: 'ring', ClientRequestToken, Step });
const ids = (keys: readonly JsonObject[]) => keys.map((key) => key['kid']);
const ringOf = (text: string) => {
  const ring = parseRing(text);
  if (ring === null) throw new TypeError('no ring');
  return ring;
};

async function turn(kept: ReturnType<typeof fakeSecret>, keys: ReturnType<typeof signingKeys>, id: string) {
  kept.begin(id);
  for (const step of STEPS) await rotate(event(step, id), kept.secret, keys.rotated);
  return ringOf(kept.current());
}

describe('the ring of signing keys', () => {
  it('publishes a key a whole period before it signs, and for one after', async () => {
    const [kept, keys] = [fakeSecret('{}'), signingKeys()];
    const first = await turn(kept, keys, 'v1');
    const second = await turn(kept, keys, 'v2');
    const third = await turn(kept, keys, 'v3');
    expect(first.previous).toBeNull();
    expect(second.current['kid']).toBe(first.next['kid']);
    expect(second.previous?.['kid']).toBe(first.current['kid']);
    expect(third.current['kid']).toBe(second.next['kid']);
    expect(ids(keys.published[1] ?? [])).toContain(third.current['kid']);
    expect(ids(keys.published[2] ?? [])).not.toContain(first.current['kid']);
    expect(ids(keys.published[2] ?? [])).toEqual(ids(publicKeys(third)));
  });

  it('publishes before the new version is in force, and nothing private', async () => {
    const [kept, keys] = [fakeSecret('{}'), signingKeys()];
    await turn(kept, keys, 'v1');
    kept.begin('v2');
    const before = kept.current();
    await rotate(event('createSecret', 'v2'), kept.secret, keys.rotated);
    await rotate(event('setSecret', 'v2'), kept.secret, keys.rotated);
    expect(kept.current()).toBe(before);
    const pending = ringOf(kept.values.get('v2') ?? '');
    expect(ids(keys.published[1] ?? [])).toEqual(ids([pending.current, pending.next, ringOf(before).current]));
    for (const key of keys.published.flat()) {
      expect(Object.keys(key).filter((member) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(member))).toEqual([]);
      expect(key).toMatchObject({ use: 'sig', alg: 'ES256', kid: expect.any(String) });
    }
  });

  it('takes each step again without harm, as Secrets Manager repeats them', async () => {
    const [kept, keys] = [fakeSecret('{}'), signingKeys()];
    await turn(kept, keys, 'v1');
    kept.begin('v2');
    for (const step of STEPS) {
      await rotate(event(step, 'v2'), kept.secret, keys.rotated);
      const once = kept.values.get('v2');
      await rotate(event(step, 'v2'), kept.secret, keys.rotated);
      expect(kept.values.get('v2')).toBe(once);
    }
    expect(kept.stages.get('v2')).toEqual(['AWSCURRENT']);
  });

  it.each([
    ['a version that is none of the secret', () => {}],
    ['a version that is not pending', (kept: ReturnType<typeof fakeSecret>) => void kept.stages.set('v9', ['OTHER'])],
  ])('refuses %s', async (_, prepare) => {
    const [kept, keys] = [fakeSecret('{}'), signingKeys()];
    prepare(kept);
    await expect(rotate(event('createSecret', 'v9'), kept.secret, keys.rotated)).rejects.toMatchObject({
      dependency: 'secrets',
    });
  });

  it.each(['', 'null', '[]', '{}', '{"next":{},"current":{},"previous":null}', 'x'])('is not %j', (text) => {
    expect(parseRing(text)).toBeNull();
  });

  it('fails its test, and is not put in force, where the public half does not fit', async () => {
    const [kept, keys] = [fakeSecret('{}'), signingKeys()];
    const ring = await turn(kept, keys, 'v1');
    const broken = { ...ring, current: { ...ring.current, x: ring.next['x'] ?? '', y: ring.next['y'] ?? '' } };
    await expect(keys.rotated.test(JSON.stringify(broken))).rejects.toThrow();
  });
});

describe('the signer of broker tokens', () => {
  it.each(['ES256', 'EdDSA', 'RS256'] as const)(
    'signs with the current key under %s, and the published one verifies',
    async (algorithm) => {
      const [kept, keys] = [fakeSecret('{}'), signingKeys(algorithm)];
      const ring = await turn(kept, keys, 'v1');
      const current = { value: kept.current(), versionId: 'v1', tags: {} };
      const signer = tokenSigner(async () => ({ read: async () => ({ current, previous: null }) }), 'ring');
      const jwt = parsed(await signer.sign('at+jwt', { iss: 'x', text: 'é' }, signal));
      expect(jwt.header).toEqual({ alg: algorithm, kid: ring.current['kid'], typ: 'at+jwt' });
      expect(jwt.unverified).toEqual({ iss: 'x', text: 'é' });
      const verified = await verifySignature(jwt, keys.published[0] ?? [], [algorithm]);
      expect(verified.ok && verified.value['kid']).toBe(ring.current['kid']);
    },
  );

  it('takes the next ring as soon as the secret has it', async () => {
    const [kept, keys] = [fakeSecret('{}'), signingKeys()];
    const secrets = {
      read: async () => ({ current: { value: kept.current(), versionId: kept.current(), tags: {} }, previous: null }),
    };
    const signer = tokenSigner(async () => secrets, 'ring');
    const first = await turn(kept, keys, 'v1');
    expect(parsed(await signer.sign('at+jwt', {}, signal)).header.kid).toBe(first.current['kid']);
    const second = await turn(kept, keys, 'v2');
    expect(parsed(await signer.sign('at+jwt', {}, signal)).header.kid).toBe(second.current['kid']);
  });

  it.each([
    ['there is no secret', null],
    ['it was not rotated yet', '{}'],
    ['its algorithm is not that of the key', 'mismatch'],
    ['its key is none', 'broken'],
  ])('signs nothing where %s', async (_, value) => {
    const key = await makeSigningKey('ES256', systemRandom);
    const ring = (current: JsonObject) => JSON.stringify({ current, next: key, previous: null });
    const text =
      value === 'mismatch' ? ring({ ...key, alg: 'RS256' }) : value === 'broken' ? ring({ ...key, x: 'AA' }) : value;
    const secret = text === null ? null : { current: { value: text, versionId: 'v', tags: {} }, previous: null };
    const signer = tokenSigner(async () => ({ read: async () => secret }), 'ring');
    await expect(signer.sign('at+jwt', {}, signal)).rejects.toMatchObject({ dependency: 'secrets' });
  });
});
