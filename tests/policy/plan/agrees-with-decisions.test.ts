import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ConditionsDocument, Rule } from '../../../lib/configuration/documents/rules.ts';
import { decide } from '../../../lib/policy/decide.ts';
import type { DecisionInput } from '../../../lib/policy/lookup.ts';
import { compareScopes } from '../../../lib/policy/plan/scope.ts';
import { compileScope } from '../../../lib/policy/scope.ts';
import { claimsOf, client, clientActor, input, principal, rule, scope } from '../people.ts';

const REFS = ['main', 'release', 'rel-2'];
const ENVIRONMENTS = [undefined, 'prod', 'test'];

/** Every request that the rules below can tell from another. */
const requests: readonly DecisionInput[] = ['github', 'people'].flatMap((name) =>
  REFS.flatMap((ref) =>
    ENVIRONMENTS.flatMap((environment) =>
      [null, clientActor('bot')].map((actor) => {
        const values = environment === undefined ? { ref } : { ref, environment };
        const subject = principal({ source: { kind: 'connection', name }, claims: claimsOf(values) });
        return input({ principal: subject, actor, client: actor === null ? null : client('bot') });
      }),
    ),
  ),
);

const refs = fc.uniqueArray(fc.constantFrom(...REFS), { minLength: 1 });
const environments = fc.uniqueArray(fc.constantFrom('prod', 'test'), { minLength: 1 });
const conditions: fc.Arbitrary<ConditionsDocument> = fc.oneof(
  refs.map((values) => ({ StringEquals: { 'claims.ref': values } })),
  fc.constantFrom('rel*', '*', 'm?in', 'main').map((value) => ({ StringLike: { 'claims.ref': [value] } })),
  environments.map((values) => ({ StringEquals: { 'claims.environment': values } })),
  environments.map((values) => ({ StringEqualsIfExists: { 'claims.environment': values } })),
  environments.map((values) => ({ StringNotEqualsIfExists: { 'claims.environment': values } })),
  fc.constantFrom('true', 'false').map((value) => ({ Null: { 'claims.environment': [value] } })),
);
const when = fc.option(
  fc.array(conditions, { minLength: 1, maxLength: 2 }).map((all) => Object.assign({}, ...all)),
  { nil: null },
);
const connections = fc.uniqueArray(fc.constantFrom('github', 'people'), { minLength: 1 });
const actor = fc.constantFrom(null, { connections: null, clients: ['bot'], when: null });
const allowed: fc.Arbitrary<Rule> = fc.record({ connections, actor, when }).map(rule);
const denied: fc.Arbitrary<Rule> = fc
  .record({ connections: fc.option(connections, { nil: null }), actor, when })
  .filter((each) => each.connections !== null || each.when !== null || each.actor !== null)
  .map(rule);
const scopes = fc
  .record({ allow: fc.array(allowed, { minLength: 1, maxLength: 3 }), deny: fc.array(denied, { maxLength: 1 }) })
  .map(scope)
  .filter((each) => compileScope(each).ok);

it('says so wherever somebody is decided otherwise, and in that direction', () => {
  fc.assert(
    fc.property(scopes, scopes, (before, after) => {
      const [old, now] = [compileScope(before), compileScope(after)];
      if (!old.ok || !now.ok) return;
      const said = compareScopes(before, after).map(({ effect }) => effect);
      const turns = requests.map((request) => [
        decide(old.compiled, request).allowed,
        decide(now.compiled, request).allowed,
      ]);
      if (turns.some(([was, is]) => was === false && is === true)) expect(said).toContain('gains');
      if (turns.some(([was, is]) => was === true && is === false)) expect(said).toContain('loses');
    }),
    { numRuns: 2_000, seed: 20_261_125 },
  );
});

it('says nothing of rules that are written otherwise and say the same', () => {
  fc.assert(
    fc.property(scopes, (before) => {
      const halves = before.allow.flatMap((each) =>
        (each.connections ?? []).map((connection) => ({ ...each, connections: [connection] })),
      );
      const after = { ...before, allow: [...halves.toReversed(), ...halves] };
      expect(compareScopes(before, after)).toEqual([]);
    }),
    { numRuns: 500, seed: 20_261_125 },
  );
});
