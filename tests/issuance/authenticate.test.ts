import { describe, expect, it } from '@jest/globals';
import type { Actor, AuthenticatedClient, Lineage, Proof } from '../../lib/identity/principal.ts';
import { type Authenticators, authenticate, type PresentedProofs } from '../../lib/issuance/authenticate.ts';
import { issue } from '../../lib/issue.ts';
import { accept, type Outcome, refuse } from '../../lib/outcome.ts';
import { epochSeconds } from '../../lib/time.ts';
import { aPrincipal, aRequest, fakeConfiguration, goodWorld, NOW_SECONDS } from '../fakes/world.ts';

const context = {
  configuration: fakeConfiguration({}),
  sourceIp: '203.0.113.9',
  signal: new AbortController().signal,
};
const PROOFS = {
  jwt: { kind: 'jwt', token: 'a.b.c', declared: 'id_token' },
  saml: { kind: 'saml', document: 'PHg+', at: { kind: 'endpoint' } },
  awsIam: { kind: 'aws-iam', envelope: 'e30' },
} as const satisfies Record<string, Proof>;
const SECRET = { method: 'client_secret_post', client: 'bot', secret: 's' } as const;
const bot: AuthenticatedClient = {
  client: 'bot',
  claims: { values: new Map([['team', 'data']]), unavailable: new Map() },
  proof: { kind: 'client-secret', issuer: null, tokenId: null, sha256: null, expires: null },
  reuse: null,
};

/** Verifiers that say who they are and write down what they were asked. */
function verifiers() {
  const asked: unknown[][] = [];
  const named =
    (name: string) =>
    async (...given: unknown[]) => {
      asked.push([name, ...given]);
      return accept(aPrincipal({ name, subject: name }));
    };
  const authenticators: Authenticators = {
    jwt: named('jwt'),
    saml: named('saml'),
    awsIam: named('awsIam'),
    client: async (...given) => {
      asked.push(['client', ...given]);
      return accept(bot);
    },
  };
  return { asked, authenticators };
}

const presented = (more: Partial<PresentedProofs>): PresentedProofs => ({
  ...aRequest().proofs,
  subject: PROOFS.jwt,
  ...more,
});

describe('a proof', () => {
  it.each(['jwt', 'saml', 'awsIam'] as const)('of each kind goes to its own verifier, as it came: %s', async (kind) => {
    const { asked, authenticators } = verifiers();
    const outcome = await authenticate(authenticators, presented({ subject: PROOFS[kind] }), context);
    expect(outcome).toMatchObject({ ok: true, value: { principal: { name: kind }, proof: PROOFS[kind], actor: null } });
    const sent = kind === 'awsIam' ? PROOFS.awsIam.envelope : PROOFS[kind];
    expect(asked).toEqual([[kind, sent, context]]);
  });

  it.each(['jwt', 'saml', 'awsIam'] as const)('of an actor goes there too: %s', async (kind) => {
    const { authenticators } = verifiers();
    const outcome = await authenticate(authenticators, presented({ actor: PROOFS[kind] }), context);
    expect(outcome).toMatchObject({
      value: {
        principal: { name: 'jwt' },
        actor: { via: 'actor-token', connection: 'github', client: null, subject: kind, name: kind },
      },
    });
  });

  it('is verified by what the request brought: its configuration, where it came from, and its deadline', async () => {
    const { ports } = goodWorld();
    const configuration = fakeConfiguration({});
    const given: unknown[] = [];
    const jwt = async (...all: readonly unknown[]): Promise<Outcome<never>> => {
      given.push(...all);
      return refuse('signature_invalid');
    };
    const world = { ...ports, configurations: { current: async () => configuration }, authenticators: { jwt } };
    await issue(world, aRequest(), context.signal);
    expect(given).toEqual([
      aRequest().proofs.subject,
      { configuration, sourceIp: aRequest().caller.sourceIp, signal: context.signal },
    ]);
  });
});

