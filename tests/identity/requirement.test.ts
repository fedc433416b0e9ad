import { expect, it } from '@jest/globals';
import { checkRequirement } from '../../lib/identity/requirement.ts';
import type { JsonValue } from '../../lib/json.ts';
import { PASSED, refuse } from '../../lib/outcome.ts';
import { loadConnection } from '../../lib/policy/connection.ts';
import { CONNECTION } from './oidc/fixture.ts';

const require = [{ StringEquals: { 'claims.owner': ['acme'] } }, { StringEquals: { 'claims.team': ['web', 'api'] } }];
const checked = (claims: Readonly<Record<string, JsonValue>>) =>
  checkRequirement(loadConnection({ ...CONNECTION, require }), {
    values: new Map(Object.entries(claims)),
    unavailable: new Map(),
  });

it('is met where each condition holds', () => {
  expect(checked({ owner: 'acme', team: 'api' })).toEqual(PASSED);
});

it.each<[string, Readonly<Record<string, JsonValue>>, string]>([
  ['the first check that did not hold', { owner: 'x', team: 'y' }, 'StringEquals claims.owner'],
  ['the one that did not, behind one that did', { owner: 'acme', team: 'y' }, 'StringEquals claims.team'],
  [
    'one that cannot be evaluated, as one that did not',
    { owner: ['acme', 'b'], team: 'web' },
    'StringEquals claims.owner',
  ],
])('is not met, and the log has %s', (_, claims, missed) => {
  expect(checked(claims)).toEqual(refuse('requirement_not_met', { log: { connection: 'idp', missed } }));
});
