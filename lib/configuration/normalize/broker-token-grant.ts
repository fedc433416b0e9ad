import { LINEAGE_CLAIM } from '../../broker-token-claims.ts';
import type { BrokerTokenGrant } from '../../policy/grants/broker-token.ts';
import type { Report } from '../problem.ts';
import type { WrittenBrokerTokenGrant } from '../schema/grant.ts';
import { toSeconds } from '../schema/values.ts';

/**
 * Claims whose meaning RFC 7519 section 4.1, RFC 8693 section 4 and RFC 9068 section 2.2 define. `groups`, `roles` and `entitlements` are not among them:
 * RFC 9068 takes those over from RFC 7643 and leaves them to the authorization server's policy, which a scope is.
 */
const PROTOCOL_CLAIMS: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'],
  ...['act', 'may_act', 'scope', 'client_id'],
  ...['auth_time', 'acr', 'amr'],
]);

/** A broker-token grant with defaults; its claims are constants and templates and never what the protocol itself says. */
export function normalizeBrokerTokenGrant(written: WrittenBrokerTokenGrant, report: Report): BrokerTokenGrant {
  for (const claim of Object.keys(written.claims ?? {})) {
    if (PROTOCOL_CLAIMS.has(claim))
      report(['claims', claim], 'is defined by RFC 7519, 8693 or 9068: the broker sets it');
    if (claim === LINEAGE_CLAIM) report(['claims', claim], 'says what a token came of: the broker sets it');
  }
  return {
    type: 'broker-token',
    audience: written.audience,
    duration: toSeconds(written.duration ?? '1h'),
    claims: written.claims ?? {},
  };
}
