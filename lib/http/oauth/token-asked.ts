import type { Grant } from '../../configuration/documents.ts';
import type { IssuanceRequest } from '../../issue.ts';
import { accept, type Outcome } from '../../outcome.ts';
import { readDuration, readIntent } from '../credentials/credentials-request.ts';
import type { HttpRequest } from '../http-request.ts';
import type { Parameters } from '../parameters.ts';
import { readTargets, refuseTarget } from './target-parameters.ts';

/** The grant types of the token endpoint that a use case issues by; the authorization code has one of its own. */
export type IssuingGrantType = 'client-credentials' | 'token-exchange' | 'jwt-bearer' | 'saml2-bearer';

/** What a request asks for, beside who asks and for which scopes. */
export type Asked = Omit<IssuanceRequest, 'proofs' | 'scopes'>;

/** Reads what stands beside proof and scopes: `intent`, `duration`, and the targets (RFC 8693 section 2.1, RFC 8707 section 2). The first refusal met is the answer. */
export function readAsked(
  request: HttpRequest,
  form: Parameters,
  grantType: IssuingGrantType | 'authorization-code',
): Outcome<Asked> {
  const intent = readIntent(form.one('intent'));
  if (!intent.ok) return intent;
  const duration = readDuration(form.one('duration'), 'duration');
  if (!duration.ok) return duration;
  const targets = readTargets(form);
  if (!targets.ok) return targets;
  const requestedTokenType = form.one('requested_token_type');
  const { id, sourceIp, userAgent } = request;
  return accept({
    requestedDuration: duration.value,
    intent: intent.value,
    narrowing: null,
    grants: grantsOf(grantType),
    refuseTarget: (scope) => refuseTarget(scope, targets.value, requestedTokenType),
    caller: { id, sourceIp, userAgent },
  });
}

/** An AWS session comes by token exchange only (contract section 3). */
function grantsOf(grantType: IssuingGrantType | 'authorization-code'): readonly Grant['type'][] {
  return grantType === 'token-exchange'
    ? ['broker-token', 'oauth-token', 'aws-session', 'aws-federated']
    : ['broker-token', 'oauth-token'];
}
