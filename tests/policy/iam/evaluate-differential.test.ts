import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../lib/json.ts';
import { type PolicyDocument, readPolicyDocument } from '../../../lib/policy/iam/document.ts';
import { evaluateAccess, readAccessRequest } from '../../../lib/policy/iam/evaluate.ts';
import { policy, request } from './arbitraries.ts';
import { oracleAllows } from './oracle.ts';

/** CI has 100,000, by a seed of each commit; where a case fails, fast-check prints the seed that it came of. */
const CASES = Number(process.env['IAM_CASES'] ?? 4_000);
const SEED = Number(process.env['IAM_SEED'] ?? 3);

function read(written: JsonObject): PolicyDocument {
  const reading = readPolicyDocument(written);
  if (!reading.ok) throw new TypeError(reading.problem);
  return reading.document;
}

test('a session may do exactly what an independent implementation of IAM says of its role and policy', () => {
  let allowed = 0;
  fc.assert(
    fc.property(policy, fc.option(policy, { nil: null }), request, (role, session, asked) => {
      const expected = oracleAllows(role, session, asked);
      if (expected) allowed += 1;
      const policies = { identity: [read(role)], session: session === null ? null : [read(session)] };
      const { extent } = evaluateAccess(policies, readAccessRequest(asked.action, asked.resource, asked.context));
      expect(extent).toBe(expected ? 'all' : 'none');
    }),
    { numRuns: CASES, seed: SEED },
  );
  expect(allowed).toBeGreaterThan(CASES / 40);
}, 600_000);