const until = epochSeconds(NOW_SECONDS + 60);
/** A broker token, whose key has that thumbprint. */
const boundTo = (thumbprint: string | null): Lineage => ({
  ...{ tokenIds: ['iss_1'], exchanges: 1, expires: until, issuer: null, actors: [], presenters: [], scopes: [] },
  boundTo: thumbprint,
  token: { subject: 's', claims: { values: new Map(), unavailable: new Map() } },
});

const dpop = { proof: 'a.b.c', method: 'POST', path: '/oauth2/token', accessToken: null } as const;
const keyOf = (thumbprint: string) => ({
  thumbprint,
  reuse: { reuse: 'once', issuer: 'dpop x', tokenId: 'a', until } as const,
});

describe('a broker token that is bound to a key (RFC 9449 section 6)', () => {
  it.each<[string, Lineage | null, Lineage | null, string | null, string | null]>([
    ['is a proof with a proof of that key', boundTo('k1'), null, 'k1', null],
    ['is none without it', boundTo('k1'), null, null, 'dpop_proof_missing'],
    ['is none with that of another key', boundTo('k1'), null, 'k2', 'dpop_key_mismatch'],
    ["is none as an actor's without it", null, boundTo('k1'), null, 'dpop_proof_missing'],
    ["is none as an actor's with that of another key", null, boundTo('k1'), 'k2', 'dpop_key_mismatch'],
    ['is none beside one of another key', boundTo('k1'), boundTo('k2'), 'k1', 'dpop_key_mismatch'],
    ['that is bound to none needs none', boundTo(null), boundTo(null), null, null],
    ['that is bound to none may come with one', boundTo(null), null, 'k2', null],
  ])('%s', async (_, ofSubject, ofActor, proven, reason) => {
    const { authenticators } = verifiers();
    const all: Authenticators = {
      ...authenticators,
      jwt: async () => accept(aPrincipal({ lineage: ofSubject })),
      saml: async () => accept(aPrincipal({ lineage: ofActor })),
      dpop: async () => accept(keyOf(proven ?? '')),
    };
    const proofs = presented({ actor: PROOFS.saml, ...(proven === null ? {} : { dpop }) });
    const outcome = await authenticate(all, proofs, context);
    expect(outcome.ok ? null : outcome.refusal.reason).toBe(reason);
    if (outcome.ok) expect(outcome.value.key).toEqual(proven === null ? undefined : keyOf(proven));
  });

  it('is refused where the proof of its key is, and where nobody here verifies one', async () => {
    const { authenticators } = verifiers();
    const refusing = { ...authenticators, dpop: async () => refuse('replayed') };
    expect(await authenticate(refusing, presented({ dpop }), context)).toEqual(refuse('replayed'));
    expect(await authenticate(authenticators, presented({ dpop }), context)).toEqual(refuse('dpop_proof_invalid'));
  });
});

