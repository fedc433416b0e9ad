import { describe, expect, it } from '@jest/globals';
import { identityText } from '../../lib/credential/act-claim.ts';
import { brokerTokenGranter } from '../../lib/credential/broker-token.ts';
import type { Granted, GrantInput } from '../../lib/credential/grant.ts';
import type { Actor, Lineage } from '../../lib/identity/principal.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { Fault, refuse } from '../../lib/outcome.ts';
import { Unavailable } from '../../lib/policy/decision.ts';
import type { BrokerTokenGrant } from '../../lib/policy/grants/broker-token.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import { actorOf, claimsOf, grantedOf, ISSUANCE, inputOf, NOW, principalOf } from './grant-fixtures.ts';

const ISSUER = 'https://broker.example.com';
const SECOND = Math.floor(NOW / 1000);
const grantOf = (more: Partial<BrokerTokenGrant> = {}): BrokerTokenGrant => ({
  type: 'broker-token',
  audience: 'https://api.acme.internal',
  duration: seconds(600),
  claims: {},
  ...more,
});

const granted = (grant = grantOf(), more: Parameters<typeof grantedOf<'broker-token'>>[2] = {}) =>
  grantedOf('broker-token', grant, more);

async function mint(more: Partial<GrantInput> = {}, ...scopes: readonly Granted<'broker-token'>[]) {
  const signed: { type: string; claims: JsonObject }[] = [];
  const signer = {
    sign: async (type: string, claims: JsonObject) => {
      signed.push({ type, claims });
      return 'header.payload.signature';
    },
  };
  const granter = brokerTokenGranter({ issuer: ISSUER, signer });
  const [first = granted(), ...others] = scopes;
  const prepared =
    others.length === 0
      ? granter.prepare(first, inputOf(more))
      : (granter.prepareTogether?.([first, ...others], inputOf(more)) ?? refuse('scopes_incompatible'));
  if (!prepared.ok) return { refusal: prepared.refusal, claims: null, minted: null, prepared: null };
  const minted = await prepared.value.mint(new AbortController().signal);
  return { refusal: null, claims: signed[0]?.claims ?? null, minted, prepared: prepared.value, type: signed[0]?.type };
}

const lineage = (more: Partial<Lineage> = {}): Lineage => ({
  tokenIds: ['iss_a'],
  exchanges: 1,
  expires: epochSeconds(SECOND + 300),
  issuer: 'https://idp.example',
  actors: [],
  presenters: [],
  scopes: [],
  boundTo: null,
  token: { subject: 'okta:alice', claims: claimsOf({}) },
  ...more,
});

