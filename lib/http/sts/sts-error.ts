import type { RefusalClass } from '../../refusals/kinds.ts';
import type { Reason } from '../../refusals/registry.ts';
import { classOf, describe, pendingMembers, retryAfter, statusOf } from '../describe-refusal.ts';
import { xml } from '../http-answer.ts';
import type { RefusalRenderer } from '../route.ts';
import { stsDocument } from './sts-xml.ts';

interface StsCode {
  readonly status: number;
  readonly type: 'Sender' | 'Receiver';
  readonly code: string;
}

/** Codes as AWS STS (facts: an outage is never InvalidIdentityToken, because SDKs do not retry that one). */
function stsCode(refusalClass: RefusalClass): StsCode {
  switch (refusalClass) {
    case 'request':
      return { status: 400, type: 'Sender', code: 'ValidationError' };
    case 'unsupported':
      return { status: 400, type: 'Sender', code: 'InvalidAction' };
    case 'key-proof':
    case 'proof':
      return { status: 400, type: 'Sender', code: 'InvalidIdentityToken' };
    case 'expired-proof':
      return { status: 400, type: 'Sender', code: 'ExpiredTokenException' };
    case 'client':
    case 'unauthorized-client':
    case 'scope':
    case 'pending':
    case 'declined':
    case 'target':
      return { status: 403, type: 'Sender', code: 'AccessDenied' };
    case 'limit':
      return { status: 429, type: 'Sender', code: 'Throttling' };
    case 'idp-outage':
    case 'not-yet':
      return { status: 400, type: 'Sender', code: 'IDPCommunicationError' };
    case 'outage':
    case 'provider-outage':
    case 'provider':
      return { status: 503, type: 'Receiver', code: 'ServiceUnavailable' };
  }
}

const CODE_OF_REASON: Readonly<Partial<Record<Reason, StsCode>>> = {
  parameter_missing: { status: 400, type: 'Sender', code: 'MissingParameter' },
  intent_required: { status: 403, type: 'Sender', code: 'AccessDenied' },
  policy_too_large: { status: 400, type: 'Sender', code: 'PackedPolicyTooLarge' },
  policy_refused: { status: 400, type: 'Sender', code: 'MalformedPolicyDocument' },
  region_disabled: { status: 403, type: 'Sender', code: 'RegionDisabledException' },
  route_unknown: { status: 404, type: 'Sender', code: 'InvalidAction' },
  method_not_allowed: { status: 405, type: 'Sender', code: 'InvalidAction' },
};

/** `approval_id` as AWS would name it: `ApprovalId`. */
const elementsOf = (members: readonly (readonly [string, string | number])[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    members.map(([name, value]) => [
      name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      String(value),
    ]),
  );

/** `<ErrorResponse>` with the reason beside AWS's code, in the message, where SDKs show it. */
export const stsError: RefusalRenderer = (refusal, requestId, headers) => {
  const { status, type, code } = CODE_OF_REASON[refusal.reason] ?? stsCode(classOf(refusal));
  const pending = Object.entries(pendingMembers(refusal));
  // SDKs show the message alone: where to go stands in it too.
  const where = pending.map(([name, value]) => `, ${name}: ${value}`).join('');
  const message = `${describe(refusal)} (reason: ${refusal.reason}${where})`;
  const error = { Type: type, Code: code, Message: message, ...elementsOf(pending) };
  const document = stsDocument('ErrorResponse', { Error: error, RequestId: requestId });
  return xml(statusOf(refusal, status), requestId, document, { ...retryAfter(refusal), ...headers });
};
