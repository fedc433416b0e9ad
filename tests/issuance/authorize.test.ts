import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import type { Granted, Narrowing } from '../../lib/credential/grant.ts';
import { scopesOfRules } from '../../lib/issuance/authorize.ts';
import { isScopeName } from '../../lib/issuance/decide-scopes.ts';
import { type IssuanceRequest, issue } from '../../lib/issue.ts';
import { accept, refuse } from '../../lib/outcome.ts';
import type { GrantType } from '../../lib/policy/grants/kinds.ts';
import type { LimitCount } from '../../lib/ports/limits.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import { aPrincipal, aRequest, aScope, fakeConfiguration, goodWorld, NOW_SECONDS } from '../fakes/world.ts';

const signal = new AbortController().signal;
const hour = seconds(3600);

async function counted(limits: { perPrincipal: number | null; total: number | null }, principal = aPrincipal()) {
  const of = (count: number | null) => (count === null ? null : { count, window: hour });
  const scope = aScope({ limits: { perPrincipal: of(limits.perPrincipal), total: of(limits.total) } });
  const { ports } = goodWorld([scope]);
  const counts: LimitCount[] = [];
  const world = {
    ...ports,
    authenticators: { jwt: async () => accept(principal) },
    limits: {
      count: async (asked: readonly LimitCount[]) => {
        counts.push(...asked);
        return { within: true } as const;
      },
    },
  };
  expect((await issue(world, aRequest(), signal)).ok).toBe(true);
  return counts;
}

describe('limits of a scope', () => {
  const perPrincipal = {
    counter: 'principal:["deploy-web","connection","github","repo:acme/web:ref:refs/heads/main"]',
    count: 3,
    window: hour,
  };
  const total = { counter: 'total:["deploy-web"]', count: 9, window: hour };

  it.each([
    [{ perPrincipal: null, total: null }, []],
    [{ perPrincipal: 3, total: null }, [perPrincipal]],
    [{ perPrincipal: null, total: 9 }, [total]],
    [{ perPrincipal: 3, total: 9 }, [perPrincipal, total]],
  ])('of %j are counted, those that it has and in this order', async (limits, expected) => {
    expect(await counted(limits)).toEqual(expected);
  });

  it('count a principal by connection and subject, whatever its label is', async () => {
    const [before] = await counted({ perPrincipal: 3, total: null });
    const [labelled] = await counted({ perPrincipal: 3, total: null }, aPrincipal({ name: 'another label' }));
    const [other] = await counted({ perPrincipal: 3, total: null }, aPrincipal({ subject: 'another' }));
    expect(labelled?.counter).toBe(before?.counter);
    expect(other?.counter).not.toBe(before?.counter);
  });
});

describe('what a broker token gets', () => {
  const lineage = (left: number) => ({
    tokenIds: ['iss_1'],
    exchanges: 1,
    expires: epochSeconds(NOW_SECONDS + left),
    issuer: null,
    actors: [],
    presenters: [],
    scopes: [],
    boundTo: null,
    token: { subject: 's', claims: { values: new Map(), unavailable: new Map() } },
  });

  it.each([
    ['as it does itself', lineage(600), NOW_SECONDS + 600],
    ['whenever its grant says, where it is none', null, null],
  ])('ends %s', async (_, of, expected) => {
    const { ports, inputs } = goodWorld();
    const authenticators = { jwt: async () => accept(aPrincipal({ lineage: of })) };
    await issue({ ...ports, authenticators }, aRequest(), signal);
    expect(inputs.at(-1)?.endsBy).toBe(expected);
  });
});