describe('a broker token', () => {
  it('has the claims of RFC 9068 section 2.2, its issuance as jti, and is recorded by its digest', async () => {
    const { claims, minted, prepared, type } = await mint();
    expect(type).toBe('at+jwt');
    expect(claims).toEqual({
      iss: ISSUER,
      sub: 'github:repo:acme/web:ref:refs/heads/main',
      aud: 'https://api.acme.internal',
      client_id: 'connection:github',
      iat: SECOND,
      nbf: SECOND,
      exp: SECOND + 600,
      jti: ISSUANCE,
      scope: 'deploy-web',
      token_broker: { parents: [], exchanges: 1 },
    });
    expect(prepared?.planned).toEqual({ expires: SECOND + 600, audience: 'https://api.acme.internal' });
    expect(minted).toMatchObject({
      ok: true,
      value: {
        credential: {
          expires: SECOND + 600,
          tokenType: 'at+jwt',
          tokenSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
        secret: { kind: 'token', token: 'header.payload.signature', tokenType: 'Bearer' },
      },
    });
    expect(JSON.stringify(minted?.ok === true && minted.value.credential)).not.toContain('signature');
  });

  it('of a client as itself is of `client:<name>`, and came of no exchange', async () => {
    const principal = principalOf('nightly-bot', 'nightly-bot', 'client');
    const client = { client: 'nightly-bot', claims: principal.claims, proof: principal.proof, reuse: null };
    const { claims } = await mint({ principal, client, proof: null });
    expect(claims).toMatchObject({
      sub: 'client:nightly-bot',
      client_id: 'nightly-bot',
      token_broker: { parents: [], exchanges: 0 },
    });
  });

  it('lasts as long as the shortest of its scopes, and names all of them', async () => {
    const scopes = [granted(grantOf(), { scope: 'a' }), granted(grantOf({ duration: seconds(90) }), { scope: 'b' })];
    const { claims } = await mint({}, ...scopes);
    expect(claims).toMatchObject({ exp: SECOND + 90, scope: 'a b' });
  });

  it.each([
    [1, null],
    [600, null],
    [601, 'duration_out_of_range'],
    [0, 'duration_out_of_range'],
  ])('of %d seconds, asked for, is met or refused', async (asked, reason) => {
    const { claims, refusal } = await mint({ requestedDuration: seconds(asked) });
    expect(refusal?.reason ?? null).toBe(reason);
    if (reason !== null) expect(refusal?.detail).toBe('duration must be 1 to 600 seconds.');
    if (reason === null) expect(claims).toMatchObject({ exp: SECOND + asked });
  });

  it.each([
    ['by default ends with it', null, 300, SECOND + 300],
    ['asked for as long as it lasts ends with it', 300, 300, SECOND + 300],
    ['asked for one second longer is refused', 301, 300, 'proof_ends_too_soon'],
    ['of a proof that ends now is refused', null, 0, 'proof_ends_too_soon'],
    ['of a proof that ends in a second lasts that second', null, 1, SECOND + 1],
  ])('that a broker token gets %s', async (_, asked, left, expected) => {
    const requestedDuration = asked === null ? null : seconds(asked);
    const { claims, refusal } = await mint({ requestedDuration, endsBy: epochSeconds(SECOND + left) });
    expect(refusal?.reason ?? claims?.['exp']).toBe(expected);
  });

  it('keeps its subject through exchanges, and says what it came of', async () => {
    const principal = {
      ...principalOf('github', 'repo:acme/web'),
      lineage: lineage({ tokenIds: ['iss_b', 'iss_a'], exchanges: 2 }),
    };
    const actor: Actor = {
      ...actorOf(null, 'agent', 'agent'),
      via: 'actor-token',
      lineage: lineage({ tokenIds: ['iss_c', 'iss_a'] }),
    };
    const { claims } = await mint({ principal, actor });
    expect(claims).toMatchObject({
      sub: 'github:repo:acme/web',
      act: { sub: 'client:agent' },
      token_broker: { parents: ['iss_b', 'iss_a', 'iss_c'], exchanges: 3 },
    });
  });

  it.each([
    [undefined, [undefined, undefined], undefined],
    [['cli'], [undefined, undefined], ['cli']],
    [['cli'], [['cli', 'app'], ['other']], ['cli', 'app', 'other']],
  ])('says which public clients people signed in with: %j now, %j before', async (through, [one, other], expected) => {
    const came = (more?: readonly string[]) => lineage(more === undefined ? {} : { through: more });
    const principal = { ...principalOf('okta', 'alice'), lineage: came(one) };
    const actor: Actor = { ...actorOf('k8s', null, 'sa:agent'), via: 'actor-token', lineage: came(other) };
    const { claims } = await mint({ principal, actor, ...(through === undefined ? {} : { through }) });
    expect(Object(claims?.['token_broker']).through).toEqual(expected);
    expect('through' in Object(claims?.['token_broker'])).toBe(expected !== undefined);
  });

  it.each([
    ['a client', actorOf(null, 'agent', 'agent'), 'client:agent'],
    ['a workload of another connection', actorOf('k8s', null, 'sa:agent'), 'k8s:sa:agent'],
  ])('says that %s acts (RFC 8693 section 4.1)', async (_, actor, sub) => {
    expect((await mint({ actor })).claims).toMatchObject({ act: { sub } });
  });

  it('nests who acted before under who acts now, and keeps it where nobody does', async () => {
    const first: Actor = { ...actorOf(null, 'first', 'first'), via: 'act' };
    const act = { sub: 'client:first' };
    const principal = { ...principalOf('okta', 'alice'), lineage: lineage({ actors: [first] }) };
    const acted = await mint({ principal, actor: actorOf(null, 'second', 'second') });
    expect(acted.claims?.['act']).toEqual({ sub: 'client:second', act });
    expect((await mint({ principal, actor: first })).claims?.['act']).toStrictEqual(act);
  });

  it("nests who acted for the actor before who acted for the subject, so that a chain hides nobody's", async () => {
    const actors = (name: string): Actor[] => [{ ...actorOf(null, name, name), via: 'act' }];
    const principal = { ...principalOf('okta', 'alice'), lineage: lineage({ actors: actors('for-alice') }) };
    const actor = { ...actorOf('k8s', null, 'sa:agent'), lineage: lineage({ actors: actors('for-agent') }) };
    expect((await mint({ principal, actor })).claims?.['act']).toEqual({
      sub: 'k8s:sa:agent',
      act: { sub: 'client:for-agent', act: { sub: 'client:for-alice' } },
    });
  });

  it('carries `may_act` on as it came', async () => {
    const mayAct = { sub: 'agent-7', iss: 'https://idp.example' };
    expect((await mint({ principal: { ...principalOf('okta', 'alice'), mayAct } })).claims).toMatchObject({
      may_act: mayAct,
    });
    expect((await mint()).claims).not.toHaveProperty('may_act');
  });

  it('says whom it is of to this broker alone; who presented it wherever it goes, so that a revocation reaches it', async () => {
    const { proof, claims } = principalOf('k8s', 'x');
    const client = { client: 'portal', claims, proof, reuse: null };
    const principal = { ...principalOf('okta', 'alice'), name: 'alice@acme.example', lineage: lineage() };
    const own = await mint(
      { principal, client, actor: actorOf('k8s', null, 'x') },
      granted(grantOf({ audience: ISSUER })),
    );
    expect(own.claims?.['token_broker']).toEqual({
      ...{ parents: ['iss_a'], exchanges: 2, presenters: ['portal'] },
      ...{ principal: 'alice@acme.example', issuer: 'https://idp.example' },
    });
    const foreign = await mint({ principal, client, actor: actorOf('k8s', null, 'x') });
    expect(foreign.claims?.['token_broker']).toEqual({
      ...{ parents: ['iss_a'], exchanges: 2, presenters: ['portal'] },
    });
  });

  it.each([
    ['itself the subject', principalOf('portal', 'portal', 'client'), null, undefined],
    ['itself who acts', principalOf('okta', 'alice'), actorOf(null, 'portal', 'portal'), undefined],
    ['beside another that acts', principalOf('okta', 'alice'), actorOf(null, 'agent', 'agent'), ['portal']],
    ['beside another that is the subject', principalOf('bot', 'bot', 'client'), null, ['portal']],
    ['beside a connection of its name', principalOf('portal', 'alice'), null, ['portal']],
  ])(
    'names a client that presented as presenter only where it is not named already: %s',
    async (_, principal, actor, presenters) => {
      const client = { client: 'portal', claims: principal.claims, proof: principal.proof, reuse: null };
      const { claims } = await mint({ principal, actor, client });
      expect(Object(claims?.['token_broker']).presenters).toEqual(presenters);
    },
  );

  it('tells this broker what either of its proofs was for, and nothing where nothing was said', async () => {
    const [one, other] = [
      { scopes: ['a'], resources: ['https://one.example'] },
      { scopes: ['b'], resources: [] },
    ];
    const principal = { ...principalOf('okta', 'alice'), lineage: lineage({ ceilings: [one] }) };
    const actor = { ...actorOf('k8s', null, 'x'), lineage: lineage({ ceilings: [other] }) };
    const own = granted(grantOf({ audience: ISSUER }));
    expect((await mint({ principal, actor }, own)).claims).toMatchObject({ token_broker: { ceilings: [one, other] } });
    expect((await mint({}, own)).claims?.['token_broker']).not.toHaveProperty('ceilings');
  });

  it('names who presented before, once each', async () => {
    const principal = { ...principalOf('okta', 'alice'), lineage: lineage({ presenters: ['first', 'second'] }) };
    const actor = { ...actorOf('k8s', null, 'x'), lineage: lineage({ presenters: ['second'] }) };
    const { claims } = await mint({ principal, actor });
    expect(claims).toMatchObject({ token_broker: { presenters: ['first', 'second'] } });
  });

  it('has the further claims of its scopes, none of which stands in for a standard one', async () => {
    const grant = grantOf({ claims: { team: '${claims.team}', tier: 'gold', sub: 'root', token_broker: 'x' } });
    const { claims } = await mint(
      {},
      granted(grant, { lookup: (key) => (key === 'claims.team' ? 'data' : undefined) }),
    );
    expect(claims).toMatchObject({ team: 'data', tier: 'gold', sub: 'github:repo:acme/web:ref:refs/heads/main' });
    expect(claims?.['token_broker']).toEqual({ parents: [], exchanges: 1 });
  });

  it('refuses scopes whose claims disagree, and a template without a value', async () => {
    const scopes = ['gold', 'silver'].map((tier) => granted(grantOf({ claims: { tier } }), { scope: tier }));
    expect((await mint({}, ...scopes)).refusal).toMatchObject({ reason: 'scopes_incompatible' });
    const missing = await mint({}, granted(grantOf({ claims: { team: '${claims.team}' } })));
    expect(missing.refusal).toMatchObject({ reason: 'template_value' });
  });

  it.each([
    ['a DPoP key is bound to it (RFC 9449 section 6.1)', 'the-thumbprint', { cnf: { jkt: 'the-thumbprint' } }, 'DPoP'],
    ['no key is bound to none', null, {}, 'Bearer'],
  ])('that was asked for with %s', async (_, key, expected, tokenType) => {
    const { claims, minted, prepared } = await mint({ key });
    const { cnf } = { cnf: undefined, ...claims };
    expect(cnf === undefined ? {} : { cnf }).toEqual(expected);
    expect(minted).toMatchObject({ value: { secret: { tokenType } } });
    expect(prepared?.planned.boundTo ?? null).toBe(key);
  });

  it.each([
    ['requires DPoP is made only with a key', true, null, 'dpop_proof_missing'],
    ['requires DPoP, with a key, is made', true, 'the-thumbprint', null],
    ['does not require it is made without', false, null, null],
  ])('of a client that %s', async (_, requiresDpop, key, reason) => {
    const { proof, claims } = principalOf('k8s', 'x');
    const client = { client: 'portal', claims, proof, reuse: null, ...(requiresDpop ? { requiresDpop } : {}) };
    expect((await mint({ client, key })).refusal?.reason ?? null).toBe(reason);
  });

  it('carries the claims of the principal that its scope names, where it has them, and none of the protocol', async () => {
    const held: Record<string, JsonValue> = { team: 'data', groups: ['a', 'b'], sub: 'root', token_broker: 'x' };
    const lookup = (key: string) =>
      key === 'claims.broken' ? new Unavailable('parameter_invalid') : held[key.slice('claims.'.length)];
    const carries = ['team', 'groups', 'absent', 'broken', 'sub', 'token_broker'];
    const { claims, prepared } = await mint({}, granted(grantOf({ carries }), { lookup }));
    expect(claims).toMatchObject({ team: 'data', groups: ['a', 'b'], sub: 'github:repo:acme/web:ref:refs/heads/main' });
    expect(claims).not.toHaveProperty('absent');
    expect(claims).not.toHaveProperty('broken');
    expect(prepared?.bound()).toEqual({
      audience: 'https://api.acme.internal',
      claims: { team: 'data', groups: ['a', 'b'] },
    });
  });

  it.each([
    ['for an API', {}, false],
    ['for a client that may exchange it', { exchangedBy: 'files' }, true],
    ['for this broker', { audience: ISSUER }, true],
  ])('%s says what it came of only where it may be a proof', async (_, grant, told) => {
    const { claims } = await mint({}, granted(grantOf(grant)));
    const lineage = Object(claims?.['token_broker']);
    expect('principal' in lineage && 'issuer' in lineage).toBe(told);
  });

  it('ends in the second before its proof does, where that is in the midst of one', async () => {
    const { claims } = await mint({ endsBy: epochSeconds(SECOND + 300.5) });
    expect(claims?.['exp']).toBe(SECOND + 300);
  });

  it('of a broker token names the broker as the way that it came, and every scope that it came of', async () => {
    const principal = { ...principalOf('github', 'repo:x'), lineage: lineage({ scopes: ['first'] }) };
    const { claims } = await mint({ principal });
    expect(claims).toMatchObject({ client_id: 'connection:broker', token_broker: { scopes: ['first'] } });
    expect(claims).not.toHaveProperty('act');
  });

  it('is not made where the key cannot be had', async () => {
    const signer = { sign: () => Promise.reject(new Fault('secrets', 'down')) };
    const prepared = brokerTokenGranter({ issuer: ISSUER, signer }).prepare(granted(), inputOf());
    if (!prepared.ok) throw new TypeError('refused');
    await expect(prepared.value.mint(new AbortController().signal)).rejects.toMatchObject({ dependency: 'secrets' });
  });
});

describe('the subject of a broker token', () => {
  it.each([
    ['client', 'nightly-bot', 'nightly-bot', 'client:nightly-bot'],
    ['connection', 'github', 'repo:x', 'github:repo:x'],
  ] as const)('of the %s %s is one namespace for all', (kind, name, subject, expected) => {
    expect(identityText({ source: { kind, name }, subject })).toBe(expected);
  });
});
