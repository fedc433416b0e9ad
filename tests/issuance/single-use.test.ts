import { describe, expect, it } from '@jest/globals';
import type { AuthenticatedClient, Principal, ProofReuse } from '../../lib/identity/principal.ts';
import { claimOnce } from '../../lib/issuance/single-use.ts';
import { type IssuanceRequest, type IssuePorts, issue } from '../../lib/issue.ts';
import { accept } from '../../lib/outcome.ts';
import type { Replays } from '../../lib/ports/replays.ts';
import { epochMilliseconds, epochSeconds } from '../../lib/time.ts';
import { memoryReplays } from '../aws/dynamodb/memory-state.ts';
import { aPrincipal, aRequest, aScope, goodWorld, NOW_SECONDS } from '../fakes/world.ts';

/** The last second in which the proof is accepted: its end and the tolerance are over then. */
const UNTIL = epochSeconds(NOW_SECONDS + 360);
/** API Gateway answers for the function after so long. */
const LONGEST_REQUEST_MS = 30_000;
const signal = new AbortController().signal;

const reuse = (tokenId: string, kind: 'once' | 'bind' = 'once'): ProofReuse => ({
  reuse: kind,
  issuer: 'https://idp.example',
  tokenId,
  until: UNTIL,
});
const free = aPrincipal({ claims: { values: new Map([['ref', 'refs/heads/main']]), unavailable: new Map() } });
const botWith = (of: ProofReuse | null): AuthenticatedClient => ({
  client: 'bot',
  claims: { values: new Map(), unavailable: new Map() },
  proof: { ...free.proof, kind: 'client-assertion' },
  reuse: of,
});
const parties = (connection: string) => ({ connections: [connection], clients: null, when: null });
const scopes = ['deploy-web', 'other'].map((scope) =>
  aScope({
    scope,
    allow: [
      { ...parties('github'), actor: null },
      { ...parties('github'), actor: parties('github') },
      { ...parties('github'), actor: { connections: null, clients: ['bot'], when: null } },
    ],
  }),
);

const jwt = (token: string) => ({ kind: 'jwt', token, declared: 'jwt' }) as const;
const proofsOf = (more: Partial<IssuanceRequest['proofs']>): IssuanceRequest['proofs'] => ({
  subject: jwt('free'),
  actor: jwt('slow'),
  client: null,
  publicClients: 'refuse',
  ...more,
});
const assertion = { method: 'private_key_jwt', assertion: 'a.b.c', client: null } as const;
const code = (of: ProofReuse): Principal => ({ ...free, reuse: of });

/**
 * Two requests that begin in the last second in which their proof is good; the actor's issuer is slow. The first goes
 * on `firstMs` later, the second as late as a request can be.
 */
async function twice(proofs: IssuanceRequest['proofs'], used: ProofReuse, second: string, firstMs: number) {
  const world = goodWorld(scopes);
  const time = { now: epochMilliseconds(UNTIL * 1000 - 1) };
  const clock = { now: () => time.now };
  const waiting: (() => void)[] = [];
  let bytes = 0;
  const wait = () => new Promise<void>((go) => waiting.push(go));
  const ports: IssuePorts = {
    ...world.ports,
    clock,
    random: { bytes: (length) => new Uint8Array(length).fill(++bytes) },
    replays: memoryReplays(clock),
    authenticators: {
      jwt: async ({ token }) => {
        if (token === 'slow' || token === 'slow-once') await wait();
        return accept(token.endsWith('once') ? { ...free, reuse: used } : free);
      },
      client: async () => accept(botWith(used)),
    },
  };
  const start = (scope: string) => {
    const outcome = issue(ports, aRequest({ scopes: [scope], proofs }), signal);
    return outcome.then((answer) => (answer.ok ? 'granted' : answer.refusal.reason));
  };
  const both = [start('deploy-web'), start(second)];
  await new Promise((turn) => setImmediate(turn));
  time.now = epochMilliseconds(UNTIL * 1000 + firstMs);
  waiting[0]?.();
  const first = await both[0];
  time.now = epochMilliseconds(UNTIL * 1000 + LONGEST_REQUEST_MS);
  waiting[1]?.();
  return [first, await both[1]];
}

describe('a proof that may be used once is used once, however late it is claimed (contract section 2, `reuse`)', () => {
  const kinds: readonly (readonly [string, IssuanceRequest['proofs'], string])[] = [
    ['a token', proofsOf({ subject: jwt('once') }), 'replayed'],
    ["an actor's token", proofsOf({ actor: jwt('slow-once') }), 'replayed'],
    ['a client assertion', proofsOf({ client: assertion }), 'client_assertion_replayed'],
  ];

  it.each(
    kinds.flatMap(([what, proofs, reason]) =>
      [-1, 0, 1, 1_000, 5_000, LONGEST_REQUEST_MS - 1].map((ms) => [what, ms, proofs, reason] as const),
    ),
  )('%s, claimed %d ms after it ended', async (_, ms, proofs, reason) => {
    expect(await twice(proofs, reuse('p1'), 'deploy-web', ms)).toEqual(['granted', reason]);
  });

  it('a token of `reuse: bind` stays bound', async () => {
    const bound = reuse('p2', 'bind');
    expect(await twice(proofsOf({ subject: jwt('once') }), bound, 'other', 5_000)).toEqual(['granted', 'replayed']);
    expect(await twice(proofsOf({ subject: jwt('once') }), bound, 'deploy-web', 5_000)).toEqual(['granted', 'granted']);
  });
});

describe('a claim', () => {
  it('is made of the proof of a key too, once the others hold', async () => {
    const world = goodWorld(scopes);
    const key = { thumbprint: 'k', reuse: { ...reuse('dpop-1'), issuer: 'dpop k' } };
    const dpop = { proof: 'a.b.c', method: 'POST', path: '/oauth2/token', accessToken: null } as const;
    const asked: string[] = [];
    const ports: IssuePorts = {
      ...world.ports,
      authenticators: { jwt: async () => accept({ ...free, reuse: reuse('t1') }), dpop: async () => accept(key) },
      replays: {
        claim: async ({ issuer, tokenId }) => {
          asked.push(`${issuer} ${tokenId}`);
          return tokenId === 'dpop-1' ? 'replayed' : 'claimed';
        },
        release: async () => undefined,
      },
    };
    const outcome = await issue(ports, aRequest({ proofs: { ...proofsOf({ actor: null }), dpop } }), signal);
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'dpop_proof_replayed' } });
    expect(asked).toEqual(['https://idp.example t1', 'dpop k dpop-1']);
  });

  const claimed: number[] = [];
  const replays: Replays = {
    claim: async ({ until }) => {
      claimed.push(until);
      return 'claimed';
    },
    release: async () => undefined,
  };

  it('outlives the proof by the longest request, for an issuance, a code, a sign-in and a question about a token', async () => {
    const world = goodWorld(scopes);
    const ports = { ...world.ports, replays };
    const subject = { kind: 'sign-in', principal: code(reuse('c1')), through: ['cli'] } as const;
    await issue(ports, aRequest({ proofs: proofsOf({ subject, actor: null }) }), signal);
    await claimOnce(replays, reuse('s1'), 'req-1', signal);
    expect(claimed).toHaveLength(2);
    for (const until of claimed) expect(until * 1000).toBeGreaterThan(UNTIL * 1000 + LONGEST_REQUEST_MS);
  });
});
