import type { policyRefusals } from '../policy.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../policy.ts`, and what to change. */
export const policyExplanations: Explanations<typeof policyRefusals> = {
  not_allowed: {
    cause:
      'No scope of that name, `enabled: false`, no `allow` rule that matches this principal and actor, a `deny` rule that does, or a grant that this route cannot hand out. All answer alike, so that nobody can list scopes.',
    fix: 'An operator reads the decision: `token-broker issuances list --outcome denied`, then the checks of the record.',
  },
  condition_error: {
    cause:
      'A plain operator met a claim that is a list, an object, null or a whole number beyond 2^53; or, in `deny`, a date, number, boolean or address that is none.',
    fix: 'Use ForAnyValue: or ForAllValues: for lists, `Null` for presence, an alias for a deeper member.',
  },
  groups_overage: {
    cause:
      'Entra ID omits `groups` above 200 groups and points to Microsoft Graph instead (_claim_names or hasgroups). The broker does not follow that pointer.',
    fix: 'Use app roles (`claims.roles`), or set the app to emit only groups assigned to the application.',
  },
  claim_withheld: {
    cause:
      'The proof is a broker token. A rule of its origin tests a claim that the token does not carry, or a template needs one; in `deny` that refuses, because nobody can say that the rule does not match.',
    fix: 'Let the scope that issued the token carry the claim: `claims: { team: "${claims.team}" }` in its grant.',
  },
  template_value: {
    cause:
      'A template such as ${claims.repository} is missing, empty, a list, or outside what its place takes (in a policy: one non-empty string of A-Z a-z 0-9 _ . @ = + -).',
    fix: 'Check the claims in the record; use ${path:claims.x} in a policy where the value has slashes.',
  },
  may_act_mismatch: {
    cause: 'The subject token carries may_act and the actor is not the one it names, or there is no actor.',
    fix: 'Present the actor that may_act names.',
  },
  access_revoked: {
    cause:
      'An operator has revoked the principal, the actor (or one who acted before), the client, the connection or the scope of this request (`POST /v1/revocations`), and has not lifted it.',
    fix: 'An operator sees which one and why with `token-broker revoke --list`, and lifts it with `--undo`; the log names the revocation.',
  },
  prior_issuance_missing: {
    cause:
      '`requires.after` of the scope: no issuance of the scope that it names to this very subject within that time, or it was revoked. The ledger may show what was issued just now a second later.',
    fix: 'Get the scope that `requires.after` names first, as the same principal; then ask again.',
  },
  limit_reached: {
    cause:
      '`limits` of the scope: `perPrincipal`, `perActor` or `total`, in fixed windows counted at the decision, or `live`, as many as may be alive at once.',
    fix: 'Wait for Retry-After seconds (of `live`: until the first of them ends; revoking one ends it at once); raise the limit if it is too low.',
  },
  insufficient_scope: {
    cause:
      'GET /v1/issuances needs a broker token with the scope broker:issuances:read, POST /v1/explain with broker:explain, /v1/revocations with broker:revocations.',
    fix: 'Get one from /oauth2/token with that scope, as a principal that its `allow` rules match.',
  },
  scopes_incompatible: {
    cause: 'Several scopes are granted only when all of them grant broker tokens of one audience.',
    fix: 'Ask for each scope by itself.',
  },
};
