import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import { seconds } from '../../lib/time.ts';
import { aSessionGrant } from '../fakes/world.ts';
import { type Bring, type Exchanged, openScope, rule, startExchanges, type Token } from './exchanges.ts';

type Exchange = Awaited<ReturnType<typeof startExchanges>>;
type Presenting = Omit<Bring, 'scope'>;

/** The ways to present a broker token of Alice's in which somebody acts for her. */
const WAYS: readonly (readonly [string, Presenting])[] = [
  ['unauthenticated', {}],
  ['by another client', { client: 'portal' }],
  ['with another actor_token', { actorToken: 'helper-1' }],
  ['by another client with another actor_token', { client: 'portal', actorToken: 'helper-1' }],
];

/** How many exchanges made the token that is presented in the last one; at most three may follow one another. */
const HOPS = [1, 2];
const ALL = HOPS.flatMap((hops) => WAYS.map(([way, presenting]) => [hops, way, presenting] as const));

/** Presented by the client that it was sent to, as which alone it is a proof. */
const BY_PORTAL: Presenting = { client: 'portal' };

/** Makes a broker token in `hops` exchanges, the first as `first` says, and presents it for `scope`. */
async function chain(
  exchange: Exchange,
  first: { readonly token: Token } & Presenting,
  hops: number,
  presenting: Presenting,
  scope = 'role',
  link = 'link',
): Promise<Exchanged> {
  const { token, ...with_ } = first;
  let last = await exchange(token, { scope: link, ...with_ });
  for (let hop = 1; hop < hops; hop += 1) last = await exchange(last.token, { scope: link, ...presenting });
  expect(last.reason).toBe('granted');
  return exchange(last.token, { scope, ...presenting });
}

const byAgent = { token: 'alice', client: 'agent' };
const deny = (more: Partial<Rule>) => startExchanges([openScope({ deny: [rule(more)] })]);
const named = (more: { connections?: string[]; clients?: string[] }) => ({
  actor: { connections: null, clients: null, when: null, ...more },
});
const sub = (value: string) => ({ StringEquals: { 'claims.sub': [value] } });

