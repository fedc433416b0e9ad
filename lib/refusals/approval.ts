import { registry } from './kinds.ts';

/** The scope is allowed, and somebody else has to approve (contract section 7). */
export const approvalRefusals = registry({
  authorization_pending: {
    class: 'pending',
    says: 'Somebody has to approve this request first.',
  },
  access_denied: {
    class: 'declined',
    says: 'The request was not approved.',
  },
  approval_unknown: {
    class: 'request',
    says: 'There is no such request for approval, or it has ended.',
  },
  approval_closed: {
    class: 'declined',
    says: 'The request can no longer be decided on.',
  },
  approver_not_allowed: {
    class: 'declined',
    says: 'You may not decide on this request.',
  },
  approver_is_requester: {
    class: 'declined',
    says: 'Nobody approves what they ask for themselves, act in, or are the client of.',
  },
  approval_session: {
    class: 'proof',
    says: 'The page does not belong to this sign-in. Open the request again.',
  },
});
