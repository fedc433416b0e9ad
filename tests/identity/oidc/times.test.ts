import { describe, expect, it } from '@jest/globals';
import { checkTimes } from '../../../lib/identity/oidc/times.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { epochSeconds, seconds } from '../../../lib/time.ts';

const NOW = 1_800_000_000;

function verdict(claims: JsonObject, rules: { tolerance?: number; maxAge?: number } = {}): string {
  const outcome = checkTimes(claims, {
    now: epochSeconds(NOW),
    tolerance: seconds(rules.tolerance ?? 60),
    maxAge: rules.maxAge === undefined ? null : seconds(rules.maxAge),
  });
  return outcome.ok ? 'accepted' : outcome.refusal.reason;
}

describe('the times of a token, a second either side', () => {
  it.each([
    ['exp 59 s ago, tolerance 60 s', { exp: NOW - 59 }, {}, 'accepted'],
    ['exp 60 s ago, tolerance 60 s (on or after exp: RFC 7519 section 4.1.4)', { exp: NOW - 60 }, {}, 'expired'],
    ['exp 61 s ago, tolerance 60 s', { exp: NOW - 61 }, {}, 'expired'],
    ['exp in 1 s, no tolerance', { exp: NOW + 1 }, { tolerance: 0 }, 'accepted'],
    ['exp now, no tolerance', { exp: NOW }, { tolerance: 0 }, 'expired'],
    ['exp a fraction ahead, no tolerance', { exp: NOW + 0.25 }, { tolerance: 0 }, 'accepted'],
    ['nbf in 60 s', { exp: NOW + 900, nbf: NOW + 60 }, {}, 'accepted'],
    ['nbf in 61 s', { exp: NOW + 900, nbf: NOW + 61 }, {}, 'not_yet_valid'],
    ['nbf in 1 s, no tolerance', { exp: NOW + 900, nbf: NOW + 1 }, { tolerance: 0 }, 'not_yet_valid'],
    ['nbf now, no tolerance', { exp: NOW + 900, nbf: NOW }, { tolerance: 0 }, 'accepted'],
    ['iat in 60 s', { exp: NOW + 900, iat: NOW + 60 }, {}, 'accepted'],
    ['iat in 61 s', { exp: NOW + 900, iat: NOW + 61 }, {}, 'not_yet_valid'],
    ['iat 3,660 s ago of 3,600', { exp: NOW + 900, iat: NOW - 3660 }, { maxAge: 3600 }, 'accepted'],
    ['iat 3,661 s ago of 3,600', { exp: NOW + 900, iat: NOW - 3661 }, { maxAge: 3600 }, 'too_old'],
    [
      'iat 3,601 s ago of 3,600, no tolerance',
      { exp: NOW + 900, iat: NOW - 3601 },
      { maxAge: 3600, tolerance: 0 },
      'too_old',
    ],
    ['no iat where an age is asked for', { exp: NOW + 900 }, { maxAge: 3600 }, 'claims_invalid'],
    ['no iat where none is asked for', { exp: NOW + 900 }, {}, 'accepted'],
    ['exp the same second as iat and nbf', { exp: NOW + 10, iat: NOW + 10, nbf: NOW + 10 }, {}, 'accepted'],
    ['exp a second before iat', { exp: NOW + 9, iat: NOW + 10 }, {}, 'claims_invalid'],
    ['exp a second before nbf', { exp: NOW + 9, nbf: NOW + 10 }, {}, 'claims_invalid'],
    ['exp a second before iat, both past', { exp: NOW - 21, iat: NOW - 20 }, {}, 'claims_invalid'],
    ['exp at the end of year 9999', { exp: 253_402_300_799 }, {}, 'accepted'],
    ['exp a second later', { exp: 253_402_300_800 }, {}, 'claims_invalid'],
    ['exp before all time', { exp: -5 }, {}, 'expired'],
    ['nbf long before all time', { exp: NOW + 900, nbf: -253_402_300_799 }, {}, 'accepted'],
    ['nbf a second before', { exp: NOW + 900, nbf: -253_402_300_800 }, {}, 'claims_invalid'],
    ['exp in a text', { exp: String(NOW + 900) }, {}, 'claims_invalid'],
    ['no exp', { iat: NOW }, {}, 'claims_invalid'],
    ['exp of a prototype only', JSON.parse('{"__proto__":{"exp":1800000900}}'), {}, 'claims_invalid'],
  ])('%s', (_name, claims: JsonObject, rules, expected) => {
    expect(verdict(claims, rules)).toBe(expected);
  });

  it('says by how many seconds, and what the clock here says', () => {
    const outcome = checkTimes({ exp: NOW - 100 }, { now: epochSeconds(NOW), tolerance: seconds(60), maxAge: null });
    expect(outcome).toMatchObject({
      refusal: {
        detail:
          'The token has expired: exp is 1799999900, 100 seconds ago; the clock here says 1800000000 and the tolerance is 60 seconds.',
      },
    });
  });

  it.each([
    [{ exp: 'a', iat: 'b', nbf: 'c' }, 'exp must be a number of seconds up to the end of year 9999; it is the text a.'],
    [{ exp: '' }, 'exp must be a number of seconds up to the end of year 9999; it is an empty string.'],
    [{ exp: NOW, iat: 'b', nbf: 'c' }, 'iat must be a number of seconds up to the end of year 9999; it is the text b.'],
    [{ iat: NOW }, 'The token needs an exp.'],
    [
      { exp: NOW },
      'The token has expired: exp is 1800000000, 0 seconds ago; the clock here says 1800000000 and the tolerance is 0 seconds.',
    ],
  ])('says what is the first thing wrong: %j', (claims: JsonObject, detail) => {
    const rules = { now: epochSeconds(NOW), tolerance: seconds(0), maxAge: null };
    expect(checkTimes(claims, rules)).toMatchObject({ refusal: { detail } });
  });
});
