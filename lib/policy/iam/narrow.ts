import type { JsonObject } from '../../json.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { readPolicyDocument } from './document.ts';
import { Inexpressible } from './inexpressible.ts';
import { intersectPolicies } from './intersect.ts';

/**
 * The session policy that allows what both the grant's and the caller's allow, and nothing else; the caller's as it is
 * where the grant has none. Refuses with `parameter_invalid` what is no policy (the caller's own words are told), and
 * with `policy_not_narrower` where no single policy says what both allow: which of the two is why, nobody is told,
 * because the grant's is not the caller's to read.
 */
export function narrowPolicy(grant: JsonObject | null, caller: JsonObject): Outcome<JsonObject> {
  const asked = readPolicyDocument(caller);
  if (!asked.ok) return refuse('parameter_invalid', { detail: `The policy is none: ${asciiOf(asked.problem)}.` });
  if (grant === null) return accept(caller);
  const granted = readPolicyDocument(grant);
  if (!granted.ok) return refuse('policy_not_narrower', { log: { problem: granted.problem } });
  try {
    return accept(intersectPolicies(granted.document, asked.document));
  } catch (error) {
    if (error instanceof Inexpressible) return refuse('policy_not_narrower', { log: { problem: error.message } });
    throw error;
  }
}

const MOST_CHARACTERS = 160;

const asciiOf = (text: string): string => text.slice(0, MOST_CHARACTERS).replace(/[^\x20-\x7e]/g, '?');
