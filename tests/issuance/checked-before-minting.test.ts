/** What is checked of a request whose principal is allowed, and of several scopes, before anybody mints. */
import { describe, expect, it } from '@jest/globals';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import type { GrantInput } from '../../lib/credential/grant.ts';
import type { Principal, Proof } from '../../lib/identity/principal.ts';
import { type IssuanceRequest, issue } from '../../lib/issue.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { accept, Fault, type Outcome, refuse } from '../../lib/outcome.ts';
import type { Reason } from '../../lib/refusals/registry.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import { clientGrant } from '../downstream/provider.ts';
import { aMinted, aPrincipal, aRequest, aScope, goodWorld, NOW_SECONDS } from '../fakes/world.ts';

const signal = new AbortController().signal;
const jwt = (token: string): Proof => ({ kind: 'jwt', token, declared: 'jwt' });

const rule = (line: number, when: Rule['when'] = null): Rule => ({
  connections: ['github'],
  clients: null,
  actor: null,
  when,
  source: { file: 'scopes/x.yaml', line },
});
const isMain = { StringEquals: { 'claims.ref': ['refs/heads/main'] } };
const isOther = { StringEquals: { 'claims.sha': ['other'] } };

const token = (scope: string, more: Partial<Scope> = {}): Scope =>
  aScope({
    scope,
    allow: [rule(3, isMain)],
    grant: { type: 'broker-token', audience: 'https://one.example', duration: seconds(600), claims: {} },
    ...more,
  });

/** Asks for tokens; says what came, what was recorded, and what the granter was given. */
async function ask(
  scopes: readonly Scope[],
  request: Partial<IssuanceRequest> = {},
  principals: Readonly<Record<string, Principal>> = {},
) {
  const { ports, records } = goodWorld(scopes);
  const inputs: GrantInput[] = [];
  const prepare = (_: unknown, input: GrantInput) => {
    inputs.push(input);
    return accept({ planned: { expires: NOW_SECONDS }, bound: () => ({}), mint: async () => accept(aMinted()) });
  };
  const authenticators = {
    jwt: async (proof: { readonly token: string }): Promise<Outcome<Principal>> =>
      accept(principals[proof.token] ?? aPrincipal()),
  };
  const world = { ...ports, authenticators, granters: { 'broker-token': { prepare, prepareTogether: prepare } } };
  const outcome = await issue(
    world,
    aRequest({ scopes: scopes.map(({ scope }) => scope), route: 'token', ...request }),
    signal,
  );
  return { outcome, verdict: outcome.ok ? 'issued' : outcome.refusal.reason, record: records.at(-1), inputs };
}

describe('a request of somebody who is allowed', () => {
  it.each<[string, readonly Scope[], Partial<IssuanceRequest>, Reason]>([
    ['on a route that its grant is not had by', [token('a')], { route: 'credentials' }, 'grant_not_available_here'],
    [
      'for another target',
      [token('a')],
      { target: { names: ['x'], tokenType: null, principalArn: null } },
      'target_mismatch',
    ],
    [
      'for a target of the first scope and not of the second',
      [
        token('a', {
          grant: { type: 'broker-token', audience: 'https://one.example', duration: seconds(1), claims: {} },
        }),
        token('b'),
      ],
      { target: { names: ['https://one.example', 'https://two.example'], tokenType: null, principalArn: null } },
      'target_mismatch',
    ],
    ['without the intent that its scope requires', [token('a', { requires: { intent: true } })], {}, 'intent_required'],
    [
      'without the intent that one of two requires',
      [token('a'), token('b', { requires: { intent: true } })],
      {},
      'intent_required',
    ],
    ['for a name that no scope has, beside one that there is', [token('a')], { scopes: ['a', 'a b'] }, 'not_allowed'],
    ['for a scope that there is not, beside one that there is', [token('a')], { scopes: ['a', 'b'] }, 'not_allowed'],
  ])('is refused %s, recorded, and nothing is prepared', async (_, scopes, request, reason) => {
    const { verdict, record, inputs } = await ask(scopes, request);
    expect([verdict, record?.outcome, record?.reason, inputs]).toEqual([reason, 'denied', reason, []]);
  });

  it('is granted with that intent', async () => {
    const scopes = [token('a'), token('b', { requires: { intent: true } })];
    expect((await ask(scopes, { intent: 'why' })).verdict).toBe('issued');
  });

  it('takes either target of a grant that has two', async () => {
    const grant = clientGrant({ audience: 'https://a.example', resource: 'https://b.example' });
    const { ports } = goodWorld([aScope({ grant })]);
    const prepare = () =>
      accept({ planned: { expires: NOW_SECONDS }, bound: () => ({}), mint: async () => accept(aMinted()) });
    const verdict = async (...names: readonly string[]) => {
      const request = aRequest({ route: 'token', target: { names, tokenType: null, principalArn: null } });
      return (await issue({ ...ports, granters: { 'oauth-token': { prepare } } }, request, signal)).ok;
    };
    expect([await verdict('https://a.example'), await verdict('https://b.example')]).toEqual([true, true]);
    expect([await verdict('https://c.example'), await verdict('https://a.example', 'https://c.example')]).toEqual([
      false,
      false,
    ]);
  });
});