describe('who acted', () => {
  it.each(ALL)(
    'acts still after %d exchanges, presented %s: a rule for Alice alone is not for them',
    async (hops, _, presenting) => {
      const exchange = await startExchanges([openScope({ allow: [rule({ connections: ['people', 'broker'] })] })]);
      expect((await chain(exchange, byAgent, hops, presenting)).reason).toBe('not_allowed');
    },
  );

  it.each(ALL)(
    'cannot be hidden behind the client of a rule of connection and client: %d, %s',
    async (hops, _, presenting) => {
      const allow = [rule({ connections: ['people', 'broker'], clients: ['portal'] })];
      const exchange = await startExchanges([openScope({ allow })]);
      expect((await chain(exchange, byAgent, hops, presenting)).reason).toBe('not_allowed');
    },
  );

  it.each(
    [
      ['client', { clients: ['agent'] }],
      ['actor by client', named({ clients: ['agent'] })],
      ['key actor.client', { when: { StringEquals: { 'actor.client': ['agent'] } } }],
      ['key client', { when: { StringEquals: { client: ['agent'] } } }],
    ].flatMap(([what, denied]) => ALL.map((each) => [what, denied, ...each] as const)),
  )('is denied by %s %j after %d exchanges, presented %s', async (_what, denied, hops, _, presenting) => {
    const exchange = await deny(denied as Partial<Rule>);
    expect((await chain(exchange, byAgent, hops, presenting)).reason).toBe('not_allowed');
    expect((await chain(exchange, { token: 'alice' }, hops, presenting)).reason).toBe('granted');
  });

  it.each(
    [
      ['connection', named({ connections: ['agents'] })],
      ['key actor.connection', { when: { StringEquals: { 'actor.connection': ['agents'] } } }],
      ['subject', { when: { StringEquals: { 'actor.claims.sub': ['agent-7'] } } }],
    ].flatMap(([what, denied]) => [1, 2].map((hops) => [what, denied, hops] as const)),
  )('as a workload is denied by its %s %j after %d exchanges', async (_what, denied, hops) => {
    const exchange = await deny(denied as Partial<Rule>);
    const byWorkload = { token: 'alice', actorToken: 'agent-7' };
    for (const presenting of [{}, { client: 'portal' }]) {
      expect((await chain(exchange, byWorkload, hops, presenting)).reason).toBe('not_allowed');
    }
  });

  it('is told to STS, whoever presents the token', async () => {
    const exchange = await startExchanges([openScope({})]);
    const tagOf = async (first: Presenting & { token: Token }, presenting: Presenting) => {
      const { asked } = await chain(exchange, first, 2, presenting);
      return asked?.tags.find(({ key }) => key === 'token-broker:actor')?.value ?? null;
    };
    expect(await tagOf(byAgent, {})).toBe('client:agent');
    expect(await tagOf({ token: 'alice', actorToken: 'agent-7' }, {})).toBe('agents:agent-7');
    expect(await tagOf(byAgent, { client: 'portal' })).toBe('client:portal');
    expect(await tagOf({ token: 'alice' }, {})).toBeNull();
  });

  it('by a broker token of its own is who it is: its connection, its subject, its tag', async () => {
    const exchange = await startExchanges([
      openScope({ allow: [rule({ connections: ['people'], ...named({ connections: ['agents'] }) })] }),
    ]);
    const { token } = await exchange('agent-7', { scope: 'link' });
    const { reason, asked, record } = await exchange('alice', { scope: 'role', actorToken: token });
    expect(reason).toBe('granted');
    expect(asked?.tags).toContainEqual({ key: 'token-broker:actor', value: 'agents:agent-7' });
    expect(record?.actor).toMatchObject({ connection: 'agents', subject: 'agent-7', proof: { kind: 'broker' } });
  });

  it('for an agent is in the chain of whoever that agent acts for', async () => {
    const exchange = await deny({ clients: ['agent'] });
    const { token } = await exchange('agent-7', { scope: 'link', client: 'agent' });
    expect((await exchange('alice', { scope: 'role', actorToken: token })).reason).toBe('not_allowed');
    const link = await exchange('alice', { scope: 'link', actorToken: token });
    expect((await exchange(link.token, { scope: 'role', client: 'portal' })).reason).toBe('not_allowed');
  });

  it.each(
    [{ clients: ['portal'] }, { when: { StringEquals: { client: ['portal'] } } }].flatMap((denied) =>
      HOPS.map((hops) => [denied, hops] as const),
    ),
  )('and who presented an actor_token stays denied by `client` (%j) after %d exchanges', async (denied, hops) => {
    const exchange = await deny(denied);
    const presented = { token: 'alice', client: 'portal', actorToken: 'agent-7' };
    expect((await chain(exchange, presented, hops, {})).reason).toBe('not_allowed');
    expect((await chain(exchange, { ...presented, client: 'helper' }, hops, {})).reason).toBe('granted');
  });

  it("and who presented the actor's own token is denied by `client` too", async () => {
    const exchange = await deny({ clients: ['portal'] });
    const { token } = await exchange('agent-7', { scope: 'link', client: 'portal', actorToken: 'helper-1' });
    expect((await exchange('alice', { scope: 'role', actorToken: token })).reason).toBe('not_allowed');
  });

  it('satisfies a rule that names it, unauthenticated, and no rule by its claims', async () => {
    const actor = { connections: null, clients: ['agent'], when: null };
    const exchange = await startExchanges([
      openScope({ allow: [rule({ connections: ['people'], actor })] }),
      openScope({
        scope: 'by-claim',
        allow: [
          rule({
            connections: ['people'],
            actor: { ...actor, when: { StringEquals: { 'actor.claims.team': ['data'] } } },
          }),
        ],
      }),
    ]);
    expect((await chain(exchange, byAgent, 2, {})).reason).toBe('granted');
    expect((await exchange('alice', { scope: 'by-claim', client: 'agent' })).reason).toBe('granted');
    expect((await chain(exchange, byAgent, 2, {}, 'by-claim')).reason).toBe('claim_withheld');
  });
});