describe('several scopes', () => {
  const token = (scope: string, audience: string) =>
    aScope({ scope, grant: { type: 'broker-token', audience, duration: seconds(600), claims: {} } });
  const scopes = [
    token('a', 'https://one.example'),
    token('b', 'https://one.example'),
    token('b2', 'https://one.example'),
    token('c', 'https://two.example'),
    token('d', 'https://ONE.example:443/'),
    token('e', 'https://one.example/x'),
  ];

  it.each([
    [['b', 'a', 'b2'], 'b and a and b2 together'],
    [['a', 'b'], 'a and b together'],
    [['a', 'c'], 'scopes_incompatible'],
    [['a', 'd'], 'a and d together'],
    [['a', 'e'], 'scopes_incompatible'],
    [['a', 'deploy-web'], 'scopes_incompatible'],
    [['deploy-web', 'a'], 'scopes_incompatible'],
    [['a'], 'a alone'],
  ])('%j are %s', async (names, expected) => {
    const { ports } = goodWorld([...scopes, aScope()]);
    const said: string[] = [];
    const prepared = (word: string) => (granted: unknown) => {
      const scopesOf = (Array.isArray(granted) ? granted : [granted]).map(({ scope }) => scope);
      said.push(`${scopesOf.join(' and ')} ${word}`);
      return accept({
        planned: { expires: NOW_SECONDS },
        bound: () => ({}),
        mint: async () => refuse('internal_fault'),
      });
    };
    const granters = {
      ...ports.granters,
      'broker-token': { prepare: prepared('alone'), prepareTogether: prepared('together') },
    };
    const outcome = await issue({ ...ports, granters }, aRequest({ scopes: names, route: 'token' }), signal);
    expect(said.at(-1) ?? (outcome.ok || outcome.refusal.reason)).toBe(expected);
  });
});

describe('the name of a scope', () => {
  it.each(['a', 'A', 'reports:read', 'a.b_c-d', `a${'b'.repeat(127)}`])('may be %s', (name) => {
    expect(isScopeName(name)).toBe(true);
  });

  it.each(['', '1a', ':a', ' a', '-a', 'a b', 'a/b', 'é', 'a\n', `a${'b'.repeat(128)}`])('is not %j', (name) => {
    expect(isScopeName(name)).toBe(false);
  });

  it('that no scope can have is not repeated in the record', async () => {
    const { ports, records } = goodWorld();
    const outcome = await issue(ports, aRequest({ scopes: ['deploy-web', 'a b'] }), signal);
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'not_allowed' } });
    expect(records.at(-1)).toMatchObject({ scope: 'deploy-web', grant: null, decision: { rule: null, checks: [] } });
  });
});

describe('a kind of proof that a function does not verify', () => {
  it.each([
    { kind: 'jwt', token: 'a.b.c', declared: 'jwt' },
    { kind: 'saml', document: 'x', at: { kind: 'endpoint' } },
    { kind: 'aws-iam', envelope: 'x' },
  ] as const)('is refused: $kind', async (subject) => {
    const { ports, calls } = goodWorld();
    const proofs = { ...aRequest().proofs, subject };
    const outcome = await issue({ ...ports, authenticators: {} }, aRequest({ proofs }), signal);
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'proof_type_unsupported' } });
    expect(calls).toEqual([]);
  });
});

const audience = 'https://one.example';
const tokenScope = (scope: string, more: Partial<Scope> = {}) =>
  aScope({ scope, grant: { type: 'broker-token', audience, duration: seconds(600), claims: {} }, ...more });

/** Which scopes are prepared with what `param.env` is for each, or why none is. */
async function answered(scopes: readonly Scope[], more: Partial<IssuanceRequest>) {
  const { ports } = goodWorld(scopes);
  const said: string[] = [];
  const prepared = (...granted: readonly Granted<GrantType>[]) => {
    for (const { scope, lookup } of granted) said.push(`${scope} ${lookup('param.env') ?? ''}`.trim());
    return accept({
      planned: { expires: NOW_SECONDS },
      bound: () => ({}),
      mint: async () => refuse('internal_fault'),
    });
  };
  const granter = {
    prepare: (granted: Granted<GrantType>) => prepared(granted),
    prepareTogether: (granted: readonly Granted<GrantType>[]) => prepared(...granted),
  };
  const granters = { 'aws-session': granter, 'broker-token': granter };
  const outcome = await issue({ ...ports, granters }, aRequest({ route: 'token', ...more }), signal);
  return said.length > 0 ? said : outcome.ok || outcome.refusal.reason;
}

const nothing = { policy: null, policyArns: [], parameters: {} };

