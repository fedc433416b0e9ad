import { describe, expect, it } from '@jest/globals';
import { claimsLookup, decisionLookup } from '../../lib/policy/lookup.ts';
import { seconds } from '../../lib/time.ts';
import { aPrincipal, NOW_SECONDS } from '../fakes/world.ts';

const lookupFor = (duration: number | null) =>
  decisionLookup({
    principal: aPrincipal(),
    client: null,
    actor: null,
    request: {
      sourceIp: '203.0.113.7',
      time: NOW_SECONDS,
      duration: duration === null ? null : seconds(duration),
    },
  });

describe('a condition key of a decision', () => {
  it('is how long the grant will last, and missing where somebody else decides that', () => {
    expect(lookupFor(900)('request.duration')).toBe(900);
    expect(lookupFor(null)('request.duration')).toBeUndefined();
  });

  it.each(['actor.connection', 'actor.client', 'actor.claims.x', 'client', 'request.other'])(
    '%s is missing where there is none',
    (key) => {
      expect(lookupFor(900)(key)).toBeUndefined();
    },
  );
});

it.each([
  ['connection', 'github'],
  ['claims.ref', 'refs/heads/main'],
  ['claims.other', undefined],
  ['principal', undefined],
  ['client', undefined],
])('before there is a principal %s is %s', (key, value) => {
  expect(claimsLookup(aPrincipal().claims, 'github')(key)).toBe(value);
});
