import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Client } from '../lib/configuration/documents/clients.ts';
import { introspect, revoke, type TokenStatusPorts } from '../lib/introspect.ts';
import type { JsonObject } from '../lib/json.ts';
import { Fault } from '../lib/outcome.ts';
import type { Replays } from '../lib/ports/replays.ts';
import { admitReader } from '../lib/read-ledger.ts';
import { epochMilliseconds, seconds } from '../lib/time.ts';
import { memoryReplays, memoryRevocations } from './aws/dynamodb/memory-state.ts';
import { fakeConfiguration, NOW, NOW_SECONDS } from './fakes/world.ts';
import { brokerToken, contextOf, ID, ISSUER } from './identity/broker-token/fixtures.ts';
import { assertion, client, clientPorts, fakeSecrets, keyPair } from './identity/client/fixtures.ts';

const API = 'https://api.acme.internal';
const signal = new AbortController().signal;
let key: CryptoKey;
let jwk: JsonObject;

beforeAll(async () => {
  ({ privateKey: key, jwk } = await keyPair('k1'));
});

const named = (name: string, introspects: readonly string[] = []): Client => ({
  ...client(name, { method: 'secret', secret: `token-broker/clients/${name}`, overlap: seconds(3600) }),
  introspects,
});
const secretOf = (name: string) => ({
  current: { value: `${name}! of 16 characters`, versionId: 'v1', tags: {} },
  previous: null,
});
const as = (name: string) =>
  ({ method: 'client_secret_basic', client: name, secret: `${name}! of 16 characters` }) as const;

function portsOf(more: Partial<TokenStatusPorts> = {}): TokenStatusPorts {
  const clients = [
    ...[named('nightly-bot'), named('api', [API]), named('stranger', ['https://other.example'])],
    ...[named('other-letters', ['https://API.acme.internal:443/']), { ...named('server'), audiences: [`${API}/`] }],
    client('jwt-bot', { method: 'jwks', jwks: { keys: [jwk] }, audience: 'issuer' }),
  ];
  const names = ['nightly-bot', 'api', 'stranger', 'other-letters', 'server'];
  const stored = Object.fromEntries(names.map((name) => [`token-broker/clients/${name}`, secretOf(name)]));
  const clock = { now: () => NOW };
  return {
    ...clientPorts(),
    ...{ configurations: { current: async () => fakeConfiguration({ clients }) } },
    ...{ secrets: fakeSecrets(stored).secrets, keySets: { find: async () => Promise.reject(new Error('unused')) } },
    ...{ replays: memoryReplays(clock), ownKeys: contextOf([jwk]).ownKeys, revocations: memoryRevocations() },
    ...more,
  };
}

const question = (name: string, token: string) => ({
  client: as(name),
  token,
  requestId: 'req-1',
  sourceIp: '203.0.113.9',
});

describe('introspection (RFC 7662)', () => {
  it.each([
    ['the client that it was issued to', 'nightly-bot', true],
    ['a client registered for its audience', 'api', true],
    ['a client registered for its audience in other letters', 'other-letters', true],
    ['the client that its audience is', 'server', true],
    ['a client registered for another audience', 'stranger', false],
  ])('tells a token to %s: %s', async (_, name, told) => {
    const token = await brokerToken(key, { aud: API });
    const outcome = await introspect(portsOf(), question(name, token), signal);
    expect(outcome).toMatchObject(told ? { ok: true, value: { tokenId: ID } } : { ok: true, value: null });
  });

  it.each([
    ['no token', async () => 'x'],
    ['another issuer', () => brokerToken(key, { iss: 'https://other.example.com' })],
    ['one that is over', () => brokerToken(key, { exp: NOW_SECONDS })],
    ['an ID token', () => brokerToken(key, {}, { typ: 'JWT' })],
  ])('says of %s that it is not active', async (_, token) => {
    const outcome = await introspect(portsOf(), question('nightly-bot', await token()), signal);
    expect(outcome).toEqual({ ok: true, value: null });
  });

  it('says so of a token that was revoked, and of one that came of it', async () => {
    const ports = portsOf();
    const token = await brokerToken(key);
    const child = await brokerToken(key, { jti: 'iss_child', token_broker: { parents: [ID], exchanges: 1 } });
    expect(await revoke(ports, question('nightly-bot', token), signal)).toEqual({ ok: true, value: null });
    expect(await introspect(ports, question('nightly-bot', token), signal)).toEqual({ ok: true, value: null });
    expect(await introspect(ports, question('nightly-bot', child), signal)).toEqual({ ok: true, value: null });
  });

  it('is for clients that authenticate, and takes an assertion once', async () => {
    const wrong = { client: { ...as('api'), secret: 'x' }, token: 'x', requestId: 'req-1', sourceIp: '203.0.113.9' };
    expect(await introspect(portsOf(), wrong, signal)).toMatchObject({
      refusal: { reason: 'client_authentication_failed' },
    });
    const ports = portsOf();
    const proof = { method: 'private_key_jwt', assertion: await assertion(key), client: null } as const;
    const ask = (requestId: string) =>
      introspect(ports, { client: proof, token: 'x', requestId, sourceIp: '203.0.113.9' }, signal);
    expect(await ask('req-1')).toEqual({ ok: true, value: null });
    expect(await ask('req-2')).toMatchObject({ refusal: { reason: 'client_assertion_replayed' } });
  });

  it('says nothing where revocations cannot be read: a fault, never "active"', async () => {
    const revocations = { ...memoryRevocations(), anyRevoked: () => Promise.reject(new Fault('revocations', 'down')) };
    const token = await brokerToken(key);
    await expect(introspect(portsOf({ revocations }), question('nightly-bot', token), signal)).rejects.toMatchObject({
      dependency: 'revocations',
    });
  });
});

