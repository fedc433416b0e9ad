import { type Seconds, seconds } from './time.ts';

/** No broker token lives longer (`duration` of the grant). */
export const LONGEST_BROKER_TOKEN: Seconds = seconds(86_400);

/** The private claim of a broker token that says what it came of. Its name is the broker's own; no scope can set it. */
export const LINEAGE_CLAIM = 'token_broker';

/**
 * Claims whose meaning RFC 7519 section 4.1, RFC 8693 section 4 and RFC 9068 section 2.2 define: the broker sets them,
 * and they speak of the token, never of its origin. `groups`, `roles` and `entitlements` are not among them: RFC 9068
 * takes those over from RFC 7643 and leaves them to the authorization server's policy, which a scope is.
 */
export const PROTOCOL_CLAIMS: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'],
  ...['act', 'may_act', 'scope', 'client_id'],
  ...['auth_time', 'acr', 'amr'],
  // RFC 7800 section 3.1: the key of the token, not its origin's.
  'cnf',
]);
