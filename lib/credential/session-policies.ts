import type { JsonObject } from '../json.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { narrowPolicy } from '../policy/iam/narrow.ts';
import { MAX_SESSION_POLICY_LENGTH, policyText } from '../policy/session-policy.ts';
import { type Narrowing, narrowsNoSession } from './grant.ts';

/** What narrows a session below its role: STS packs policy, ARNs and tags into one. */
export interface SessionPolicies {
  readonly policy: string | null;
  readonly policyArns: readonly string[];
}

const MOST_ARNS = 10;
const POLICY_ARN = /^arn:aws(?:-[a-z]+)*:iam::(?:aws|[0-9]{12}):policy\/[\u0021-\u007e]{1,512}$/;
const EVERYTHING: JsonObject = { Effect: 'Allow', Action: '*', Resource: '*' };

/**
 * The session policies of one issuance: the grant's own (rendered), with what the caller sent to narrow the session.
 * Refuses, in this order: `narrowing_refused` for a caller's ARNs where the grant has a policy or ARNs;
 * `parameter_invalid` for an ARN or a policy that IAM would not read; `policy_not_narrower` for a caller's policy where
 * the grant has ARNs, because STS adds those up, and where no one policy says what both allow; `policy_too_large` for
 * more than 2,048 characters, ARNs included, or 10 ARNs.
 */
export function sessionPolicies(own: SessionPolicies, narrowing: Narrowing | null): Outcome<SessionPolicies> {
  const narrowed = narrowedPolicies(own, narrowing);
  return narrowed.ok ? measured(narrowed.value) : narrowed;
}

/** As `sessionPolicies`, of any length. */
export const narrowedPolicies = (own: SessionPolicies, narrowing: Narrowing | null): Outcome<SessionPolicies> =>
  narrowing === null || narrowsNoSession(narrowing) ? accept(own) : narrow(own, narrowing);

/** With statements that deny what the grant rules out for every caller; `policy_too_large` as above. */
export const limitedPolicies = (
  { policy, policyArns }: SessionPolicies,
  limits: readonly JsonObject[],
): Outcome<SessionPolicies> =>
  measured({ policy: limits.length === 0 ? policy : limited(policy, policyArns, limits), policyArns });

/** Reads what `policyText` wrote. */
export const policyDocument = (text: string | null): JsonObject | null => (text === null ? null : JSON.parse(text));

function narrow(own: SessionPolicies, { policy, policyArns }: Narrowing): Outcome<SessionPolicies> {
  const hasOwn = own.policy !== null || own.policyArns.length > 0;
  if (policyArns.length > 0 && hasOwn) return refuse('narrowing_refused');
  if (!policyArns.every((arn) => POLICY_ARN.test(arn))) {
    return refuse('parameter_invalid', { detail: 'PolicyArns has something other than ARNs of IAM policies.' });
  }
  if (policy === null) return accept({ policy: own.policy, policyArns });
  if (own.policyArns.length > 0) return refuse('policy_not_narrower');
  const narrowed = narrowPolicy(policyDocument(own.policy), policy);
  return narrowed.ok ? accept({ policy: policyText(narrowed.value), policyArns }) : narrowed;
}

/** Where nothing else allows anything, everything that the role allows is left beside what is denied. */
function limited(policy: string | null, policyArns: readonly string[], limits: readonly JsonObject[]): string {
  const written = policyDocument(policy) ?? { Version: '2012-10-17' };
  const statements = [written['Statement'] ?? (policyArns.length > 0 ? [] : [EVERYTHING])].flat();
  return policyText({ ...written, Statement: [...statements, ...limits] });
}

function measured(policies: SessionPolicies): Outcome<SessionPolicies> {
  const characters = (policies.policy?.length ?? 0) + policies.policyArns.join('').length;
  if (characters > MAX_SESSION_POLICY_LENGTH || policies.policyArns.length > MOST_ARNS)
    return refuse('policy_too_large', { detail: tooLong(characters, policies.policyArns.length), log: { characters } });
  return accept(policies);
}

const tooLong = (characters: number, arns: number): string =>
  `The session policy with its ARNs has ${characters} characters, of ${MAX_SESSION_POLICY_LENGTH} at most, and ${arns} ARNs, of ${MOST_ARNS}.`;