describe('whatever asks for less than would be given', () => {
  const policy = { Version: '2012-10-17', Statement: [] };
  it.each<[string, Partial<Narrowing>, unknown]>([
    ['a policy', { policy }, 'narrowing_refused'],
    ['the ARN of a policy', { policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }, 'narrowing_refused'],
    ['nothing', {}, ['a']],
  ])('is refused by a grant that nothing narrows: %s', async (_, narrowing, expected) => {
    expect(await answered([tokenScope('a')], { scopes: ['a'], narrowing: { ...nothing, ...narrowing } })).toEqual(
      expected,
    );
  });
});

describe('a grant that is allowed', () => {
  const scopes = [tokenScope('a'), tokenScope('b', { requires: { intent: true } })];
  const target = { names: [], tokenType: null, principalArn: null };

  it.each<[string, Partial<IssuanceRequest>, unknown]>([
    ['is given at the routes of its kind', { scopes: ['a'] }, ['a']],
    ['is not given at another route', { scopes: ['a'], route: 'credentials' }, 'grant_not_available_here'],
    ['is given for its own target', { scopes: ['a'], target: { ...target, names: [audience] } }, ['a']],
    [
      'is not given for another',
      { scopes: ['a'], target: { ...target, names: ['https://two.example'] } },
      'target_mismatch',
    ],
    [
      'is not given as a type of token that it is not',
      { scopes: ['a'], target: { ...target, tokenType: 'urn:x' } },
      'requested_token_type_mismatch',
    ],
    ['is not given without the intent that one of the scopes requires', { scopes: ['a', 'b'] }, 'intent_required'],
    ['is given with it', { scopes: ['a', 'b'], intent: 'deploy' }, ['a', 'b']],
    ['is not given beside a scope that there is not', { scopes: ['a', 'c'] }, 'not_allowed'],
    ['is not given beside what no scope can be called', { scopes: ['a', 'no name'] }, 'not_allowed'],
  ])('%s', async (_, more, expected) => {
    expect(await answered(scopes, more)).toEqual(expected);
  });

  it('is bound to the key that its caller has proven, and to none where there was no proof', async () => {
    const { ports, inputs } = goodWorld();
    const reuse = { reuse: 'once', issuer: 'dpop x', tokenId: 'a', until: epochSeconds(NOW_SECONDS + 60) } as const;
    const keyProof = async () => accept({ thumbprint: 'the-thumbprint', reuse });
    const dpop = { proof: 'a.b.c', method: 'POST', path: '/oauth2/token', accessToken: null } as const;
    const proofs = { ...aRequest().proofs, dpop };
    await issue(
      { ...ports, authenticators: { ...ports.authenticators, dpop: keyProof } },
      aRequest({ proofs }),
      signal,
    );
    await issue(ports, aRequest(), signal);
    expect(inputs.map(({ key }) => key)).toEqual(['the-thumbprint', null]);
  });

  it('of a kind that goes into no common token is not given for several scopes', async () => {
    const { ports } = goodWorld(scopes);
    const granters = { 'broker-token': { prepare: () => refuse('internal_fault') } };
    const outcome = await issue(
      { ...ports, granters },
      aRequest({ scopes: ['a', 'b'], route: 'token', intent: 'x' }),
      signal,
    );
    expect(outcome).toMatchObject({ refusal: { reason: 'scopes_incompatible' } });
  });
});

describe('the parameters of a scope', () => {
  const env = (...values: string[]) => ({ parameters: { env: { values } } });
  const scopes = [tokenScope('a', env('test', 'prod')), tokenScope('b', env('test')), tokenScope('c')];

  it.each<[string, readonly string[], Record<string, string>, unknown]>([
    ['go to its templates', ['a'], { env: 'prod' }, ['a prod']],
    ['that are missing are asked for', ['a'], {}, 'parameter_required'],
    ['take no other value', ['a'], { env: 'dev' }, 'parameter_invalid'],
    ['that it has not are refused', ['c'], { env: 'test' }, 'parameter_invalid'],
    ['go to each of several', ['a', 'b'], { env: 'test' }, ['a test', 'b test']],
    ['are those of each of several', ['a', 'b'], { env: 'prod' }, 'parameter_invalid'],
    ['are those of the first too', ['b', 'a'], { env: 'prod' }, 'parameter_invalid'],
  ])('%s', async (_, names, parameters, expected) => {
    expect(await answered(scopes, { scopes: names, narrowing: { ...nothing, parameters } })).toEqual(expected);
  });
});