describe('may_act', () => {
  const mayAct = { sub: 'agent-7', iss: 'https://agents.example' };
  const byWorkload = { token: 'alice', actorToken: 'agent-7' };

  it.each([1, 2])('still holds after %d exchanges: only the one whom it names', async (hops) => {
    const exchange = await startExchanges([openScope({})], mayAct);
    const last = async (presenting: Presenting) => {
      let token = (await exchange('alice', { scope: 'link', actorToken: 'agent-7' })).token;
      for (let hop = 1; hop < hops; hop += 1) token = (await exchange(token, { scope: 'link' })).token;
      return (await exchange(token, { scope: 'role', ...presenting })).reason;
    };
    expect(await last({})).toBe('granted');
    expect(await last({ actorToken: 'agent-7' })).toBe('granted');
    expect(await last({ client: 'portal', actorToken: 'agent-7' })).toBe('granted');
    expect(await last({ actorToken: 'helper-1' })).toBe('may_act_mismatch');
    expect(await last({ client: 'portal' })).toBe('may_act_mismatch');
  });

  it.each([
    ['the subject of another issuer', { sub: 'agent-7' }],
    ['a client_id of another issuer', { client_id: 'agent-7' }],
  ])('without `iss` never names %s, at the first exchange or later', async (_, named) => {
    const exchange = await startExchanges([openScope({})], named);
    expect((await exchange('alice', { scope: 'link', ...byWorkload })).reason).toBe('may_act_mismatch');
  });

  it('without `iss` still names the client of that name after two exchanges', async () => {
    const exchange = await startExchanges([openScope({})], { sub: 'agent' });
    expect((await chain(exchange, byAgent, 2, { client: 'agent' })).reason).toBe('granted');
    expect((await chain(exchange, byAgent, 2, {})).reason).toBe('granted');
  });
});

describe('who the origin is', () => {
  it.each(
    [
      ['by connection', { connections: ['people'] }],
      ['by connection and subject', { connections: ['people'], when: sub('alice') }],
      ['by subject, whatever the connection', { when: sub('alice') }],
      ['by the token itself', { connections: ['broker'], when: sub('people:alice') }],
      ['by the key `connection`', { when: { StringEquals: { connection: ['people'] } } }],
      ['by the label', { when: { StringEquals: { principal: ['alice@acme.example'] } } }],
    ].flatMap(([what, denied]) => ALL.map((each) => [what, denied, ...each] as const)),
  )('is denied %s (%j) after %d exchanges, presented %s', async (_what, denied, hops, _, presenting) => {
    const exchange = await deny(denied as Partial<Rule>);
    expect((await chain(exchange, { token: 'alice' }, hops, presenting)).reason).toBe('not_allowed');
  });

  it.each([1, 2])('is allowed by the rule of its connection after %d exchanges, with `claims.sub`', async (hops) => {
    const allow = (value: string) => [rule({ connections: ['people'], when: sub(value) })];
    const exchange = await startExchanges([
      openScope({ allow: allow('alice') }),
      openScope({ scope: 'for-bob', allow: allow('bob') }),
      openScope({ scope: 'as-token', allow: allow('people:alice') }),
    ]);
    expect((await chain(exchange, { token: 'alice' }, hops, {})).reason).toBe('granted');
    expect((await chain(exchange, { token: 'alice' }, hops, {}, 'for-bob')).reason).toBe('not_allowed');
    expect((await chain(exchange, { token: 'alice' }, hops, {}, 'as-token')).reason).toBe('not_allowed');
  });

  it.each([1, 2])('as a client is a client after %d exchanges, allowed and denied', async (hops) => {
    const bot = { token: 'client:nightly-bot' };
    const allowed = await startExchanges([openScope({ allow: [rule({ clients: ['nightly-bot'] })] })]);
    expect((await chain(allowed, bot, hops, {})).reason).toBe('granted');
    expect((await chain(await deny({ clients: ['nightly-bot'] }), bot, hops, {})).reason).toBe('not_allowed');
  });

  it.each(ALL)(
    'counts once, has one source identity and one name in the ledger: %d, %s',
    async (hops, _, presenting) => {
      const perPrincipal = { count: 5, window: seconds(60) };
      const exchange = await startExchanges([openScope({ limits: { perPrincipal, total: null } })]);
      const direct = await exchange('alice', { scope: 'role' });
      const later = await chain(exchange, { token: 'alice' }, hops, presenting);
      expect(later.limits).toEqual(direct.limits);
      expect(later.limits).toHaveLength(1);
      expect(later.asked?.sourceIdentity).toBe(direct.asked?.sourceIdentity);
      const { principal, connection, subject } = later.record ?? {};
      expect([principal, connection, subject]).toEqual(['alice@acme.example', 'people', 'alice']);
      expect(later.record?.proof.kind).toBe('broker');
    },
  );
});

