import type { AwsIamConnection } from '../configuration/documents/connections.ts';
import { type CallerIdentity, parseCallerIdentity } from '../identity/aws-iam/caller-identity.ts';
import { admitSigner } from '../identity/aws-iam/verify-aws-iam.ts';
import type { Principal } from '../identity/principal.ts';
import type { JsonObject } from '../json.ts';
import { type Outcome, refuse } from '../outcome.ts';
import type { CompiledConnection } from '../policy/connection.ts';
import type { EpochSeconds } from '../time.ts';

/** An assumed role by `roleName` and `sessionName`, an IAM user by `userName`, or either by `arn`. */
export function awsSigner(claims: JsonObject, connection: AwsIamConnection): CallerIdentity | null {
  const text = (name: string, otherwise: string): string => {
    const value = claims[name];
    return typeof value === 'string' ? value : otherwise;
  };
  const partition = text('partition', connection.partition ?? 'aws');
  const account = text('account', /::([0-9]{12}):/.exec(text('arn', ''))?.[1] ?? connection.accounts[0] ?? '');
  const session = text('sessionName', text('arn', '').split('/')[2] ?? 'session');
  const user = `arn:${partition}:iam::${account}:user/${text('userName', '')}`;
  const role = `arn:${partition}:sts::${account}:assumed-role/${text('roleName', 'role')}/${session}`;
  const arn = text('arn', 'userName' in claims ? user : role);
  const userId = arn.includes(':user/')
    ? text('userId', 'AIDAREHEARSEDUSER0')
    : `${text('roleId', 'AROAREHEARSEDROLE0')}:${session}`;
  const signer = parseCallerIdentity(
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
      `<Arn>${arn}</Arn><UserId>${userId}</UserId><Account>${account}</Account></GetCallerIdentityResult>` +
      '<ResponseMetadata><RequestId>rehearsed</RequestId></ResponseMetadata></GetCallerIdentityResponse>',
  );
  return signer === 'unsupported' ? null : signer;
}

/** Whom STS would have named. Refuses as `verifyAwsIam` does from there on. */
export function awsPrincipal(
  claims: JsonObject,
  connection: CompiledConnection<AwsIamConnection>,
  now: EpochSeconds,
): Outcome<Principal> {
  const signer = awsSigner(claims, connection);
  if (signer === null) return refuse('caller_identity_unsupported');
  const target = { host: 'sts.amazonaws.com', region: null, url: 'https://sts.amazonaws.com/' };
  const request = { target, signedAt: now, id: 'rehearsed' };
  return admitSigner('', request, signer, [connection], { now, partition: signer.partition });
}
