import { describe, expect, it } from '@jest/globals';
import { readPolicyDocument } from '../../lib/policy/iam/document.ts';
import { evaluateAccess, readAccessRequest } from '../../lib/policy/iam/evaluate.ts';
import {
  keptDenials,
  MOST_CHARACTERS,
  pruned,
  revocationPolicy,
  type SessionDenial,
} from '../../lib/revocation/session-denials.ts';
import { epochSeconds, toRfc3339 } from '../../lib/time.ts';
import { NOW_SECONDS } from '../fakes/world.ts';

const idOf = (n: number): string => `iss_01KB${String(n).padStart(22, '0')}`;
const ofIssuance = (n: number, scope = 'deploy'): SessionDenial => ({
  revocation: 'rev_1',
  tag: 'issuance',
  value: idOf(n),
  scope,
  before: null,
  ends: epochSeconds(NOW_SECONDS + 3600),
});
const many = (count: number, scope = 'deploy') => Array.from({ length: count }, (_, n) => ofIssuance(n, scope));

interface Session {
  readonly issuance: string;
  readonly scope?: string;
  readonly actor?: string;
  readonly began?: number;
}

/** Whether a role that may do anything, and carries the policy, lets the session. */
function lets(denials: readonly SessionDenial[], { issuance, scope = 'deploy', actor, began = 0 }: Session): boolean {
  const { document } = revocationPolicy(denials, NOW_SECONDS);
  const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const tag = 'aws:PrincipalTag/token-broker:';
  const request = readAccessRequest('s3:GetObject', 'arn:aws:s3:::b/k', {
    [`${tag}issuance`]: issuance,
    [`${tag}scope`]: scope,
    ...(actor === undefined ? {} : { [`${tag}actor`]: actor }),
    'aws:TokenIssueTime': toRfc3339(epochSeconds(NOW_SECONDS + began)),
  });
  const identity = [all, document].map((each) => {
    const reading = readPolicyDocument(each);
    if (!reading.ok) throw new Error('the policy is none');
    return reading.document;
  });
  return evaluateAccess({ identity, session: null }, request).extent === 'all';
}

describe('the policy that denies revoked sessions', () => {
  it('denies nobody where nothing is revoked', () => {
    expect(lets([], { issuance: idOf(1) })).toBe(true);
  });

  it('denies a revoked issuance and no other', () => {
    expect(lets(many(3), { issuance: idOf(1) })).toBe(false);
    expect(lets(many(3), { issuance: idOf(3) })).toBe(true);
  });

  it.each([
    ['an actor', 'actor', 'client:agent'],
    ['a scope', 'scope', 'deploy'],
  ] as const)('denies sessions of %s that began up to its time, to the second', (_, tag, value) => {
    const denial = { ...ofIssuance(0), tag, value, before: NOW_SECONDS };
    const session = { issuance: idOf(9), actor: 'client:agent' };
    expect(lets([denial], { ...session, began: 0 })).toBe(false);
    expect(lets([denial], { ...session, began: 1 })).toBe(true);
    expect(lets([denial], { issuance: idOf(9), actor: 'client:other', scope: 'other' })).toBe(true);
  });

  it('says every one of 290 issuances, and denies no other', () => {
    const { precision, widened } = revocationPolicy(many(290), NOW_SECONDS);
    expect([precision, widened]).toEqual(['exact', []]);
    expect([289, 290].map((n) => lets(many(290), { issuance: idOf(n) }))).toEqual([false, true]);
  });

  it('denies the scope with most issuances up to now where they do not fit, and says so', () => {
    const denials = [
      ...many(400),
      ...many(3, 'read').map((each) => ({ ...each, value: `${each.value.slice(0, -1)}Z` })),
    ];
    const { precision, widened } = revocationPolicy(denials, NOW_SECONDS);
    expect([precision, widened]).toEqual(['scope-and-time', ['deploy']]);
    expect(lets(denials, { issuance: idOf(999) })).toBe(false);
    expect(lets(denials, { issuance: idOf(999), began: 1 })).toBe(true);
    expect(lets(denials, { issuance: idOf(999), scope: 'read' })).toBe(true);
    expect(lets(denials, { issuance: `${idOf(0).slice(0, -1)}Z`, scope: 'read' })).toBe(false);
  });

  it('denies every session of the broker up to now where not even the scopes fit', () => {
    const denials = many(400).map((each, n) => ({ ...each, scope: `scope-${String(n).padStart(100, '0')}` }));
    expect(revocationPolicy(denials, NOW_SECONDS).precision).toBe('all-before');
    expect([0, 1].map((began) => lets(denials, { issuance: idOf(999), began }))).toEqual([false, true]);
  });

  it.each([0, 1, 180, 181, 182, 289, 290, 300, 1000])('fits into a managed policy with %i issuances', (count) => {
    const { document } = revocationPolicy(many(count), NOW_SECONDS);
    expect(JSON.stringify(document).length).toBeLessThanOrEqual(MOST_CHARACTERS);
  });

  it.each([
    [-300, 0],
    [-299, 1],
  ])('forgets a session five minutes after its end: %i s', (end, left) => {
    const denial = { ...ofIssuance(1), ends: epochSeconds(NOW_SECONDS + end) };
    expect(pruned([denial], NOW_SECONDS)).toHaveLength(left);
  });
});