describe('where a target is named instead of scopes', () => {
  const target = { names: [audience], tokenType: null, principalArn: null };
  const demand = { from: [], within: seconds(900), uses: 1, for: seconds(3600), breakGlass: [] };
  const denied = { when: { StringEquals: { 'claims.ref': ['refs/heads/other'] } } };

  it.each<[string, readonly Scope[], unknown]>([
    ['all that are of it and that the caller may have are granted', [tokenScope('a'), tokenScope('b')], ['a', 'b']],
    [
      'one that the caller may not have is left out',
      [
        tokenScope('a', { allow: [{ connections: ['github'], clients: null, actor: null, ...denied }] }),
        tokenScope('b'),
      ],
      ['b'],
    ],
    [
      'one that somebody has to approve has to be named',
      [tokenScope('a', { requires: { intent: false, approval: demand } }), tokenScope('b')],
      ['b'],
    ],
    [
      'one that needs an intent is left out where there is none',
      [tokenScope('a', { requires: { intent: true } }), tokenScope('b')],
      ['b'],
    ],
    ['where none is left, the target is refused', [tokenScope('a', { enabled: false })], 'target_mismatch'],
    ['where none is of it, the target is refused', [aScope()], 'target_mismatch'],
  ])('%s', async (_, scopes, expected) => {
    expect(await answered(scopes, { scopes: [], target })).toEqual(expected);
  });

  it('no target at all is refused', async () => {
    expect(await answered([tokenScope('a')], { scopes: [], target: { ...target, names: [] } })).toBe('target_mismatch');
  });
});

describe('whom the rules of a scope let in before anybody asks for a duration', () => {
  const lasting = (operator: string, bound: string) =>
    aScope({
      allow: [
        { connections: ['github'], clients: null, actor: null, when: { [operator]: { 'request.duration': [bound] } } },
      ],
    });
  const who = { principal: aPrincipal(), actor: null, client: null, proof: null };

  it.each<[string, string, Scope, string]>([
    ['whoever may have it', 'deploy-web', aScope(), 'deploy-web'],
    ['nobody that it denies', 'deploy-web', aScope({ allow: [] }), 'not_allowed'],
    ['nobody to a scope that there is not', 'other', aScope(), 'not_allowed'],
    [
      'whoever may have it for its default of 3600 s',
      'deploy-web',
      lasting('NumericGreaterThan', '3599'),
      'deploy-web',
    ],
    ['whoever may have it for a single second', 'deploy-web', lasting('NumericLessThan', '2'), 'deploy-web'],
    ['nobody that may have it for no duration', 'deploy-web', lasting('NumericLessThan', '1'), 'not_allowed'],
  ])('%s', async (_, name, scope, expected) => {
    const context = { configuration: fakeConfiguration({ scopes: [scope] }), signal };
    const decided = await scopesOfRules({ ...aRequest(), scopes: [name] }, who, context, NOW_SECONDS);
    expect(decided.ok ? decided.value.map((each) => each.scope).join() : decided.refusal.reason).toBe(expected);
  });
});

it('the shortest default of several scopes is the duration that conditions see', async () => {
  const of = (scope: string, duration: number) =>
    tokenScope(scope, {
      grant: { type: 'broker-token', audience, duration: seconds(duration), claims: {} },
      allow: [
        {
          connections: ['github'],
          clients: null,
          actor: null,
          when: { NumericEquals: { 'request.duration': ['300'] } },
        },
      ],
    });
  expect(await answered([of('a', 600), of('b', 300)], { scopes: ['a', 'b'] })).toEqual(['a', 'b']);
  expect(await answered([of('a', 600), of('b', 301)], { scopes: ['a', 'b'] })).toBe('not_allowed');
});
