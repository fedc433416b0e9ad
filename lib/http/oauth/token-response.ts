import type { Issued } from '../../issue.ts';
import type { EpochSeconds } from '../../time.ts';
import { credentialDocument } from '../credentials/credential-document.ts';
import { type HttpAnswer, secretJson } from '../http-answer.ts';
import type { TokenRequest } from './token-request.ts';

/**
 * The successful response of the token endpoint (RFC 6749 section 5.1, RFC 8693 section 2.2.1). `requestedTokenType`
 * is one that the grant answers to: another was refused. Secret.
 */
export function tokenResponse(
  { record, minted }: Issued,
  { grantType, requestedTokenType }: Pick<TokenRequest, 'grantType' | 'requestedTokenType'>,
  now: EpochSeconds,
  requestId: string,
): HttpAnswer {
  const { secret } = minted;
  if (secret.kind === 'aws-session') {
    return secretJson(200, requestId, {
      access_token: JSON.stringify(credentialDocument(secret, record.scope, record.id)),
      issued_token_type: secret.issuedTokenType,
      token_type: 'N_A',
      expires_in: remaining(secret.session.credentials.expires, now),
      scope: record.scope,
    });
  }
  return secretJson(200, requestId, {
    access_token: secret.token,
    ...(grantType.answer === 'exchange' ? { issued_token_type: requestedTokenType ?? secret.issuedTokenType } : {}),
    token_type: secret.tokenType,
    expires_in: remaining(secret.expires, now),
    scope: secret.scope ?? record.scope,
  });
}

const remaining = (expires: EpochSeconds, now: EpochSeconds): number => Math.max(0, Math.floor(expires - now));
