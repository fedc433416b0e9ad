import { BROKER_TOKEN_TYPE } from '../oauth-urns.ts';
import { accept, Fault, type Outcome, refuse } from '../outcome.ts';
import type { AwsSession } from '../ports/sessions.ts';
import type { EpochSeconds } from '../time.ts';
import type { Minted } from './grant.ts';

const ROLE_ARN = /^arn:[^:]+:iam::([0-9]{12}):role\//;

/**
 * The record and the answer of a session that STS made, or its refusal. A session that would outlive `endsBy` is not
 * handed out: `sts_unavailable`, because STS made it later than it was asked for.
 */
export function mintedSession(
  roleArn: string,
  sourceIdentity: string | null,
  endsBy: EpochSeconds | null,
  answer: Outcome<AwsSession>,
): Outcome<Minted> {
  if (!answer.ok) return answer;
  const session = answer.value;
  const { accessKeyId, expires } = session.credentials;
  if (endsBy !== null && expires > endsBy) return refuse('sts_unavailable', { log: { errorCode: 'SessionTooLong' } });
  return accept({
    credential: {
      roleArn,
      accessKeyId,
      sourceIdentity: session.sourceIdentity ?? sourceIdentity,
      packedPolicySize: session.packedPolicySize,
      expires,
    },
    secret: {
      kind: 'aws-session',
      issuedTokenType: BROKER_TOKEN_TYPE.awsCredentials,
      roleArn,
      accountId: accountOf(roleArn),
      session,
    },
  });
}

function accountOf(roleArn: string): string {
  const account = ROLE_ARN.exec(roleArn)?.[1];
  if (account === undefined) throw new Fault('bug', 'The role of a grant is not a role ARN.');
  return account;
}