describe('a proof that was made for one client (an ID-JAG)', () => {
  const forClient = { client: 'bot', scopes: ['a'], resources: null };
  const other = { ...bot, client: 'other' };
  it.each<[string, AuthenticatedClient | null, string | null]>([
    ['is one in the hands of that client', bot, null],
    ['is none in the hands of another', other, 'proof_client_mismatch'],
    ['is none in the hands of nobody', null, 'proof_client_mismatch'],
  ])('%s, as the subject and as the actor', async (_, client, reason) => {
    const { authenticators } = verifiers();
    const saml = async () => accept(aPrincipal({ name: 'made for it', forClient }));
    const all = { ...authenticators, saml, client: async () => accept(client ?? bot) };
    const presenting = { client: client === null ? null : SECRET };
    for (const proofs of [{ subject: PROOFS.saml }, { actor: PROOFS.saml }]) {
      const outcome = await authenticate(all, presented({ ...proofs, ...presenting }), context);
      expect(outcome.ok ? null : outcome.refusal.reason).toBe(reason);
    }
  });

  it.each([
    ['is one with a proof of that key', 'k', null],
    ['is none with a proof of another', 'other', 'proof_key_mismatch'],
    ['is none without one', null, 'proof_key_mismatch'],
  ])('and that is bound to a key %s, as the subject and as the actor', async (_, proven, reason) => {
    const { authenticators } = verifiers();
    const saml = async () => accept(aPrincipal({ forClient, boundTo: 'k' }));
    const all = { ...authenticators, saml, dpop: async () => accept(keyOf(proven ?? '')) };
    const key = proven === null ? {} : { dpop };
    for (const proofs of [{ subject: PROOFS.saml }, { actor: PROOFS.saml }]) {
      const outcome = await authenticate(all, presented({ ...proofs, ...key, client: SECRET }), context);
      expect(outcome.ok ? null : outcome.refusal.reason).toBe(reason);
    }
  });

  it('stays so as the actor, whose own word is all that others may say', async () => {
    const { authenticators } = verifiers();
    const saml = async () => accept(aPrincipal({ forClient }));
    const of = async (more: Partial<Authenticators>) => {
      const outcome = await authenticate(
        { ...authenticators, ...more },
        presented({ client: SECRET, actor: PROOFS.saml }),
        context,
      );
      return outcome.ok ? outcome.value.actor : null;
    };
    expect((await of({ saml }))?.forClient).toEqual(forClient);
    expect(Object.keys((await of({})) ?? {})).not.toContain('forClient');
  });
});

describe('a broker token that was sent to a client (contract section 3)', () => {
  const server = { client: 'bot', audiences: ['https://files.acme.internal'] };
  const asBot = async () => accept({ ...bot, audiences: server.audiences });
  const sentTo = async () => accept(aPrincipal({ lineage: { ...boundTo(null), sentTo: 'bot' } }));

  it.each([
    ['an exchange by that client', { client: SECRET, sentToClient: 'accept' }, asBot, { server }],
    ['what is no exchange', { client: SECRET }, asBot, {}],
    ['an exchange by a client that is no audience', { client: SECRET, sentToClient: 'accept' }, null, {}],
    ['an exchange by nobody who authenticates', { sentToClient: 'accept' }, asBot, {}],
  ] as const)('is asked for of the subject alone, in %s', async (_, more, client, expected) => {
    const { asked, authenticators } = verifiers();
    const all = client === null ? authenticators : { ...authenticators, client };
    await authenticate(all, presented({ ...more, actor: PROOFS.saml }), context);
    expect(asked.filter(([kind]) => kind !== 'client')).toEqual([
      ['jwt', PROOFS.jwt, { ...context, ...expected }],
      ['saml', PROOFS.saml, context],
    ]);
  });

  it.each([
    ['the client itself', { client: SECRET }, true],
    ['nobody', {}, false],
    ['somebody else, whoever presents it', { client: SECRET, actor: PROOFS.saml }, false],
  ])('is a proof where %s acts: %j', async (_, more, isProof) => {
    const { authenticators } = verifiers();
    const outcome = await authenticate({ ...authenticators, jwt: sentTo }, presented(more), context);
    const detail =
      'The token was sent to the client that presents it: that client acts, and no other actor_token does.';
    expect(outcome).toMatchObject(isProof ? { ok: true } : refuse('proof_client_mismatch', { detail }));
  });
});

