import type { Refusal } from '../outcome.ts';
import type { RefusalClass } from '../refusals/kinds.ts';
import { refusalEntry } from '../refusals/registry.ts';

/** One ASCII sentence for the caller: the refusal's own detail where it may be told, else what the registry says to anybody. */
export const describe = (refusal: Refusal): string => refusal.detail ?? refusalEntry(refusal.reason).says;

export const classOf = (refusal: Refusal): RefusalClass => refusalEntry(refusal.reason).class;

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
