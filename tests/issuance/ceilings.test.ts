/** What a proof says that it is for: no more comes of it. And what a request by its target alone gets. */
import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import type { GrantInput } from '../../lib/credential/grant.ts';
import type { Actor, Ceiling, Lineage } from '../../lib/identity/principal.ts';
import type { Authenticated } from '../../lib/issuance/authenticate.ts';
import { authorize, decisionInput, type PolicyRequest, scopesOfTarget } from '../../lib/issuance/authorize.ts';
import { accept } from '../../lib/outcome.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import { clientGrant } from '../downstream/provider.ts';
import { aPrincipal, aRequest, aScope, fakeConfiguration, NOW, NOW_SECONDS } from '../fakes/world.ts';

const signal = new AbortController().signal;
const [ONE, TWO] = ['https://one.example', 'https://two.example'];
const token = (scope: string, audience = ONE, more: Partial<Scope> = {}): Scope =>
  aScope({ scope, grant: { type: 'broker-token', audience, duration: seconds(600), claims: {} }, ...more });
const SCOPES = [token('a'), token('b'), token('c', TWO)];

const lineage = (ceilings: readonly Ceiling[]): Lineage => ({
  ...{ tokenIds: ['iss_1'], exchanges: 1, expires: epochSeconds(NOW_SECONDS + 600), issuer: null, actors: [] },
  ...{ presenters: [], scopes: [], boundTo: null, ceilings },
  token: { subject: 's', claims: { values: new Map(), unavailable: new Map() } },
});
const withCeilings = (...ceilings: readonly Ceiling[]): Authenticated => ({
  ...{ principal: aPrincipal({ lineage: lineage(ceilings) }), actor: null, client: null, proof: null },
});
const anyone = withCeilings();
const only = (scopes: readonly string[] | null, resources: readonly string[] | null = null): Ceiling => ({
  scopes,
  resources,
});

/** The configuration, and the names that were looked up in it. */
function configurationOf(scopes: readonly Scope[]) {
  const asked: string[] = [];
  const configuration = fakeConfiguration({ scopes });
  return {
    asked,
    configuration: {
      ...configuration,
      scope: async (name: string) => {
        asked.push(name);
        return configuration.scope(name, signal);
      },
      audience: async (resource: string) => {
        asked.push(resource);
        return configuration.audience(resource, signal);
      },
    },
  };
}

const aTarget = (...names: readonly string[]) => ({ names, tokenType: null, principalArn: null });

async function authorized(who: Authenticated, request: Partial<PolicyRequest>, scopes: readonly Scope[] = SCOPES) {
  const { asked, configuration } = configurationOf(scopes);
  const prepared = { planned: { expires: NOW_SECONDS }, bound: () => ({}), mint: () => Promise.reject() };
  const inputs: GrantInput[] = [];
  const prepare = (_: unknown, input: GrantInput) => {
    inputs.push(input);
    return accept(prepared);
  };
  const granter = { prepare, prepareTogether: prepare };
  const ports = { clock: { now: () => NOW }, granters: { 'broker-token': granter } };
  const whole: PolicyRequest = { ...aRequest({ route: 'token' }), ...request };
  const answer = await authorize(ports, whole, who, { id: 'iss_2', configuration, signal });
  const got = answer.ok ? answer.value.scopes.map(({ scope }) => scope.scope) : answer.refusal.reason;
  return { got, asked, input: inputs[0] };
}

