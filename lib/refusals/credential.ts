import { registry } from './kinds.ts';

/** The decision was to allow, and the grant could not be made. */
export const credentialRefusals = registry({
  role_refused: {
    class: 'target',
    says: 'AWS STS refused the role of this scope.',
  },
  policy_refused: {
    class: 'target',
    says: 'AWS STS refused the session policy of this scope.',
  },
  policy_too_large: {
    class: 'target',
    says: 'The session policy and tags of this scope are too large.',
  },
  region_disabled: {
    class: 'target',
    says: 'AWS STS is not enabled in this Region for the account of the role.',
  },
  identity_refused: {
    class: 'target',
    says: 'AWS STS refused the identity token for the role of this scope.',
  },
  target_mismatch: {
    class: 'target',
    says: 'The requested target is not that of the scope.',
  },
  narrowing_refused: {
    class: 'scope',
    says: 'This scope cannot be narrowed by a policy, or by PolicyArns beside a policy of its own.',
  },
  policy_not_narrower: {
    class: 'target',
    says: 'No single session policy allows what both the policy given and the scope allow.',
  },
  grant_not_available_here: {
    class: 'scope',
    says: 'The scope cannot be granted by this kind of request.',
  },
  proof_ends_too_soon: {
    class: 'request',
    says: 'The proof ends before the shortest duration of the grant.',
  },
});
