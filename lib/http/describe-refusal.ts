import type { Refusal } from '../outcome.ts';
import type { RefusalClass } from '../refusals/kinds.ts';
import { type Reason, refusalEntry } from '../refusals/registry.ts';

/**
 * One ASCII sentence for the caller: the refusal's own detail where it may be told, else what the registry says to
 * anybody.
 */
export const describe = (refusal: Refusal): string => refusal.detail ?? refusalEntry(refusal.reason).says;

export const classOf = (refusal: Refusal): RefusalClass => refusalEntry(refusal.reason).class;

const HTTP_STATUS: Readonly<Partial<Record<Reason, number>>> = {
  route_unknown: 404,
  issuance_unknown: 404,
  revocation_unknown: 404,
  revocation_final: 409,
  revocations_full: 409,
  approval_unknown: 404,
  approval_closed: 409,
  sign_in_connection: 404,
  receipt_not_ready: 503,
  method_not_allowed: 405,
  request_too_large: 413,
};

/** The status that HTTP itself has for a reason (RFC 9110 section 15.5), in every protocol; else the protocol's own. */
export const statusOf = ({ reason }: Refusal, own: number): number => HTTP_STATUS[reason] ?? own;

/** What a caller is told of a request that waits for an approval (contract section 7); RFC 8628 section 3.2 has two. */
export const pendingMembers = ({ pending }: Refusal): Readonly<Record<string, string | number>> =>
  pending === undefined
    ? {}
    : {
        approval_id: pending.id,
        approval_uri: pending.uri,
        expires_in: pending.expiresIn,
        interval: pending.interval,
      };

/** `Retry-After` (RFC 9110 section 10.2.3) for limits and outages. */
export function retryAfter(refusal: Refusal): Readonly<Record<string, string>> {
  if (refusal.retryAfter !== undefined) return { 'retry-after': String(Math.max(1, Math.ceil(refusal.retryAfter))) };
  switch (classOf(refusal)) {
    case 'outage':
    case 'idp-outage':
    case 'provider-outage':
      return { 'retry-after': '1' };
    default:
      return {};
  }
}