describe('a proof that says what it is for', () => {
  it.each<[string, readonly Ceiling[], readonly string[], unknown]>([
    ['nothing', [], ['a', 'b'], ['a', 'b']],
    ['whatever there is', [only(null)], ['a', 'b'], ['a', 'b']],
    ['what it is for', [only(['a', 'b'])], ['a', 'b'], ['a', 'b']],
    ['less than it is for', [only(['a', 'b'])], ['b'], ['b']],
    ['more', [only(['a'])], ['a', 'b'], 'not_allowed'],
    ['more, named first', [only(['b'])], ['a', 'b'], 'not_allowed'],
    ['something else', [only(['b'])], ['a'], 'not_allowed'],
    ['anything, where it is for nothing', [only([])], ['a'], 'not_allowed'],
    ['what one of two is for', [only(['a', 'b']), only(['b'])], ['a'], 'not_allowed'],
    ['a scope of its resource', [only(null, [ONE])], ['a', 'b'], ['a', 'b']],
    ['a scope of one of its resources', [only(null, [ONE, TWO])], ['c'], ['c']],
    ['a scope of another resource', [only(null, [ONE])], ['c'], 'target_mismatch'],
    ['a scope, where it is for no resource', [only(null, [])], ['a'], 'target_mismatch'],
    ['another scope of another resource', [only(['a'], [TWO])], ['c'], 'not_allowed'],
  ])('gives %s', async (_, ceilings, scopes, expected) => {
    expect((await authorized(withCeilings(...ceilings), { scopes })).got).toEqual(expected);
  });

  it('says it as the one who acts, too', async () => {
    const { name, subject, claims, proof } = aPrincipal();
    const party = { connection: 'github', client: null, subject, name, claims, proof, reuse: null, lineage: null };
    const forClient = { client: 'bot', ...only(['b']) };
    const anybody = { connections: ['github'], clients: null, when: null };
    const allow = [{ ...anybody, actor: anybody }];
    const scopes = [token('a', ONE, { allow }), token('b', ONE, { allow })];
    const got = async (actor: Actor, ...names: readonly string[]) =>
      (await authorized({ ...anyone, actor }, { scopes: names }, scopes)).got;
    expect(await got({ via: 'actor-token', ...party }, 'a')).toEqual(['a']);
    expect(await got({ via: 'actor-token', ...party, forClient }, 'a')).toBe('not_allowed');
    expect(await got({ via: 'actor-token', ...party, forClient }, 'b')).toEqual(['b']);
  });

  it.each<[string, readonly Ceiling[], unknown]>([
    ['all of them', [], ['a', 'b']],
    ['those it is for', [only(['b', 'c'])], ['b']],
    ['none', [only(['c'])], 'target_mismatch'],
    ['none, of a resource that it is not for', [only(null, [TWO])], 'target_mismatch'],
  ])('gets of the scopes of a target %s', async (_, ceilings, expected) => {
    const target = aTarget(ONE);
    const who = withCeilings(...ceilings);
    expect((await authorized(who, { scopes: [], target })).got).toEqual(expected);
    const { configuration } = configurationOf(SCOPES);
    const request = { ...aRequest({ route: 'token', target }) };
    const found = await scopesOfTarget(request, who, { configuration, signal }, NOW_SECONDS);
    expect(found?.map(({ scope }) => scope.scope) ?? 'target_mismatch').toEqual(expected);
  });
});

describe('a request by its target', () => {
  const byDuration = (least: string) =>
    token('a', ONE, {
      allow: [
        {
          ...{ connections: ['github'], clients: null, actor: null },
          when: { NumericGreaterThanEquals: { 'request.duration': [least] } },
        },
      ],
    });

  it.each([
    ['600', ['a']],
    ['601', 'target_mismatch'],
  ])('is decided on with what each scope would give: at least %s s', async (least, expected) => {
    expect((await authorized(anyone, { scopes: [], target: aTarget(ONE) }, [byDuration(least)])).got).toEqual(expected);
  });

  it('looks nothing up where there is none', async () => {
    const { got, asked } = await authorized(anyone, { scopes: [], target: aTarget() });
    expect([got, asked]).toStrictEqual(['target_mismatch', []]);
    const nowhere = await authorized(anyone, { scopes: [], target: aTarget('https://three.example') });
    expect([nowhere.got, nowhere.asked]).toEqual(['target_mismatch', ['https://three.example']]);
    const { configuration } = configurationOf(SCOPES);
    const request = { ...aRequest({ route: 'token', target: aTarget('https://three.example') }) };
    expect(await scopesOfTarget(request, anyone, { configuration, signal }, NOW_SECONDS)).toBeNull();
  });
});

it('the public clients that it came through go into what is granted, where there are any', async () => {
  const { input } = await authorized({ ...anyone, through: ['https://app.example/client'] }, { scopes: ['a'] });
  expect(input?.through).toEqual(['https://app.example/client']);
  expect((await authorized(anyone, { scopes: ['a'] })).input).not.toHaveProperty('through');
});

it('what no scope can be called is looked up nowhere', async () => {
  const { got, asked } = await authorized(anyone, { scopes: ['a', 'no name'] });
  expect([got, asked]).toEqual(['not_allowed', []]);
});

it('of scopes of which some leave the duration to others, the shortest of the rest is what rules see', () => {
  const oauth = loadScope(aScope({ scope: 'o', grant: clientGrant() }));
  const durationOf = (...scopes: Parameters<typeof decisionInput>[2]) =>
    decisionInput(aRequest(), anyone, scopes, NOW_SECONDS).request.duration;
  expect(durationOf(oauth, loadScope(token('a')))).toBe(600);
  expect(durationOf(loadScope(token('a')), oauth, loadScope(aScope()))).toBe(600);
  expect(durationOf(oauth)).toBeNull();
});
