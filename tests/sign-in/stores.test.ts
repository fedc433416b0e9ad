import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoAuthorizationCodes } from '../../lib/aws/dynamodb/authorization-codes.ts';
import type { DynamoDb } from '../../lib/aws/dynamodb/client.ts';
import { dynamoDevices } from '../../lib/aws/dynamodb/devices.ts';
import { dynamoSignIns } from '../../lib/aws/dynamodb/sign-ins.ts';
import type { StateTable } from '../../lib/aws/dynamodb/state-table.ts';
import { systemRandom } from '../../lib/host/random.ts';
import { Fault } from '../../lib/outcome.ts';
import { type PresentedCode, redeemableCode } from '../../lib/sign-in/redeem.ts';
import { hashOf } from '../../lib/sign-in/secret.ts';
import type { AuthorizationRequest, PendingSignIn } from '../../lib/sign-in/sign-ins.ts';
import { epochMilliseconds, epochSeconds } from '../../lib/time.ts';
import { deadClient, noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { memoryRevocations } from '../aws/dynamodb/memory-state.ts';
import { aPrincipal } from '../fakes/world.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

/** 2026-11-21T09:00:00Z */
const ENDS = 1_795_251_600;
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const authorization: AuthorizationRequest = {
  client: 'cli',
  redirectUri: 'http://127.0.0.1:49152/callback',
  responseMode: 'fragment',
  scopes: ['api', 'web'],
  targets: ['https://api.example.com'],
  state: null,
  codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};
const principal = aPrincipal({
  proof: { ...aPrincipal().proof, kind: 'saml' },
  claims: { ...aPrincipal().claims, unavailable: new Map([['address', 'saml_control_character']]) },
});
/** Whatever a token can say that decides later. */
const ofToken = aPrincipal({
  claims: { ...principal.claims, otherwise: 'claim_withheld' },
  mayAct: { sub: 'bot' },
});
const [BROWSER, SECRET] = [hashOf('browser'), 's'.repeat(43)];

const at = (seconds: number) => ({ now: () => epochMilliseconds(seconds * 1000) });
const state = () => ({ client: tables.client, table: tables.table('state') });
const signIns = (now = ENDS - 1) => dynamoSignIns({ ...state(), clock: at(now), random: systemRandom });
const codes = () => dynamoAuthorizationCodes(state());

let count = 0;
const pending = (more: Partial<PendingSignIn> = {}): PendingSignIn => ({
  requestId: `_${++count}`,
  connection: 'corp',
  browser: BROWSER,
  authorization,
  expires: epochSeconds(ENDS),
  ...more,
});

describe('sign-ins under way', () => {
  it.each([
    ['an assertion', principal],
    ['an ID token', ofToken],
  ])('keep everything of %s that decides', async (_, who) => {
    const signIn = pending();
    await signIns().begin(signIn, noDeadline);
    await signIns().answer(signIn, who, SECRET, noDeadline);
    const taken = await signIns().take(signIn.requestId, { browser: BROWSER, secret: SECRET }, noDeadline);
    expect(taken?.principal).toEqual({ ...who, reuse: null });
  });

  it('go from begun to answered to decided, each once', async () => {
    const signIn = pending();
    await signIns().begin(signIn, noDeadline);
    expect(await signIns().find(signIn.requestId, noDeadline)).toEqual(signIn);
    const secrets = ['r', 's', 't'].map((character) => character.repeat(43));
    const answers = await Promise.all(secrets.map((each) => signIns().answer(signIn, principal, each, noDeadline)));
    expect(answers.filter((first) => first)).toHaveLength(1);
    expect(await signIns().find(signIn.requestId, noDeadline)).toBeNull();
    const consent = { browser: BROWSER, secret: secrets[answers.indexOf(true)] ?? '' };
    const taken = await Promise.all([1, 2, 3].map(() => signIns().take(signIn.requestId, consent, noDeadline)));
    const [answered, ...others] = taken.filter((one) => one !== null);
    expect(others).toEqual([]);
    expect(answered?.authorization).toEqual(authorization);
    expect(answered?.principal).toEqual(principal);
  });

  it.each([
    ['the cookie', { browser: hashOf('another'), secret: SECRET }],
    ['the secret of the form', { browser: BROWSER, secret: 't'.repeat(43) }],
  ])('are decided by nobody without %s', async (_, consent) => {
    const signIn = pending();
    await signIns().begin(signIn, noDeadline);
    await signIns().answer(signIn, principal, SECRET, noDeadline);
    expect(await signIns().take(signIn.requestId, consent, noDeadline)).toBeNull();
    const right = { browser: BROWSER, secret: SECRET };
    expect(await signIns().take(signIn.requestId, right, noDeadline)).not.toBeNull();
  });

  it('end to the second', async () => {
    const signIn = pending();
    const consent = { browser: BROWSER, secret: SECRET };
    await signIns().begin(signIn, noDeadline);
    expect(await signIns(ENDS).find(signIn.requestId, noDeadline)).toBeNull();
    expect(await signIns(ENDS).answer(signIn, principal, SECRET, noDeadline)).toBe(false);
    expect(await signIns(ENDS - 1).answer(signIn, principal, SECRET, noDeadline)).toBe(true);
    expect(await signIns(ENDS).take(signIn.requestId, consent, noDeadline)).toBeNull();
    expect(await signIns(ENDS - 1).take(signIn.requestId, consent, noDeadline)).not.toBeNull();
  });

  it('that are for their own sake have nothing to decide', async () => {
    const signIn = pending({ authorization: null });
    await signIns().begin(signIn, noDeadline);
    await signIns().answer(signIn, principal, SECRET, noDeadline);
    const consent = { browser: BROWSER, secret: SECRET };
    expect(await signIns().take(signIn.requestId, consent, noDeadline)).toBeNull();
  });

  it('fail where the table does not answer', async () => {
    const dead = dynamoSignIns({ client: deadClient(), table: 'state', clock: at(ENDS), random: systemRandom });
    const consent = { browser: BROWSER, secret: SECRET };
    await expect(dead.begin(pending(), noDeadline)).rejects.toThrow(Fault);
    await expect(dead.find('_1', noDeadline)).rejects.toThrow(Fault);
    await expect(dead.answer(pending(), principal, SECRET, noDeadline)).rejects.toThrow(Fault);
    await expect(dead.take('_1', consent, noDeadline)).rejects.toThrow(Fault);
  });
});

describe('a write that arrives twice, because its first answer was late', () => {
  /** What its caller sees is what the second arrival meets. */
  const twice = (client: DynamoDb): DynamoDb => ({
    call: async (...asked) => {
      await client.call(...asked);
      return client.call(...asked);
    },
  });
  const inTwice = () => ({ client: twice(tables.client), table: tables.table('state') });
  const signInsTwice = () => dynamoSignIns({ ...inTwice(), clock: at(ENDS - 1), random: systemRandom });

  it('begins, answers, decides and keeps a code once', async () => {
    const signIn = pending();
    await signInsTwice().begin(signIn, noDeadline);
    expect(await signInsTwice().answer(signIn, principal, SECRET, noDeadline)).toBe(true);
    expect(await signIns().answer(signIn, principal, 't'.repeat(43), noDeadline)).toBe(false);
    const consent = { browser: BROWSER, secret: SECRET };
    expect((await signInsTwice().take(signIn.requestId, consent, noDeadline))?.connection).toBe('corp');
    expect(await signIns().take(signIn.requestId, consent, noDeadline)).toBeNull();
    const code = `${++count}`.padStart(43, 'c');
    const kept = { authorization, principal, expires: epochSeconds(ENDS) };
    await dynamoAuthorizationCodes(inTwice()).put(code, kept, noDeadline);
    expect((await codes().find(code, noDeadline))?.expires).toBe(ENDS);
  });

  it('decides for a device once, and counts one poll', async () => {
    const asked = { client: 'cli', connection: 'corp', scopes: ['s'], targets: [], name: null, sourceIp: '192.0.2.1' };
    const codesOf = () => ({ userCode: `U${++count}`, device: hashOf(`${count}`) });
    const refused = { reason: 'device_denied', principal } as const;
    const devicesAt = (now: number, table: StateTable) =>
      dynamoDevices({ ...table, clock: at(now), random: systemRandom });
    for (const [decision, meets] of [
      ['allowed', 'pending'],
      [refused, 'refused'],
    ] as const) {
      const { userCode, device } = codesOf();
      const twiceAt = (now: number) => devicesAt(now, inTwice());
      const begun = { ...asked, userCode, device, expires: epochSeconds(ENDS) };
      expect(await twiceAt(ENDS - 100).begin(begun, noDeadline)).toBe(true);
      expect(await twiceAt(ENDS - 90).poll(userCode, device, noDeadline)).toEqual({ state: 'pending' });
      expect(await twiceAt(ENDS - 90).poll(userCode, device, noDeadline)).toMatchObject({ state: 'too-soon' });
      expect(await twiceAt(ENDS - 80).decide(userCode, decision, noDeadline)).toBe(true);
      expect(await devicesAt(ENDS - 80, state()).decide(userCode, decision, noDeadline)).toBe(false);
      expect(await devicesAt(ENDS - 70, state()).poll(userCode, device, noDeadline)).toMatchObject({
        state: meets,
      });
    }
  });

  it('and late undoes nothing that came of the first', async () => {
    const signIn = pending();
    await signIns().begin(signIn, noDeadline);
    await signIns().answer(signIn, principal, SECRET, noDeadline);
    await expect(signIns().begin(signIn, noDeadline)).rejects.toThrow(Fault);
    const code = `${++count}`.padStart(43, 'c');
    const put = () => codes().put(code, { authorization, principal, expires: epochSeconds(ENDS) }, noDeadline);
    await put();
    await codes().redeemed(code, { issuance: 'iss_b', until: epochSeconds(ENDS) }, noDeadline);
    await expect(put()).rejects.toThrow(Fault);
    expect((await codes().find(code, noDeadline))?.redeemed?.issuance).toBe('iss_b');
  });
});

describe('an authorization code', () => {
  const presented = (code: string, more: Partial<PresentedCode> = {}): PresentedCode => ({
    client: 'cli',
    code,
    codeVerifier: VERIFIER,
    redirectUri: authorization.redirectUri,
    scopes: null,
    ...more,
  });
  const ports = (now: number) => ({
    issuer: 'https://broker.example.com',
    clock: at(now),
    codes: codes(),
    revocations: memoryRevocations(),
  });
  const issued = { issuance: 'iss_a', until: epochSeconds(ENDS + 600) };

  async function aCode(): Promise<string> {
    const code = `${++count}`.padStart(43, 'c');
    await codes().put(code, { authorization, principal, expires: epochSeconds(ENDS) }, noDeadline);
    return code;
  }

  it.each([
    ['the second before its end', ENDS - 1, 'accepted'],
    ['its end', ENDS, 'code_unknown'],
  ])('at %s', async (_, now, expected) => {
    const outcome = await redeemableCode(ports(now), presented(await aCode()), noDeadline);
    expect(outcome.ok ? 'accepted' : outcome.refusal.reason).toBe(expected);
  });

  it('brings the person, the scopes that were allowed, and a claim of its own without the code', async () => {
    const code = await aCode();
    const outcome = await redeemableCode(ports(ENDS - 1), presented(code), noDeadline);
    if (!outcome.ok) throw new Error(outcome.refusal.reason);
    expect(outcome.value.scopes).toEqual(['api', 'web']);
    expect(outcome.value.targets).toEqual(['https://api.example.com']);
    const { reuse, ...person } = outcome.value.principal;
    expect(person).toEqual({ ...principal, reuse: undefined });
    expect(reuse).toEqual({
      reuse: 'once',
      issuer: 'https://broker.example.com/oauth2/authorize',
      tokenId: hashOf(code),
      until: ENDS,
    });
  });

  it('that was redeemed is replayed, also after its end, and what it gave is revoked', async () => {
    const code = await aCode();
    expect(await codes().redeemed(code, issued, noDeadline)).toBe(false);
    const world = ports(ENDS + 30);
    const outcome = await redeemableCode(world, presented(code), noDeadline);
    expect(outcome.ok ? 'accepted' : outcome.refusal.reason).toBe('replayed');
    expect(await world.revocations.anyRevoked(['iss_a'], noDeadline)).toBe(true);
  });

  it('that was used again before its first use was written down is known for it', async () => {
    const code = await aCode();
    expect(await codes().usedAgain(code, noDeadline)).toBeNull();
    expect(await codes().redeemed(code, issued, noDeadline)).toBe(true);
  });

  it('says nothing of itself to who lacks the verifier, and revokes nothing for them', async () => {
    const code = await aCode();
    await codes().redeemed(code, issued, noDeadline);
    const world = ports(ENDS - 1);
    const outcome = await redeemableCode(world, presented(code, { codeVerifier: 'x'.repeat(43) }), noDeadline);
    expect(outcome.ok ? 'accepted' : outcome.refusal.reason).toBe('code_verifier_mismatch');
    expect(await world.revocations.anyRevoked(['iss_a'], noDeadline)).toBe(false);
  });
});
