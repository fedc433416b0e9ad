import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../lib/json.ts';
import { type PolicyDocument, readPolicyDocument } from '../../../lib/policy/iam/document.ts';
import { Inexpressible } from '../../../lib/policy/iam/inexpressible.ts';
import { intersectPolicies } from '../../../lib/policy/iam/intersect.ts';
import { policy, request } from './arbitraries.ts';
import { oracleAllows } from './oracle.ts';

/** CI has 10,000 pairs, by a seed of each commit; where a case fails, fast-check prints the seed that it came of. */
const PAIRS = Math.ceil(Number(process.env['IAM_CASES'] ?? 10_000) / 10);
const SEED = Number(process.env['IAM_SEED'] ?? 3);
const REQUESTS = 12;

function read(written: JsonObject): PolicyDocument {
  const reading = readPolicyDocument(written);
  if (!reading.ok) throw new TypeError(reading.problem);
  return reading.document;
}

/** null: no single policy says it. */
function intersection(a: JsonObject, b: JsonObject): JsonObject | null {
  try {
    return intersectPolicies(read(a), read(b));
  } catch (error) {
    if (error instanceof Inexpressible) return null;
    throw error;
  }
}

test('an intersection allows what both policies allow and nothing else, as an independent implementation of IAM has it', () => {
  let [said, allowed] = [0, 0];
  const requests = fc.array(request, { minLength: REQUESTS, maxLength: REQUESTS });
  fc.assert(
    fc.property(policy, policy, requests, (one, other, asked) => {
      const both = intersection(one, other);
      if (both === null) return;
      said += 1;
      for (const each of asked) {
        const expected = oracleAllows(one, null, each) && oracleAllows(other, null, each);
        if (expected) allowed += 1;
        expect(oracleAllows(both, null, each)).toBe(expected);
      }
    }),
    { numRuns: PAIRS, seed: SEED },
  );
  expect(said).toBeGreaterThan(PAIRS / 2);
  expect(allowed).toBeGreaterThan(PAIRS / 20);
}, 600_000);