describe('several scopes', () => {
  it('are granted where each of them is allowed, and the record has the checks of each', async () => {
    const { verdict, record } = await ask([token('a'), token('b')]);
    expect(verdict).toBe('issued');
    const check = { operator: 'StringEquals', key: 'claims.ref', held: true };
    expect(record?.decision.checks).toEqual([
      { ...check, scope: 'a' },
      { ...check, scope: 'b' },
    ]);
  });

  it('of one alone do not say which', async () => {
    const { record } = await ask([token('a')]);
    expect(record?.decision.checks).toEqual([{ operator: 'StringEquals', key: 'claims.ref', held: true }]);
  });

  it.each<[string, readonly Scope[], Reason, number | null, number | null]>([
    ['the second', [token('a'), token('b', { allow: [rule(7, isOther)] })], 'not_allowed', null, null],
    [
      'the second, by a deny',
      [token('a'), token('b', { deny: [rule(8, isMain), rule(9, isMain)] })],
      'not_allowed',
      0,
      8,
    ],
    [
      'both: the first says why',
      [token('a', { deny: [rule(5, isMain)] }), token('b', { deny: [rule(8, isMain)] })],
      'not_allowed',
      0,
      5,
    ],
  ])('are refused where one is not allowed: %s', async (_, scopes, reason, rules, line) => {
    const { verdict, record, inputs } = await ask(scopes);
    expect([verdict, inputs, record?.decision.rule, record?.scope]).toEqual([reason, [], rules, 'a b']);
    expect(record?.decision.source?.line ?? null).toBe(line);
    expect(record?.decision.source?.file).toBe('scopes/x.yaml');
  });

  it('are decided for the shortest of their durations where none is asked for', async () => {
    const lasting = (scope: string, duration: number) =>
      token(scope, {
        allow: [rule(3, { NumericEquals: { 'request.duration': ['300'] } })],
        grant: { type: 'broker-token', audience: 'https://one.example', duration: seconds(duration), claims: {} },
      });
    expect((await ask([lasting('a', 300), lasting('b', 600)])).verdict).toBe('issued');
    expect((await ask([lasting('a', 600), lasting('b', 300)])).verdict).toBe('issued');
    expect((await ask([lasting('a', 600)])).verdict).toBe('not_allowed');
    expect((await ask([lasting('a', 600)], { requestedDuration: seconds(300) })).verdict).toBe('issued');
  });
});

const lineage = (left: number, claims: Readonly<Record<string, string>> = {}): Principal['lineage'] => ({
  tokenIds: ['iss_1'],
  exchanges: 1,
  expires: epochSeconds(NOW_SECONDS + left),
  issuer: null,
  actors: [],
  presenters: [],
  scopes: [],
  boundTo: null,
  token: { subject: 's', claims: { values: new Map(Object.entries(claims)), unavailable: new Map() } },
});

