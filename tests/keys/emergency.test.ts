import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { ownKeys, publishOwnKeys } from '../../lib/aws/dynamodb/own-keys.ts';
import { sdkDynamoDb } from '../../lib/aws/dynamodb/sdk-client.ts';
import { systemRandom } from '../../lib/host/random.ts';
import { verifyBrokerToken } from '../../lib/identity/broker-token/verify-broker-token.ts';
import { rotatedSigningKeys } from '../../lib/keys/rotate-signing-keys.ts';
import { makeSigningKey } from '../../lib/keys/signing-key.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { NOW_SECONDS } from '../fakes/world.ts';
import { brokerToken, contextOf, parsed } from '../identity/broker-token/fixtures.ts';

const aws = mockClient(DynamoDBClient);
const table = { client: sdkDynamoDb(new DynamoDBClient({ region: 'eu-west-1' })), table: 'keys' };
const START = NOW_SECONDS * 1000;
const clock = { at: START, now: () => epochMilliseconds(clock.at) };

beforeEach(() => {
  aws.reset();
  clock.at = START;
  aws.on(PutItemCommand).callsFake(({ Item }) => {
    aws.on(GetItemCommand).resolves({ Item });
  });
});

/** A ring that was rotated once, the token that its current key signs, and the next rotations. */
async function leakedKey() {
  const rotated = rotatedSigningKeys({
    makeKey: () => makeSigningKey('ES256', systemRandom),
    publish: (keys) => publishOwnKeys(table, keys),
  });
  let ring: string | null = null;
  const rotate = async (): Promise<string> => {
    ring = await rotated.make(ring);
    await rotated.publish(ring);
    return ring;
  };
  const { current } = JSON.parse(await rotate());
  const key = await crypto.subtle.importKey('jwk', current, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  return { rotate, forged: await brokerToken(key, {}, { kid: current.kid }) };
}

/** A running function, with keys of its own in memory. Says what it makes of the token. */
function instance() {
  const context = contextOf([], { ownKeys: ownKeys(table, clock) });
  return async (token: string): Promise<string> => {
    const verified = await verifyBrokerToken(parsed(token), context);
    return verified.ok ? 'accepted' : verified.refusal.reason;
  };
}

describe('a signing key that others know', () => {
  it('is good for as long as it is published: one rotation does not end it', async () => {
    const { rotate, forged } = await leakedKey();
    await rotate();
    expect(await instance()(forged)).toBe('accepted');
  });

  it('is good nowhere a minute after the second rotation, whoever kept it in memory', async () => {
    const { rotate, forged } = await leakedKey();
    await rotate();
    const running = instance();
    expect(await running(forged)).toBe('accepted');
    await rotate();
    expect(await instance()(forged)).toBe('key_unknown');
    clock.at = START + 59_000;
    expect(await running(forged)).toBe('accepted');
    clock.at = START + 60_000;
    expect(await running(forged)).toBe('key_unknown');
  });

  it('is dropped by a third rotation if it was the next one', async () => {
    const { rotate } = await leakedKey();
    const { next } = JSON.parse(await rotate());
    const key = await crypto.subtle.importKey('jwk', next, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
    const forged = await brokerToken(key, {}, { kid: next.kid });
    await rotate();
    await rotate();
    expect(await instance()(forged)).toBe('accepted');
    await rotate();
    expect(await instance()(forged)).toBe('key_unknown');
  });
});
