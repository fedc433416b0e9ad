import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isJsonObject, type JsonObject } from '../../../lib/json.ts';
import { readPolicyDocument } from '../../../lib/policy/iam/document.ts';
import { evaluateAccess, readAccessRequest } from '../../../lib/policy/iam/evaluate.ts';
import { compareSessions } from '../../../lib/policy/plan/session.ts';
import { policy, request } from '../iam/arbitraries.ts';

function allows(written: JsonObject, asked: ReturnType<typeof readAccessRequest>): boolean {
  const reading = readPolicyDocument(written);
  if (!reading.ok) throw new Error(reading.problem);
  return evaluateAccess({ identity: null, session: [reading.document] }, asked).extent === 'all';
}

/** What is said of two policies: nothing, that there is more, less, or that nobody can say. */
const said = (before: JsonObject, after: JsonObject): readonly string[] => {
  const limits = (written: JsonObject) => ({ policy: written, policyArns: [] });
  return compareSessions(limits(before), limits(after)).map(({ effect }) => effect);
};

it('says so wherever a request of a session is decided otherwise, in that direction, or that it cannot be told', () => {
  let turns = 0;
  fc.assert(
    fc.property(policy, policy, fc.array(request, { minLength: 10, maxLength: 10 }), (before, after, requests) => {
      const effects = said(before, after);
      for (const { action, resource, context } of requests) {
        const asked = readAccessRequest(action, resource, context);
        const [was, is] = [allows(before, asked), allows(after, asked)];
        if (was === is) continue;
        turns += 1;
        expect(effects.some((effect) => effect === 'changes' || effect === (is ? 'gains' : 'loses'))).toBe(true);
      }
    }),
    { numRuns: 200, seed: 20_261_125 },
  );
  expect(turns).toBeGreaterThan(300);
});

it('says nothing of a policy that is written otherwise and says the same', () => {
  fc.assert(
    fc.property(policy, (before) => {
      const statements = [before['Statement'] ?? []].flat().filter(isJsonObject);
      const after = {
        Statement: statements.toReversed().map((each) => ({ Sid: 'Other', ...each })),
        Version: '2012-10-17',
      };
      expect(said(before, after)).toEqual([]);
    }),
    { numRuns: 200, seed: 20_261_125 },
  );
});