describe('an actor', () => {
  const both = token('a', {
    allow: [
      { ...rule(3), actor: { connections: ['github'], clients: null, when: null } },
      { ...rule(4), actor: { connections: null, clients: ['agent'], when: null } },
    ],
  });
  const asked = { proofs: { ...aRequest().proofs, subject: jwt('subject'), actor: jwt('actor') } };

  it.each([
    [300, 200, 200],
    [200, 300, 200],
    [200, null, 200],
    [null, 300, 300],
    [null, null, null],
  ])('by a broker token, and a subject by one, end what they get: %j and %j', async (subject, actor, expected) => {
    const of = (left: number | null) => aPrincipal({ lineage: left === null ? null : lineage(left) });
    const { inputs, verdict } = await ask([both], asked, { subject: of(subject), actor: of(actor) });
    expect(verdict).toBe('issued');
    expect(inputs[0]?.endsBy).toBe(expected === null ? null : NOW_SECONDS + expected);
  });

  it.each([
    [aPrincipal(), { connection: 'github', client: null }],
    [
      aPrincipal({ source: { kind: 'client', name: 'agent' }, subject: 'agent' }),
      { connection: null, client: 'agent' },
    ],
  ])('is named by where it comes from: %#', async (actor, named) => {
    expect((await ask([both], asked, { actor })).record?.actor).toMatchObject(named);
  });

  it('is recorded with the claims that rules name of it, and no others', async () => {
    const actor = {
      connections: ['github'],
      clients: null,
      when: { StringEquals: { 'actor.claims.ref': ['refs/heads/main'] } },
    };
    const { record } = await ask([token('a', { allow: [{ ...rule(3), actor }] })], asked);
    expect(record?.actor?.claims).toEqual({ ref: 'refs/heads/main' });
    expect(record?.claims).toEqual({ sha: 'c0ffee' });
  });
});

it('a broker token is recorded with its own claims where its origin’s are not in it', async () => {
  const claims = { values: new Map([['ref', 'refs/heads/main']]), unavailable: new Map() };
  const subject = aPrincipal({ claims, lineage: lineage(300, { sha: 'of the token', ref: 'of the token too' }) });
  const { record } = await ask([token('a')], { proofs: { ...aRequest().proofs, subject: jwt('s') } }, { s: subject });
  expect(record?.claims).toEqual({ ref: 'refs/heads/main', sha: 'of the token' });
});

describe('an issuance that failed', () => {
  const world = (how: 'mint' | 'started') => {
    const { ports, records, mint } = goodWorld();
    mint.answer = async () => refuse('role_refused', { log: { errorCode: 'AccessDenied' } });
    const started = async (record: IssuanceRecord): Promise<void> => {
      if (how === 'started') throw new Fault('ledger', 'down');
      records.push(record);
    };
    return { ports: { ...ports, ledger: { ...ports.ledger, started } }, records };
  };

  it('says so to the metrics, and which it was to the log', async () => {
    const { ports, records } = world('mint');
    expect(await issue(ports, aRequest(), signal)).toEqual({
      ok: false,
      refusal: {
        reason: 'role_refused',
        recorded: 'failed',
        log: { errorCode: 'AccessDenied', issuance: records[0]?.id },
      },
    });
  });

  it('before anybody was asked to mint has no record of a mint', async () => {
    const { ports, records } = world('started');
    await expect(issue(ports, aRequest(), signal)).rejects.toMatchObject({ dependency: 'ledger' });
    expect(records).toEqual([]);
  });

  it('hands out nothing, and what went well says for whom', async () => {
    const { ports, records } = goodWorld();
    const outcome = await issue(ports, aRequest(), signal);
    expect(outcome).toEqual(accept({ record: records.at(-1), minted: aMinted(), principal: aPrincipal() }));
  });
});

it('a bound proof is bound to who acts with it', async () => {
  const { ports } = goodWorld([
    aScope({
      allow: [
        { ...rule(1), actor: null },
        { ...rule(2), actor: { connections: ['github'], clients: null, when: null } },
      ],
    }),
  ]);
  const bindings: string[] = [];
  const reuse = { reuse: 'bind', issuer: 'i', tokenId: 't', until: epochSeconds(NOW_SECONDS + 60) } as const;
  const replays = {
    ...ports.replays,
    claim: async ({ binding }: { readonly binding: string }) => {
      bindings.push(binding);
      return 'claimed' as const;
    },
  };
  const by = async (actor: Proof | null) => {
    const authenticators = {
      jwt: async ({ token: name }: { readonly token: string }) =>
        accept(name === 'subject' ? aPrincipal({ reuse }) : aPrincipal({ subject: name })),
    };
    const proofs = { ...aRequest().proofs, subject: jwt('subject'), actor };
    expect((await issue({ ...ports, replays, authenticators }, aRequest({ proofs }), signal)).ok).toBe(true);
  };
  await by(null);
  await by(jwt('agent'));
  await by(jwt('another'));
  await by(jwt('agent'));
  expect(new Set(bindings).size).toBe(3);
  expect(bindings[3]).toBe(bindings[1]);
});
