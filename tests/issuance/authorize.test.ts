import { describe, expect, it } from '@jest/globals';
import { isScopeName } from '../../lib/issuance/decide-scopes.ts';
import { issue } from '../../lib/issue.ts';
import { accept, refuse } from '../../lib/outcome.ts';
import type { LimitCount } from '../../lib/ports/limits.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import { aPrincipal, aRequest, aScope, goodWorld, NOW_SECONDS } from '../fakes/world.ts';

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
  ];

  it.each([
    [['b', 'a', 'b2'], 'b and a and b2 together'],
    [['a', 'b'], 'a and b together'],
    [['a', 'c'], 'scopes_incompatible'],
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