describe('a claim of the origin', () => {
  const team = { StringEquals: { 'claims.team': ['ops'] } };
  const is = { StringEquals: { 'claims.team': ['data'] } };

  it.each([1, 2])('that the token carries is tested, allowed and denied, after %d exchanges', async (hops) => {
    const exchange = await startExchanges([
      openScope({
        allow: [rule({ connections: ['people'], when: is })],
        deny: [rule({ connections: ['people'], when: team })],
      }),
      openScope({ scope: 'other', allow: [rule({ connections: ['people'], when: team })] }),
      openScope({ scope: 'denied', deny: [rule({ when: is })] }),
    ]);
    const ask = async (scope: string) =>
      (await chain(exchange, { token: 'alice' }, hops, {}, scope, 'link-team')).reason;
    expect(await ask('role')).toBe('granted');
    expect(await ask('other')).toBe('not_allowed');
    expect(await ask('denied')).toBe('not_allowed');
  });

  it.each(
    [
      ['a `deny` of its connection', { deny: [rule({ connections: ['people'], when: team })] }],
      ['a `deny` of whoever comes', { deny: [rule({ when: team })] }],
      [
        'a `deny` that it is absent',
        { deny: [rule({ connections: ['people'], when: { Null: { 'claims.groups': ['true'] } } })] },
      ],
      [
        'a `deny` by what the token says of itself',
        { deny: [rule({ connections: ['people'], when: { StringEquals: { 'claims.client_id': ['x'] } } })] },
      ],
      ['an `allow` of its connection', { allow: [rule({ connections: ['people'], when: is })] }],
      [
        'an `allow` where it is absent',
        { allow: [rule({ connections: ['people'], when: { Null: { 'claims.team': ['true'] } } })] },
      ],
    ].flatMap(([what, more]) => [1, 2].map((hops) => [what, more, hops] as const)),
  )('that the token does not carry is withheld: %s refuses (%j, %d)', async (_, more, hops) => {
    const exchange = await startExchanges([openScope(more as Parameters<typeof openScope>[0])]);
    expect((await chain(exchange, { token: 'alice' }, hops, {})).reason).toBe('claim_withheld');
  });

  it('that the token does not carry is absent to a rule of the connection `broker`', async () => {
    const when = { Null: { 'claims.team': ['true'] }, StringEquals: { 'claims.scope': ['link'] } };
    const exchange = await startExchanges([openScope({ allow: [rule({ connections: ['broker'], when })] })]);
    expect((await chain(exchange, { token: 'alice' }, 1, {})).reason).toBe('granted');
  });

  it.each([
    ['scopes', { 'ForAnyValue:StringEquals': { 'claims.scopes': ['link'] } }, 'granted'],
    ['none of its scopes', { 'ForAnyValue:StringEquals': { 'claims.scopes': ['lin', 'link other'] } }, 'not_allowed'],
  ])('is one of its %s to a rule of the connection `broker`, each by itself', async (_, when, reason) => {
    const exchange = await startExchanges([openScope({ allow: [rule({ connections: ['broker'], when })] })]);
    expect((await chain(exchange, { token: 'alice' }, 1, {})).reason).toBe(reason);
    const people = await startExchanges([openScope({ allow: [rule({ connections: ['people'], when })] })]);
    expect((await chain(people, { token: 'alice' }, 1, {})).reason).toBe('claim_withheld');
  });

  it('fills a template as the rule sees it that allowed', async () => {
    const tagged = (connection: string, scope: string) =>
      openScope({
        scope,
        allow: [rule({ connections: [connection] })],
        grant: { ...aSessionGrant(), tags: { who: '${claims.sub}', team: '${claims.team}' } },
      });
    const exchange = await startExchanges([tagged('people', 'role'), tagged('broker', 'as-token')]);
    const tags = async (scope: string, link: string) => {
      const { reason, asked } = await chain(exchange, { token: 'alice' }, 1, {}, scope, link);
      return reason === 'granted' ? asked?.tags.filter(({ key }) => !key.startsWith('token-broker:')) : reason;
    };
    const of = (who: string) => [
      { key: 'who', value: who },
      { key: 'team', value: 'data' },
    ];
    expect(await tags('role', 'link-team')).toEqual(of('alice'));
    expect(await tags('as-token', 'link-team')).toEqual(of('people:alice'));
    expect(await tags('role', 'link')).toBe('claim_withheld');
    expect(await tags('as-token', 'link')).toBe('template_value');
  });
});

