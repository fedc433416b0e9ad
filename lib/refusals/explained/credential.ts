import type { credentialRefusals } from '../credential.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../credential.ts`, and what to change. */
export const credentialExplanations: Explanations<typeof credentialRefusals> = {
  role_refused: {
    cause:
      'The trust policy of the role does not admit the broker: external id, token-broker:scope tag, sts:TagSession or sts:SetSourceIdentity; or the broker may not assume it (parameter AssumableRoles); or the role does not exist, or takes no session of this length (ValidationError).',
    fix: 'Compare the trust policy with examples/target-role.yaml.',
  },
  policy_refused: {
    cause: 'The session policy is malformed for IAM (MalformedPolicyDocument).',
    fix: 'Correct `policy` in the scope.',
  },
  policy_too_large: {
    cause:
      'More than 2,048 characters of policy, or more than 100 % of the packed size that policy, ARNs and tags share (PackedPolicyTooLarge).',
    fix: 'Shorten the policy or drop tags; `error_description` says how long they were. `issuances stats --by scope` shows how near sessions of a scope have come, `policy explain` what one caller gets.',
  },
  region_disabled: {
    cause: 'RegionDisabledException.',
    fix: 'Enable the Region in the account of the role.',
  },
  identity_refused: {
    cause:
      'aws-federated: the role trusts the identity provider itself and STS did not accept this token (InvalidIdentityToken, IDPRejectedClaim, AccessDenied).',
    fix: 'Compare the IAM identity provider (issuer, audience) and the trust policy of the role with the token.',
  },
  target_mismatch: {
    cause: 'audience, resource, RoleArn or PrincipalArn names something other than the grant of the scope.',
    fix: 'Leave it out, or name the target of the grant.',
  },
  narrowing_refused: {
    cause:
      'A caller sent PolicyArns to /sts for a grant that has `policy` or `policyArns`, or any policy for a grant that is no AWS session.',
    fix: 'Send `policy`, which narrows a policy of the scope, for scopes that grant AWS sessions.',
  },
  policy_not_narrower: {
    cause:
      'No one policy says what both that of the caller and that of the scope allow: one takes a part out of a pattern of the other (NotAction, NotResource), a variable or a ForAnyValue: decides, or the grant has `policyArns`, which STS adds up.',
    fix: 'Name actions and resources as the policy of the scope has them, or a part of them; the log has what was in the way.',
  },
  grant_not_available_here: {
    cause: 'For example an AWS session by client_credentials, or a broker token at /v1/credentials.',
    fix: 'Use the route that hands out this kind of grant; see docs/how-an-exchange-works.md.',
  },
  proof_ends_too_soon: {
    cause: 'What a broker token gets ends no later than it does, and AWS sessions are at least 900 seconds long.',
    fix: 'Get a fresh broker token first.',
  },
};
