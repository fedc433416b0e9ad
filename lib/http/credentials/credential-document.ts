import type { MintedAwsSession } from '../../credential/grant.ts';
import { toRfc3339 } from '../../time.ts';

/**
 * The credential document: the ECS container provider and `credential_process` both read it (contract section 3).
 * Secret.
 */
export function credentialDocument(
  { session, roleArn, accountId }: MintedAwsSession,
  scope: string,
  issuanceId: string,
) {
  const { accessKeyId, secretAccessKey, sessionToken, expires } = session.credentials;
  return {
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Token: sessionToken,
    Expiration: toRfc3339(expires),
    AccountId: accountId,
    RoleArn: roleArn,
    Scope: scope,
    IssuanceId: issuanceId,
  };
}
