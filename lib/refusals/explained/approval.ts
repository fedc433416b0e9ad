import type { approvalRefusals } from '../approval.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../approval.ts`, and what to change. */
export const approvalExplanations: Explanations<typeof approvalRefusals> = {
  authorization_pending: {
    cause: 'The scope says `requires.approval`, and nobody has approved this very request yet.',
    fix: 'Send `approval_uri` to an approver, and make the same request again after `interval` seconds. Another intent, duration, policy or parameter is another request.',
  },
  access_denied: {
    cause: 'An approver said no to this very request. It stays so until the request would have ended.',
    fix: 'The record says who and why: `token-broker issuances list --reason access_denied`.',
  },
  approval_unknown: {
    cause:
      'No request for approval has this id, it was replaced by a later one of the same kind, or the configuration has changed since.',
    fix: 'Make the request again; the answer names the id that waits.',
  },
  approval_closed: {
    cause: 'Somebody decided on it before, or it waited longer than `within`.',
    fix: 'Make the request again.',
  },
  approver_not_allowed: {
    cause: 'No rule of `requires.approval.from` matches who signed in, or somebody acts for them.',
    fix: 'Sign in as somebody whom `from` names, at the connection that it names, yourself.',
  },
  approver_is_requester: {
    cause:
      'The approver is the subject, an actor or the client of the request, at this connection or, by a claim of `personClaims`, at another.',
    fix: 'Ask somebody else.',
  },
  approval_session: {
    cause:
      'The form was sent without the cookie of its sign-in, from another site, after the sign-in ended, or for another request.',
    fix: 'Open the link of the request again and sign in.',
  },
};
