import type { Issued } from '../../issue.ts';
import type { EpochSeconds } from '../../time.ts';
import { credentialDocument } from '../credentials/credential-document.ts';
import { type HttpAnswer, secretJson } from '../http-answer.ts';
import type { IssuingGrantType } from './token-asked.ts';

const AWS_CREDENTIALS = 'urn:token-broker:token-type:aws-credentials';

/** What of the request shapes its answer. `requestedTokenType` is one that the grant answers to: another was refused. */
export interface AnsweredRequest {
  readonly grantType: IssuingGrantType | 'authorization-code';
  readonly requestedTokenType: string | null;
}

/** The answer of the token endpoint (RFC 6749 section 5.1, RFC 8693 section 2.2.1). Secret. */
export function tokenAnswer(
  { record, minted }: Issued,
  { grantType, requestedTokenType }: AnsweredRequest,
  now: EpochSeconds,
  requestId: string,
): HttpAnswer {
  const { secret } = minted;
  if (secret.kind === 'aws-session') {
    return secretJson(200, requestId, {
      access_token: JSON.stringify(credentialDocument(secret, record.scope, record.id)),
      issued_token_type: AWS_CREDENTIALS,
      token_type: 'N_A',
      expires_in: remaining(secret.session.credentials.expires, now),
      scope: record.scope,
    });
  }
  return secretJson(200, requestId, {
    access_token: secret.token,
    ...(grantType === 'token-exchange' ? { issued_token_type: requestedTokenType ?? secret.issuedTokenType } : {}),
    token_type: secret.tokenType,
    expires_in: remaining(secret.expires, now),
    scope: secret.scope ?? record.scope,
  });
}

const remaining = (expires: EpochSeconds, now: EpochSeconds): number => Math.max(0, Math.floor(expires - now));
