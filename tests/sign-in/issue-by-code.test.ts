/** Through whom a sign-in came, and what that client has to be when it redeems what was allowed. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Client } from '../../lib/configuration/documents/clients.ts';
import { type Revocation, StandingRevocations } from '../../lib/revocation/revocation.ts';
import type { DeviceRefusal, Polled } from '../../lib/sign-in/device/devices.ts';
import { issueByCode } from '../../lib/sign-in/issue-by-code.ts';
import { makeSecret } from '../../lib/sign-in/secret.ts';
import type { AuthorizationCode } from '../../lib/sign-in/sign-ins.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import { memoryRevocations } from '../aws/dynamodb/memory-state.ts';
import { aPrincipal, aRequest, aScope, fakeConfiguration, goodWorld, NOW, NOW_SECONDS } from '../fakes/world.ts';
import { client } from '../identity/client/fixtures.ts';

const VERIFIER = 'v'.repeat(43);
const REDIRECT = 'http://127.0.0.1:7000/callback';
const DOCUMENT = 'https://app.example.com/client.json';
const cli = client('cli', { method: 'public' });
const agents = client('agents', { method: 'public' });
const secret = client('cli', { method: 'secret', secret: 'token-broker/clients/cli', overlap: seconds(0) });

const never = () => Promise.reject(new Error('not asked'));
const { proofs: _, scopes: __, ...asked } = aRequest();
const refusedDevice = (refused: DeviceRefusal): Polled => {
  const request = { client: 'cli', connection: 'corp', scopes: ['deploy-web'], targets: [], name: null };
  return { state: 'refused', request: { ...request, sourceIp: '192.0.2.1' }, refused };
};

/** A broker that knows a code, and the device that polls, while the files say `registered`. */
function world(kept: AuthorizationCode | null, registered: readonly Client[], more: object = {}) {
  const { ports, records } = goodWorld();
  const documents = { scopes: [aScope()], clients: registered };
  const current = async () => ({
    ...fakeConfiguration(documents),
    metadataClient: async () => registered.find((each) => each === agents) ?? null,
  });
  const all = {
    ...ports,
    issuer: 'https://broker.example.com',
    configurations: { current },
    codes: { put: never, find: async () => kept, redeemed: async () => false, usedAgain: never },
    devices: { begin: never, find: never, decide: never, poll: never },
    revocations: { ...memoryRevocations(), standing: async () => new StandingRevocations([]) },
    ...more,
  };
  return { ports: all, records };
}

/** A code that a person allowed to `name`, redeemed while the files say `registered`, and `standing` stands. */
async function redeemed(name: string, registered: readonly Client[], standing: readonly Revocation[] = []) {
  const kept: AuthorizationCode = {
    authorization: {
      ...{
        client: name,
        redirectUri: REDIRECT,
        responseMode: 'query',
        scopes: ['deploy-web'],
        targets: [],
        state: null,
      },
      codeChallenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    },
    principal: aPrincipal(),
    expires: epochSeconds(NOW_SECONDS + 60),
    redeemed: null,
  };
  const revocations = { ...memoryRevocations(), standing: async () => new StandingRevocations(standing) };
  const { ports, records } = world(kept, registered, { revocations });
  const code = makeSecret(ports.random);
  const presented = { client: name, code, codeVerifier: VERIFIER, redirectUri: REDIRECT, scopes: null };
  const issued = await issueByCode(ports, { kind: 'code', code: presented }, asked, AbortSignal.timeout(5_000));
  return { said: issued.ok ? 'issued' : issued.refusal.reason, lineage: records.at(-1)?.lineage };
}

/** What a device hears at its poll, and what the ledger has of it. */
async function pollAfter(refused: DeviceRefusal, dpop: object = {}) {
  const devices = { begin: never, find: never, decide: never, poll: async () => refusedDevice(refused) };
  const { ports, records } = world(null, [cli], { devices });
  const device = { client: 'cli', deviceCode: `BCDFGHJK.${makeSecret(ports.random)}`, scopes: null };
  const issued = await issueByCode(ports, { kind: 'device', device, ...dpop }, asked, AbortSignal.timeout(5_000));
  const recorded = records.map(({ outcome, reason, scope, subject }) => ({ outcome, reason, scope, subject }));
  return { said: issued.ok ? 'issued' : issued.refusal.reason, recorded };
}

const revoked = (name: string): Revocation => ({
  ...{ id: 'rev_1', kind: 'client', name, reason: 'stolen', by: 'client:ops', time: NOW },
  ...{ ends: null, lifted: null, sessions: 'pending', accounts: [] },
});

describe('what a person allowed a program', () => {
  it('is recorded as come through it, and through the file that stands for its document', async () => {
    expect(await redeemed('cli', [cli])).toEqual({ said: 'issued', lineage: { clients: ['cli'] } });
    expect(await redeemed(DOCUMENT, [agents])).toEqual({ said: 'issued', lineage: { clients: [DOCUMENT, 'agents'] } });
    expect(await redeemed('console', [])).toEqual({ said: 'issued', lineage: { clients: ['console'] } });
  });

  it.each([
    ['cli', [cli], 'cli'],
    [DOCUMENT, [agents], DOCUMENT],
    [DOCUMENT, [agents], 'agents'],
    ['console', [], 'console'],
  ])('is not given to %s where %j and %s is revoked', async (name, registered, taken) => {
    expect((await redeemed(name, registered, [revoked(taken)])).said).toBe('access_revoked');
    expect((await redeemed(name, registered, [revoked('another')])).said).toBe('issued');
  });

  it.each([
    ['is none any more', 'cli', [], 'client_unknown'],
    ['is known by a document whose host no file names any more', DOCUMENT, [cli], 'client_unknown'],
    ['has a secret now', 'cli', [secret], 'client_not_permitted'],
  ] as const)('is not given to one that %s', async (_, name, registered, reason) => {
    expect((await redeemed(name, registered)).said).toBe(reason);
  });
});

describe('a device whose person was refused at the browser', () => {
  it.each([
    ['target_mismatch', 'device_refused'],
    ['not_allowed', 'device_refused'],
    ['device_denied', 'device_denied'],
  ] as const)(
    'hears of %s, which is recorded as that, though its rules would let them in by now',
    async (reason, said) => {
      const { subject } = aPrincipal();
      const recorded = [{ outcome: 'denied', reason, scope: 'deploy-web', subject }];
      expect(await pollAfter({ reason, principal: aPrincipal() })).toEqual({ said, recorded });
    },
  );

  it('hears of its own mistake as such', async () => {
    const dpop = { dpop: { proof: 'none', method: 'POST', path: '/oauth2/token', accessToken: null } };
    const told = await pollAfter({ reason: 'not_allowed', principal: aPrincipal() }, dpop);
    expect(told).toEqual({ said: 'dpop_proof_invalid', recorded: [] });
  });

  it('leaves no record of somebody whom nobody named', async () => {
    const reason = 'sign_in_provider_error';
    expect(await pollAfter({ reason, principal: null })).toEqual({ said: 'device_refused', recorded: [] });
  });
});
