import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoReplays } from '../../../lib/aws/dynamodb/replays.ts';
import { Fault } from '../../../lib/outcome.ts';
import type { ReplayClaim } from '../../../lib/ports/replays.ts';
import { epochMilliseconds, epochSeconds } from '../../../lib/time.ts';
import { deadClient, noDeadline, standingClock, startTables, type TestTables } from './dynamodb.ts';
import { memoryReplays } from './memory-state.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

/** 2026-11-21T09:00:00Z */
const UNTIL = 1_795_251_600;
const clock = standingClock(epochMilliseconds((UNTIL - 600) * 1000));
let proofs = 0;

const aClaim = (changes: Partial<ReplayClaim> = {}): ReplayClaim => ({
  issuer: 'https://idp.example.com',
  tokenId: `jti-${++proofs}`,
  reuse: 'once',
  binding: 'deploy-web 3600',
  issuance: 'iss_a',
  until: epochSeconds(UNTIL),
  ...changes,
});

describe.each([
  ['in memory', () => memoryReplays(clock)],
  ['in DynamoDB', () => dynamoReplays({ client: tables.client, table: tables.table('state'), clock })],
] as const)('uses of proofs %s', (_, make) => {
  let port: ReturnType<typeof make>;
  beforeAll(() => {
    port = make();
  });

  it('are claimed by exactly one of 50 at once', async () => {
    const one = aClaim();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, caller) => port.claim({ ...one, issuance: `iss_${caller}` }, noDeadline)),
    );
    expect(answers.filter((answer) => answer === 'claimed').length).toBe(1);
  });

  it.each([
    ['another token of the issuer', { tokenId: 'another' }],
    ['the same token id of another issuer', { issuer: 'https://idp.example.com/b' }],
    ['issuer and token id split elsewhere', { issuer: 'https://idp.example.co', tokenId: 'mjti' }],
  ])('are apart from %s', async (_, other) => {
    const one = aClaim();
    await port.claim(one, noDeadline);
    expect(await port.claim({ ...one, issuance: 'iss_b', tokenId: `${one.tokenId}-x`, ...other }, noDeadline)).toBe(
      'claimed',
    );
  });

  it('pass again for the same issuance, whose first answer may have got lost', async () => {
    const one = aClaim();
    await port.claim(one, noDeadline);
    expect(await port.claim(one, noDeadline)).toBe('claimed');
  });

  it('of once are replayed with the same binding too', async () => {
    const one = aClaim();
    await port.claim(one, noDeadline);
    expect(await port.claim({ ...one, issuance: 'iss_b' }, noDeadline)).toBe('replayed');
  });

  it('of bind pass again with the same binding and no other', async () => {
    const one = aClaim({ reuse: 'bind' });
    await port.claim(one, noDeadline);
    expect(await port.claim({ ...one, issuance: 'iss_b' }, noDeadline)).toBe('claimed');
    expect(await port.claim({ ...one, issuance: 'iss_c', binding: 'deploy-api 3600' }, noDeadline)).toBe('replayed');
  });

  it('of once pass again after the issuance that failed gave them back', async () => {
    const one = aClaim();
    await port.claim(one, noDeadline);
    await port.release(one, noDeadline);
    expect(await port.claim({ ...one, issuance: 'iss_b' }, noDeadline)).toBe('claimed');
  });

  it('are not given back by another issuance', async () => {
    const one = aClaim();
    await port.claim(one, noDeadline);
    await port.release({ ...one, issuance: 'iss_b' }, noDeadline);
    expect(await port.claim({ ...one, issuance: 'iss_b' }, noDeadline)).toBe('replayed');
  });

  it('of bind stay bound although an issuance failed', async () => {
    const one = aClaim({ reuse: 'bind' });
    await port.claim(one, noDeadline);
    await port.release(one, noDeadline);
    expect(await port.claim({ ...one, issuance: 'iss_b', binding: 'deploy-api 3600' }, noDeadline)).toBe('replayed');
  });

  it.each([
    ['a second before the end', -1_000, 'replayed'],
    ['at the end', 0, 'replayed'],
    ['in the last millisecond of that second', 999, 'replayed'],
    ['a second after the end, deleted or not', 1_000, 'claimed'],
  ] as const)('hold until their end: %s', async (_, milliseconds, answer) => {
    const one = aClaim();
    await port.claim(one, noDeadline);
    clock.time = epochMilliseconds(UNTIL * 1000 + milliseconds);
    expect(await port.claim({ ...one, issuance: 'iss_b' }, noDeadline)).toBe(answer);
    clock.time = epochMilliseconds((UNTIL - 600) * 1000);
  });

  it('with an end in fractions hold until the whole second after it', async () => {
    const one = aClaim({ until: epochSeconds(UNTIL + 0.5) });
    await port.claim(one, noDeadline);
    clock.time = epochMilliseconds((UNTIL + 1) * 1000);
    expect(await port.claim({ ...one, issuance: 'iss_b' }, noDeadline)).toBe('replayed');
    clock.time = epochMilliseconds((UNTIL - 600) * 1000);
  });

  it('take any token id, however long or strange', async () => {
    const one = aClaim({ tokenId: `${'j'.repeat(19_000)}\u0000\ud800` });
    expect(await port.claim(one, noDeadline)).toBe('claimed');
    expect(await port.claim({ ...one, issuance: 'iss_b' }, noDeadline)).toBe('replayed');
  });
});

describe('where DynamoDB does not answer', () => {
  const replays = dynamoReplays({ client: deadClient(), table: 'none', clock });

  it('nothing is claimed and nothing replayed: a fault', async () => {
    await expect(replays.claim(aClaim(), noDeadline)).rejects.toMatchObject({ dependency: 'replays' });
    await expect(replays.claim(aClaim(), noDeadline)).rejects.toThrow(Fault);
  });

  it('a release gives up without a word', async () => {
    await expect(replays.release(aClaim(), noDeadline)).resolves.toBeUndefined();
  });

  it('a claim ends with the deadline of the request', async () => {
    await expect(replays.claim(aClaim(), AbortSignal.abort())).rejects.toThrow(Fault);
  });
});
