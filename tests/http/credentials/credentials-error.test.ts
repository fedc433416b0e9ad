import { describe, expect, it } from '@jest/globals';
import { credentialsError } from '../../../lib/http/credentials/credentials-error.ts';
import type { Reason } from '../../../lib/refusals/registry.ts';

/**
 * Contract section 3: 401 for a proof that names nobody, 403 for what is not allowed, 429 for a limit, 502 or 503 for
 * an outage.
 */
const WIRE: readonly (readonly [Reason, number, string, string])[] = [
  ['malformed_request', 400, 'invalid_request', 'InvalidRequest'],
  ['duration_out_of_range', 400, 'invalid_request', 'InvalidRequest'],
  ['signature_invalid', 401, 'invalid_token', 'InvalidIdentityToken'],
  ['proof_missing', 401, 'invalid_token', 'InvalidIdentityToken'],
  ['expired', 401, 'invalid_token', 'ExpiredTokenException'],
  ['client_authentication_failed', 401, 'invalid_client', 'InvalidClient'],
  ['not_allowed', 403, 'invalid_scope', 'AccessDenied'],
  ['role_refused', 403, 'invalid_target', 'AccessDenied'],
  ['route_unknown', 404, 'invalid_request', 'InvalidRequest'],
  ['method_not_allowed', 405, 'invalid_request', 'InvalidRequest'],
  ['request_too_large', 413, 'invalid_request', 'InvalidRequest'],
  ['unsupported_content_type', 415, 'invalid_request', 'InvalidRequest'],
  ['limit_reached', 429, 'temporarily_unavailable', 'Throttling'],
  ['key_not_known_yet', 429, 'temporarily_unavailable', 'IDPCommunicationError'],
  ['keys_unavailable', 503, 'temporarily_unavailable', 'IDPCommunicationError'],
  ['ledger_unavailable', 503, 'temporarily_unavailable', 'ServiceUnavailable'],
  ['sts_throttled', 503, 'temporarily_unavailable', 'ServiceUnavailable'],
];

const bodyOf = (body: string | undefined): Record<string, unknown> => JSON.parse(body ?? '');

describe('errors of /v1/credentials', () => {
  it.each(WIRE)('answers %s with %i, %s, %s, in every name that an SDK reads', (reason, status, error, code) => {
    const answer = credentialsError({ reason }, 'req-1');
    const body = bodyOf(answer.body);
    expect(answer.statusCode).toBe(status);
    expect(Object.keys(body).sort()).toEqual(
      ['Code', 'Message', 'code', 'error', 'error_description', 'message', 'reason', 'request_id'].sort(),
    );
    expect(body).toMatchObject({ error, code, Code: code, reason, request_id: 'req-1' });
    expect(body['Message']).toBe(body['error_description']);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-request-id': 'req-1' });
  });

  it.each([
    ['signature_invalid', 'Bearer realm="token-broker"'],
    ['client_authentication_failed', 'Basic realm="token-broker"'],
    ['not_allowed', undefined],
  ] as const)('challenges after %s with %s (RFC 9110 section 11.6.1)', (reason, challenge) => {
    expect(credentialsError({ reason }, 'req-1').headers?.['www-authenticate']).toBe(challenge);
  });

  it.each([
    ['ledger_unavailable', '1'],
    ['sts_unavailable', '1'],
    ['not_allowed', undefined],
  ] as const)('says after %s when to come again: %s', (reason, seconds) => {
    expect(credentialsError({ reason }, 'req-1').headers?.['retry-after']).toBe(seconds);
  });
});
