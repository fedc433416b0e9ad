import { registry } from './kinds.ts';

/** The principal is known and does not get this scope. */
export const policyRefusals = registry({
  not_allowed: {
    class: 'scope',
    says: 'The scope is unknown, disabled or not allowed.',
  },
  condition_error: {
    class: 'scope',
    says: 'A condition of the scope could not be evaluated.',
  },
  groups_overage: {
    class: 'scope',
    says: 'The token leaves out the groups that a rule needs.',
  },
  claim_withheld: {
    class: 'scope',
    says: 'The broker token does not carry a claim that a rule needs.',
  },
  template_value: {
    class: 'scope',
    says: 'A value that the scope needs is missing or has characters that are not allowed there.',
  },
  may_act_mismatch: {
    class: 'scope',
    says: 'The token does not let this actor act.',
  },
  access_revoked: {
    class: 'scope',
    says: 'What is issued here to, by, through or under one of these names has been revoked.',
  },
  prior_issuance_missing: {
    class: 'scope',
    says: 'Another scope has to be issued to the same subject first.',
  },
  limit_reached: {
    class: 'limit',
    says: 'The limit of this scope is reached.',
  },
  insufficient_scope: {
    class: 'scope',
    says: 'The access token does not have the scope that this request needs.',
  },
  scopes_incompatible: {
    class: 'scope',
    says: 'These scopes cannot be granted together.',
  },
});