describe('revocation (RFC 7009)', () => {
  it('of the token of another client is refused, and changes nothing', async () => {
    const ports = portsOf();
    const token = await brokerToken(key, { aud: API });
    expect(await revoke(ports, question('api', token), signal)).toMatchObject({
      refusal: { reason: 'token_of_another_client' },
    });
    expect(await introspect(ports, question('nightly-bot', token), signal)).toMatchObject({ value: { tokenId: ID } });
  });

  it.each([
    ['no token', async () => 'x'],
    ['a token that is over', () => brokerToken(key, { exp: NOW_SECONDS })],
  ])('of %s is done already (section 2.2)', async (_, token) => {
    expect(await revoke(portsOf(), question('api', await token()), signal)).toEqual({ ok: true, value: null });
  });
});

interface Given {
  readonly replays: Pick<Replays, 'claim'>;
  readonly requestId: string;
  readonly proof: string;
}

describe('the reader of the ledger (RFC 6750)', () => {
  const queries = { get: async () => null, list: async () => Promise.reject(new Error('unused')) };
  const admit = async (claims: Readonly<Record<string, unknown>>, later = 0, given: Partial<Given> = {}) => {
    const { ownKeys, revocations } = contextOf([jwk]);
    const clock = { now: () => epochMilliseconds(NOW + later * 1000) };
    const { replays = memoryReplays(clock), requestId = 'req-1', proof } = given;
    const ports = { issuer: ISSUER, clock, replays, ownKeys, revocations, queries };
    const token = await brokerToken(key, claims);
    const asked = { method: 'GET', path: '/v1/issuances', accessToken: null };
    const dpop = proof === undefined ? {} : { key: 'required' as const, dpop: { ...asked, proof } };
    return admitReader(ports, { token, requestId, ...dpop }, signal);
  };

  describe('of a token that is bound to a key', () => {
    const scope = 'broker:issuances:read';
    const bound = async (iat = NOW_SECONDS) => {
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
      const jwk = await exportJWK(publicKey);
      const proof = await new SignJWT({ jti: 'p1', htm: 'GET', htu: `${ISSUER}/v1/issuances`, iat })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
        .sign(privateKey);
      return { proof, claims: { scope, cnf: { jkt: await calculateJwkThumbprint(jwk) } } };
    };
    const reasonOf = (admitted: Awaited<ReturnType<typeof admit>>) =>
      admitted.ok ? 'admitted' : admitted.refusal.reason;

    it('is whoever has the key, once for each proof, and again for the same request alone (section 11.1)', async () => {
      const { proof, claims } = await bound();
      const replays = memoryReplays({ now: () => NOW });
      const ask = async (requestId: string) => reasonOf(await admit(claims, 0, { replays, requestId, proof }));
      expect([await ask('req-1'), await ask('req-2'), await ask('req-1')]).toEqual([
        ...['admitted', 'dpop_proof_replayed', 'admitted'],
      ]);
    });

    it('uses up no proof where it is refused', async () => {
      const { proof, claims } = await bound();
      const claim = jest.fn<Replays['claim']>();
      const more = { replays: { claim }, proof };
      expect(reasonOf(await admit({ ...claims, scope: 'chain' }, 0, more))).toBe('insufficient_scope');
      expect(reasonOf(await admit({ ...claims, cnf: { jkt: 'x' } }, 0, more))).toBe('dpop_key_mismatch');
      expect(reasonOf(await admit(claims, 61, more))).toBe('dpop_proof_invalid');
      expect(claim).not.toHaveBeenCalled();
    });

    it('is nobody where it cannot be said whether a proof was used', async () => {
      const { proof, claims } = await bound();
      const replays = { claim: () => Promise.reject(new Fault('replays', 'down')) };
      await expect(admit(claims, 0, { replays, proof })).rejects.toMatchObject({ dependency: 'replays' });
    });
  });

  it('writes nothing for a token that is bound to no key', async () => {
    const claim = jest.fn<Replays['claim']>();
    expect(await admit({ scope: 'broker:issuances:read' }, 0, { replays: { claim } })).toMatchObject({ ok: true });
    expect(claim).not.toHaveBeenCalled();
  });

  it.each(['broker:issuances:read', 'a broker:issuances:read'])(
    'is whoever bears a token of the scope %s',
    async (scope) => {
      expect(await admit({ scope })).toMatchObject({ ok: true, value: { subject: 'client:nightly-bot' } });
    },
  );

  it.each([
    ['another scope', { scope: 'chain' }, 0, 'insufficient_scope'],
    ['a scope that begins alike', { scope: 'broker:issuances:read2' }, 0, 'insufficient_scope'],
    ['another audience', { scope: 'broker:issuances:read', aud: API }, 0, 'audience_mismatch'],
    ['a token that is over', { scope: 'broker:issuances:read' }, 600, 'expired'],
  ])('is nobody with %s', async (_, claims, later, reason) => {
    expect(await admit(claims, later)).toMatchObject({ ok: false, refusal: { reason } });
  });
});