describe('a token that was sent to a client, which exchanges it', () => {
  const sent = (exchange: Exchange, first: { readonly token: Token } & Presenting, more: Partial<Bring> = {}) =>
    chain(exchange, first, 1, { ...BY_PORTAL, ...more }, more.scope ?? 'role', 'portal');
  const reasonOf = async (denied: Partial<Rule>, first: { readonly token: Token } & Presenting) =>
    (await sent(await deny(denied), first)).reason;

  it.each([
    ['by connection', { connections: ['people'] }],
    ['by connection and subject', { connections: ['people'], when: sub('alice') }],
    ['by the token itself', { connections: ['broker'], when: sub('people:alice') }],
    ['by the key `connection`', { when: { StringEquals: { connection: ['people'] } } }],
    ['by the label', { when: { StringEquals: { principal: ['alice@acme.example'] } } }],
    ['by the client that it was sent to', { clients: ['portal'] }],
    ['by that client as actor', named({ clients: ['portal'] })],
    ['by the scope of the token', { connections: ['broker'], when: { StringEquals: { 'claims.scope': ['portal'] } } }],
  ])('is denied %s', async (_, denied) => {
    expect(await reasonOf(denied, { token: 'alice' })).toBe('not_allowed');
  });

  it.each([
    ['the agent as client', { clients: ['agent'] }, byAgent],
    ['the agent as actor', named({ clients: ['agent'] }), byAgent],
    ['the workload', named({ connections: ['agents'] }), { token: 'alice', actorToken: 'agent-7' }],
    [
      'a client that only presented',
      { clients: ['helper'] },
      { token: 'alice', client: 'helper', actorToken: 'agent-7' },
    ],
  ])('is denied by who came between the person and the client: %s', async (_, denied, first) => {
    expect(await reasonOf(denied, first)).toBe('not_allowed');
    expect(await reasonOf(denied, { token: 'alice' })).toBe('granted');
  });

  it('counts as its person, whose source identity and label it has, and names the client to STS and in the ledger', async () => {
    const limits = { perPrincipal: { count: 5, window: seconds(60) }, total: null };
    const exchange = await startExchanges([openScope({ limits })]);
    const direct = await exchange('alice', { scope: 'role' });
    const later = await sent(exchange, byAgent);
    expect(later.limits).toEqual(direct.limits);
    expect(later.asked?.sourceIdentity).toBe(direct.asked?.sourceIdentity);
    expect(later.asked?.tags).toContainEqual({ key: 'token-broker:actor', value: 'client:portal' });
    expect(later.record).toMatchObject({
      ...{ principal: 'alice@acme.example', connection: 'people', subject: 'alice', client: 'portal' },
      ...{ actor: { client: 'portal' }, proof: { kind: 'broker' } },
    });
  });

  it.each([
    ['nobody', {}, 'not_allowed'],
    ['another client as actor', named({ clients: ['agent'] }), 'not_allowed'],
    ['another client that presents', { clients: ['agent'] }, 'not_allowed'],
    ['it as actor', named({ clients: ['portal'] }), 'granted'],
    ['it as whoever presents', { clients: ['portal'] }, 'granted'],
  ])('is admitted by a rule of its person that names %s: %j', async (_, more, reason) => {
    const allow = [rule({ connections: ['people', 'broker'], ...more })];
    const exchange = await startExchanges([openScope({ allow })]);
    expect((await sent(exchange, { token: 'alice' })).reason).toBe(reason);
  });

  it('nests the client around who acted before, in what comes of it', async () => {
    const exchange = await startExchanges([openScope({})]);
    const { token, reason } = await sent(exchange, byAgent, { scope: 'link' });
    expect(reason).toBe('granted');
    expect(decodeJwt(token)).toMatchObject({
      sub: 'people:alice',
      act: { sub: 'client:portal', act: { sub: 'client:agent' } },
      token_broker: { exchanges: 2, principal: 'alice@acme.example', issuer: 'https://people.example' },
    });
  });

  it('ends what comes of it, and counts as a link of the chain', async () => {
    const exchange = await startExchanges([openScope({})]);
    const first = await exchange('alice', { scope: 'portal' });
    const second = await exchange(first.token, { scope: 'portal', ...BY_PORTAL });
    const third = await exchange(second.token, { scope: 'portal', ...BY_PORTAL });
    expect(decodeJwt(third.token).exp).toBe(decodeJwt(first.token).exp);
    expect((await exchange(third.token, { scope: 'role', ...BY_PORTAL })).reason).toBe('exchange_chain_too_long');
  });

  it.each([
    ['another client', { client: 'agent' }, 'audience_mismatch'],
    ['nobody who authenticates', {}, 'audience_mismatch'],
    [
      'the client, with an actor_token of somebody else',
      { client: 'portal', actorToken: 'agent-7' },
      'proof_client_mismatch',
    ],
  ])('is no proof by %s', async (_, presenting, reason) => {
    const exchange = await startExchanges([openScope({})]);
    const { token } = await exchange('alice', { scope: 'portal' });
    expect((await exchange(token, { scope: 'role', ...presenting })).reason).toBe(reason);
  });

  it('may come with an actor_token of the client itself, and is no actor_token', async () => {
    const exchange = await startExchanges([openScope({})]);
    const { token } = await exchange('alice', { scope: 'portal' });
    const own = await exchange('client:portal', { scope: 'link' });
    expect((await exchange(token, { scope: 'role', ...BY_PORTAL, actorToken: own.token })).reason).toBe('granted');
    expect((await exchange('alice', { scope: 'role', ...BY_PORTAL, actorToken: token })).reason).toBe(
      'audience_mismatch',
    );
  });

  it.each([
    ['the client', { sub: 'portal' }, 'granted'],
    ['somebody else', { sub: 'agent' }, 'may_act_mismatch'],
  ])('is held to a `may_act` of %s', async (_, mayAct, reason) => {
    const exchange = await startExchanges([openScope({})], mayAct);
    const { token } = await exchange('alice', { scope: 'portal', client: mayAct.sub });
    expect((await exchange(token, { scope: 'role', ...BY_PORTAL })).reason).toBe(reason);
  });

  it.each([
    ['portal-team', 'granted'],
    ['portal', 'claim_withheld'],
  ])('of the scope %s carries the claims of that scope and no others', async (link, reason) => {
    const when = { StringEquals: { 'claims.team': ['data'] } };
    const allow = [rule({ connections: ['people'], when, ...named({ clients: ['portal'] }) })];
    const exchange = await startExchanges([openScope({ allow })]);
    expect((await chain(exchange, { token: 'alice' }, 1, BY_PORTAL, 'role', link)).reason).toBe(reason);
  });
});
