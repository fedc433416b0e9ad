import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isJsonObject, type JsonObject } from '../../../lib/json.ts';
import { readPolicyDocument } from '../../../lib/policy/iam/document.ts';
import { evaluateAccess, readAccessRequest } from '../../../lib/policy/iam/evaluate.ts';
import type { Said } from '../../../lib/policy/plan/change.ts';
import { compareSessions } from '../../../lib/policy/plan/session.ts';
import { policy, request } from '../iam/arbitraries.ts';

function allows(written: JsonObject, asked: ReturnType<typeof readAccessRequest>): boolean {
  const reading = readPolicyDocument(written);
  if (!reading.ok) throw new Error(reading.problem);
  return evaluateAccess({ identity: null, session: [reading.document] }, asked).extent === 'all';
}

const said = (before: JsonObject, after: JsonObject): readonly Said[] => {
  const limits = (written: JsonObject) => ({ policy: written, policyArns: [] });
  return compareSessions(limits(before), limits(after));
};

/** Whether what is said is about this request, or says that it cannot be told. A value that nobody knows is any. */
function isAbout(
  { effect, what }: Said,
  turn: 'gains' | 'loses',
  asked: ReturnType<typeof readAccessRequest>,
): boolean {
  if (effect === 'changes') return true;
  const [, actions = '', resource = ''] = / do (.+?) on (\S+?),?(?: |$)/.exec(what) ?? [];
  const Action = actions.split(', ').map((action) => (action === 'anything' ? '*' : action));
  const Resource = resource.replace(/<[^>]*>/g, '*');
  const statement = { Effect: 'Allow', Action, Resource };
  return effect === turn && allows({ Version: '2012-10-17', Statement: [statement] }, asked);
}

it('tells of every request of a session that is decided otherwise, in that direction, or that it cannot be told', () => {
  let turns = 0;
  const misses: unknown[] = [];
  fc.assert(
    fc.property(policy, policy, fc.array(request, { minLength: 10, maxLength: 10 }), (before, after, requests) => {
      const told = said(before, after);
      for (const { action, resource, context } of requests) {
        const asked = readAccessRequest(action, resource, context);
        const [was, is] = [allows(before, asked), allows(after, asked)];
        if (was === is) continue;
        turns += 1;
        const turn = is ? 'gains' : 'loses';
        if (!told.some((each) => isAbout(each, turn, asked)))
          misses.push({ before, after, action, resource, context, told });
      }
    }),
    { numRuns: 200, seed: 20_261_125 },
  );
  expect(turns).toBeGreaterThan(300);
  expect({ misses: misses.length, first: misses.slice(0, 2) }).toEqual({ misses: 0, first: [] });
});

it('says nothing of a policy that is written otherwise and says the same', () => {
  fc.assert(
    fc.property(policy, (before) => {
      const statements = [before['Statement'] ?? []].flat().filter(isJsonObject);
      const after = {
        Statement: statements.toReversed().map((each, at) => ({ Sid: `Other${at}`, ...each })),
        Version: '2012-10-17',
      };
      expect(said(before, after)).toEqual([]);
    }),
    { numRuns: 200, seed: 20_261_125 },
  );
});