describe('what is kept of the denials of an account', () => {
  const inScopes = (count: number) => many(count).map((each, n) => ({ ...each, scope: `scope-${n}` }));
  const later = epochSeconds(NOW_SECONDS + 60);

  it('is all of them, up to 600', () => {
    expect(keptDenials(many(600), NOW_SECONDS)).toEqual(many(600));
  });

  it.each<[string, readonly SessionDenial[], string]>([
    ['of one scope', many(601), 'scope-and-time'],
    ['of one scope with many', many(20_000), 'scope-and-time'],
    ['of as many scopes', inScopes(20_000), 'all-before'],
  ])('denies every one that was to be denied and fits into an item of DynamoDB: %s', (_, denials, precision) => {
    const kept = keptDenials(denials, NOW_SECONDS);
    expect(JSON.stringify(kept).length).toBeLessThan(300_000);
    expect(revocationPolicy(kept, NOW_SECONDS).precision).toBe(precision);
    const allowed = [0, Math.floor(denials.length / 2), denials.length - 1].filter((n) =>
      lets(kept, { issuance: idOf(n), scope: denials[n]?.scope ?? '' }),
    );
    expect(allowed).toEqual([]);
    expect(lets(kept, { issuance: idOf(99_999), began: 1 })).toBe(true);
  });

  it('leaves the scopes with few of them as they are, and says which are denied as wholes', () => {
    const few = many(5, 'read').map((each, n) => ({ ...each, value: idOf(90_000 + n) }));
    const kept = keptDenials([...many(700), ...few], NOW_SECONDS);
    expect(kept.slice(0, 5)).toEqual(few);
    expect(revocationPolicy(kept, NOW_SECONDS)).toMatchObject({ precision: 'scope-and-time', widened: ['deploy'] });
    expect(lets(kept, { issuance: idOf(80_000), scope: 'read' })).toBe(true);
  });

  it('is of the revocations that it came of, each once, up to when it was last looked at', () => {
    const other = many(300).map((each) => ({ ...each, revocation: 'rev_2' }));
    const once = keptDenials([...many(400), ...other], NOW_SECONDS);
    const again = keptDenials([...once, ...many(400), ...other], later);
    expect(again.map(({ revocation, tag, value, before }) => [revocation, tag, value, before])).toEqual([
      ['rev_1', 'scope', 'deploy', later],
      ['rev_2', 'scope', 'deploy', later],
    ]);
    expect(
      lets(
        once.filter(({ revocation }) => revocation === 'rev_2'),
        { issuance: idOf(1) },
      ),
    ).toBe(false);
    const all = keptDenials([...keptDenials(inScopes(700), NOW_SECONDS), ...inScopes(700)], later);
    expect(all).toMatchObject([{ revocation: 'rev_1', tag: 'all', before: later }]);
  });
});
