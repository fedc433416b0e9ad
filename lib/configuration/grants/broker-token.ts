import * as z from 'zod';
import { LINEAGE_CLAIM } from '../../broker-token-claims.ts';
import type { BrokerTokenGrant } from '../../policy/grants/broker-token.ts';
import { duration, line, toSeconds } from '../schema/values.ts';
import type { WrittenGrantKind } from './written-grant.ts';

/**
 * Claims whose meaning RFC 7519 section 4.1, RFC 8693 section 4 and RFC 9068 section 2.2 define. `groups`, `roles` and `entitlements` are not among them:
 * RFC 9068 takes those over from RFC 7643 and leaves them to the authorization server's policy, which a scope is.
 */
const PROTOCOL_CLAIMS: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'],
  ...['act', 'may_act', 'scope', 'client_id'],
  ...['auth_time', 'acr', 'amr'],
]);

/** A JWT access token signed by this broker (RFC 9068). */
export const brokerTokenSchema = z.strictObject({
  type: z.literal('broker-token'),
  audience: line(1000),
  duration: duration(1, 86_400).optional(),
  claims: z.record(line(256), z.json()).optional(),
});

/** Its claims are constants and templates, and never what the protocol itself says. */
export const brokerToken: WrittenGrantKind<z.infer<typeof brokerTokenSchema>, BrokerTokenGrant> = {
  normalize: (written, _deployment, report) => {
    const claims = written.claims ?? {};
    for (const claim of Object.keys(claims)) {
      if (PROTOCOL_CLAIMS.has(claim)) {
        report(['claims', claim], 'is defined by RFC 7519, 8693 or 9068: the broker sets it');
      }
      if (claim === LINEAGE_CLAIM) report(['claims', claim], 'says what a token came of: the broker sets it');
    }
    return { type: 'broker-token', audience: written.audience, duration: toSeconds(written.duration ?? '1h'), claims };
  },
  demand: () => null,
};