describe('who is who', () => {
  it('is verified client first, then subject, then actor; the first refusal is the answer', async () => {
    const { asked, authenticators } = verifiers();
    const proofs = presented({ client: SECRET, actor: PROOFS.saml, publicClients: 'accept' });
    expect((await authenticate(authenticators, proofs, context)).ok).toBe(true);
    expect(asked.map(([name]) => name)).toEqual(['client', 'jwt', 'saml']);
    expect(asked[0]).toEqual(['client', SECRET, 'accept', context]);
    const no = (reason: 'client_unknown' | 'expired' | 'signature_invalid') => async () => refuse(reason);
    const all = { client: no('client_unknown'), jwt: no('expired'), saml: no('signature_invalid') };
    expect(await authenticate(all, proofs, context)).toEqual(refuse('client_unknown'));
    expect(await authenticate({ ...authenticators, ...all, client: async () => accept(bot) }, proofs, context)).toEqual(
      refuse('expired'),
    );
    expect(await authenticate({ ...authenticators, saml: all.saml }, proofs, context)).toEqual(
      refuse('signature_invalid'),
    );
  });

  it('is the client itself, who acts for nobody, where it is the subject', async () => {
    const { authenticators } = verifiers();
    expect(await authenticate(authenticators, presented({ subject: 'client', client: SECRET }), context)).toEqual(
      accept({
        principal: {
          source: { kind: 'client', name: 'bot' },
          subject: 'bot',
          name: 'bot',
          claims: bot.claims,
          proof: bot.proof,
          reuse: null,
          record: [],
          mayAct: undefined,
          lineage: null,
        },
        actor: null,
        client: bot,
        proof: null,
      }),
    );
    expect(await authenticate(authenticators, presented({ subject: 'client' }), context)).toEqual(
      refuse('client_authentication_missing'),
    );
  });

  it('is the client as the actor, where no other is named', async () => {
    const { authenticators } = verifiers();
    const outcome = await authenticate(authenticators, presented({ client: SECRET }), context);
    expect(outcome).toMatchObject({
      value: {
        actor: {
          via: 'client',
          connection: null,
          client: 'bot',
          subject: 'bot',
          name: 'bot',
          claims: bot.claims,
          proof: bot.proof,
          reuse: null,
          lineage: null,
        },
        client: bot,
      },
    });
  });

  it('is a client as the actor too, where the proof of the actor is of one', async () => {
    const { authenticators } = verifiers();
    const saml = async () => accept(aPrincipal({ source: { kind: 'client', name: 'agent' }, subject: 'agent' }));
    const outcome = await authenticate({ ...authenticators, saml }, presented({ actor: PROOFS.saml }), context);
    expect(outcome).toMatchObject({ value: { actor: { via: 'actor-token', connection: null, client: 'agent' } } });
  });

  it('is whom the broker token says that acted last, where nobody acts now', async () => {
    const { authenticators } = verifiers();
    const acted = (client: string): Actor => ({
      ...{ via: 'act', connection: null, client, subject: client, name: client },
      ...{ claims: bot.claims, proof: bot.proof, reuse: null, lineage: null },
    });
    const lineage = { ...boundTo(null), actors: [acted('last'), acted('first')] };
    const jwt = async () => accept(aPrincipal({ lineage }));
    const actorOf = async (more: Partial<PresentedProofs>) => {
      const outcome = await authenticate({ ...authenticators, jwt }, presented(more), context);
      return outcome.ok ? outcome.value.actor?.client : outcome.refusal.reason;
    };
    expect(await actorOf({})).toBe('last');
    expect(await actorOf({ client: SECRET })).toBe('bot');
  });

  it('is a person who signed in, with nobody who acts, through a program that is no client of theirs', async () => {
    const { asked, authenticators } = verifiers();
    const subject = { kind: 'sign-in', principal: aPrincipal({ name: 'alice' }), through: ['cli'] } as const;
    expect(await authenticate(authenticators, presented({ subject }), context)).toEqual(
      accept({ principal: subject.principal, actor: null, client: null, through: ['cli'], proof: null }),
    );
    expect(asked).toEqual([]);
  });

  it.each([
    [{ client: SECRET }, 'client'],
    [{ actor: PROOFS.saml }, 'saml'],
    [{ subject: PROOFS.awsIam }, 'awsIam'],
    [{ subject: PROOFS.jwt }, 'jwt'],
  ] as const)('is refused where this function does not verify it: %j', async (more, missing) => {
    const { authenticators } = verifiers();
    const { [missing]: _, ...others } = authenticators;
    expect(await authenticate(others, presented(more), context)).toEqual(refuse('proof_type_unsupported'));
  });
});
