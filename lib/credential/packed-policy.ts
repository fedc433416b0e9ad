import { accept, type Outcome, refuse } from '../outcome.ts';
import { MAX_SESSION_POLICY_LENGTH } from '../policy/session-policy.ts';
import type { Narrowing } from './grant.ts';

/** What narrows a session below its role: STS packs policy, ARNs and tags into one. */
export interface SessionPolicies {
  readonly policy: string | null;
  readonly policyArns: readonly string[];
}

const MOST_ARNS = 10;
// The reference's own pattern: tab, line feed, carriage return, U+0020 to U+00FF.
const POLICY = /^[\t\n\r\u0020-\u00ff]+$/;
const POLICY_ARN = /^arn:aws(?:-[a-z]+)*:iam::(?:aws|[0-9]{12}):policy\/[\u0021-\u007e]{1,512}$/;

/**
 * The session policies of one issuance: the grant's own (rendered), else what the caller sent to narrow the session,
 * passed on as it came. Refuses in this order: `narrowing_refused` where the grant has any of its own and the caller
 * sent some; `parameter_invalid` for a caller's policy or ARN that STS could not read; `policy_too_large` for more than
 * 2,048 characters, ARNs included, or 10 ARNs.
 */
export function sessionPolicies(own: SessionPolicies, narrowing: Narrowing | null): Outcome<SessionPolicies> {
  const asked = narrowing !== null && (narrowing.policy !== null || narrowing.policyArns.length > 0) ? narrowing : null;
  if (asked === null) return measured(own);
  if (own.policy !== null || own.policyArns.length > 0) return refuse('narrowing_refused');
  if (asked.policy !== null && !POLICY.test(asked.policy))
    return refuse('parameter_invalid', { detail: 'Policy is empty or has characters that AWS STS does not take.' });
  if (!asked.policyArns.every((arn) => POLICY_ARN.test(arn))) {
    return refuse('parameter_invalid', { detail: 'PolicyArns has something other than ARNs of IAM policies.' });
  }
  return measured({ policy: asked.policy, policyArns: asked.policyArns });
}

function measured(policies: SessionPolicies): Outcome<SessionPolicies> {
  const characters = (policies.policy?.length ?? 0) + policies.policyArns.join('').length;
  if (characters > MAX_SESSION_POLICY_LENGTH || policies.policyArns.length > MOST_ARNS)
    return refuse('policy_too_large');
  return accept(policies);
}
