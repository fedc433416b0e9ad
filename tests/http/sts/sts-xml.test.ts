import { describe, expect, it } from '@jest/globals';
import { stsError } from '../../../lib/http/sts/sts-error.ts';
import { stsDocument } from '../../../lib/http/sts/sts-xml.ts';
import type { Reason } from '../../../lib/refusals/registry.ts';
import { seconds } from '../../../lib/time.ts';

/** AWS STS API reference, "Errors" of AssumeRoleWithWebIdentity and "Common errors"; contract section 3. */
const WIRE: readonly (readonly [Reason, number, string])[] = [
  ['parameter_missing', 400, 'MissingParameter'],
  ['parameter_repeated', 400, 'ValidationError'],
  ['several_proofs', 400, 'ValidationError'],
  ['unknown_action', 400, 'InvalidAction'],
  ['signature_invalid', 400, 'InvalidIdentityToken'],
  ['requirement_not_met', 400, 'InvalidIdentityToken'],
  ['expired', 400, 'ExpiredTokenException'],
  ['not_allowed', 403, 'AccessDenied'],
  ['intent_required', 403, 'AccessDenied'],
  ['narrowing_refused', 403, 'AccessDenied'],
  ['target_mismatch', 403, 'AccessDenied'],
  ['role_refused', 403, 'AccessDenied'],
  ['policy_refused', 400, 'MalformedPolicyDocument'],
  ['policy_too_large', 400, 'PackedPolicyTooLarge'],
  ['region_disabled', 403, 'RegionDisabledException'],
  ['method_not_allowed', 405, 'InvalidAction'],
  ['request_too_large', 413, 'ValidationError'],
  ['limit_reached', 429, 'Throttling'],
  ['keys_unavailable', 400, 'IDPCommunicationError'],
  ['configuration_unavailable', 503, 'ServiceUnavailable'],
  ['ledger_unavailable', 503, 'ServiceUnavailable'],
  ['sts_throttled', 503, 'ServiceUnavailable'],
  ['internal_fault', 503, 'ServiceUnavailable'],
];

describe('errors of /sts', () => {
  it.each(WIRE)('answers %s with %i %s', (reason, status, code) => {
    const answer = stsError({ reason }, 'req-1');
    expect(answer.statusCode).toBe(status);
    expect(answer.body).toContain(`<Code>${code}</Code>`);
    expect(answer.body).toContain(`(reason: ${reason})</Message>`);
    expect(answer.body).toContain('<RequestId>req-1</RequestId></ErrorResponse>');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/xml',
      'cache-control': 'no-store',
      'x-request-id': 'req-1',
    });
  });

  it('says when to come again where a limit is reached', () => {
    const answer = stsError({ reason: 'limit_reached', retryAfter: seconds(16.2) }, 'req-1');
    expect(answer.headers?.['retry-after']).toBe('17');
  });
});

describe('text in the XML of /sts', () => {
  it.each([
    ['</Subject><Subject>admin', '&lt;/Subject&gt;&lt;Subject&gt;admin'],
    ['a&b"c\'d', 'a&amp;b&quot;c&#39;d'],
    ['a\u0000b\ufffe\ud800c', 'a?b??c'],
    ['Zo\u00eb \u{1f680}', 'Zo\u00eb \u{1f680}'],
  ])('%j stays text: %j', (subject, text) => {
    const document = stsDocument('AssumeRoleWithWebIdentityResponse', { Subject: subject });
    expect(document).toContain(`<Subject>${text}</Subject>`);
  });
});
