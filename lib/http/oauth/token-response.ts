import type { Issued } from '../../issue.ts';
import type { IssuanceRecord } from '../../ledger/record.ts';
import type { EpochSeconds } from '../../time.ts';
import { credentialDocument } from '../credentials/credential-document.ts';
import { type HttpAnswer, secretJson } from '../http-answer.ts';
import { DETAILS_TYPE } from '../narrowing.ts';
import type { TokenRequest } from './token-request.ts';

/**
 * The successful response of the token endpoint (RFC 6749 section 5.1, RFC 8693 section 2.2.1, RFC 9396 section 7).
 * `requestedTokenType` is one that the grant answers to: another was refused. Secret.
 */
export function tokenResponse(
  { record, minted }: Issued,
  { grantType, requestedTokenType, isInDetail }: Omit<TokenRequest, 'presented' | 'asked'>,
  now: EpochSeconds,
  requestId: string,
): HttpAnswer {
  const { secret } = minted;
  const details = isInDetail ? { authorization_details: [grantedDetails(record)] } : {};
  if (secret.kind === 'aws-session') {
    return secretJson(200, requestId, {
      access_token: JSON.stringify(credentialDocument(secret, record.scope, record.id)),
      issued_token_type: secret.issuedTokenType,
      token_type: 'N_A',
      expires_in: remaining(secret.session.credentials.expires, now),
      scope: record.scope,
      ...details,
    });
  }
  return secretJson(200, requestId, {
    access_token: secret.token,
    ...(grantType.answer === 'exchange' ? { issued_token_type: requestedTokenType ?? secret.issuedTokenType } : {}),
    token_type: secret.tokenType,
    expires_in: remaining(secret.expires, now),
    scope: secret.scope ?? record.scope,
    ...details,
  });
}

/**
 * What was granted of what was asked for: the policy is the session's, which the scope's and the caller's both allow.
 */
const grantedDetails = ({ asked, credential }: IssuanceRecord) => ({
  type: DETAILS_TYPE,
  ...(credential?.policy === undefined ? {} : { policy: credential.policy }),
  ...(asked?.parameters === undefined ? {} : { parameters: asked.parameters }),
});

const remaining = (expires: EpochSeconds, now: EpochSeconds): number => Math.max(0, Math.floor(expires - now));
