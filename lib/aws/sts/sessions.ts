import {
  AssumeRoleCommand,
  type AssumeRoleCommandOutput,
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  type STSClient,
} from '@aws-sdk/client-sts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { AwsSession, Clock, Sessions } from '../../ports.ts';
import { type EpochMilliseconds, epochMilliseconds, type Seconds, seconds, toEpochSeconds } from '../../time.ts';
import { type StsCall, stsRefusal } from './sts-refusal.ts';

/** How far the clock of STS may be ahead of ours. */
const CLOCKS_APART = seconds(300);

/** What the three actions answer alike. */
type StsAnswer = Pick<
  AssumeRoleCommandOutput,
  'AssumedRoleUser' | 'Credentials' | 'PackedPolicySize' | 'SourceIdentity'
>;

/**
 * The port Sessions over AWS STS. AssumeRole is signed as the broker; the two federated actions carry no signature, only the caller's own proof.
 * An answer that is not whole, or whose credentials are past already or last longer than was asked for, is refused as `sts_unavailable`: nothing half made leaves.
 */
export function stsSessions(client: STSClient, clock: Clock): Sessions {
  const ask = async (
    call: StsCall,
    { duration }: { duration: Seconds },
    send: () => Promise<StsAnswer>,
  ): Promise<Outcome<AwsSession>> => {
    try {
      return readSession(await send(), clock.now(), duration);
    } catch (error) {
      return stsRefusal(call, error);
    }
  };
  return {
    assumeRole: (input, abortSignal) => {
      const command = new AssumeRoleCommand({
        RoleArn: input.roleArn,
        RoleSessionName: input.sessionName,
        DurationSeconds: input.duration,
        ExternalId: input.externalId,
        ...policies(input),
        Tags: input.tags.map(({ key, value }) => ({ Key: key, Value: value })),
        TransitiveTagKeys: [...input.transitiveTagKeys],
        ...(input.sourceIdentity === null ? {} : { SourceIdentity: input.sourceIdentity }),
      });
      return ask('role', input, () => client.send(command, { abortSignal }));
    },
    assumeRoleWithWebIdentity: (input, abortSignal) => {
      const command = new AssumeRoleWithWebIdentityCommand({
        RoleArn: input.roleArn,
        RoleSessionName: input.sessionName,
        DurationSeconds: input.duration,
        WebIdentityToken: input.token,
        ...policies(input),
      });
      return ask('identity', input, () => client.send(command, { abortSignal }));
    },
    assumeRoleWithSaml: (input, abortSignal) => {
      const command = new AssumeRoleWithSAMLCommand({
        RoleArn: input.roleArn,
        PrincipalArn: input.principalArn,
        DurationSeconds: input.duration,
        SAMLAssertion: input.assertion,
        ...policies(input),
      });
      return ask('identity', input, () => client.send(command, { abortSignal }));
    },
  };
}

function policies({ policy, policyArns }: { policy: string | null; policyArns: readonly string[] }) {
  return {
    ...(policy === null ? {} : { Policy: policy }),
    ...(policyArns.length === 0 ? {} : { PolicyArns: policyArns.map((arn) => ({ arn })) }),
  };
}

function readSession(answer: StsAnswer, now: EpochMilliseconds, duration: Seconds): Outcome<AwsSession> {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
  const { Arn, AssumedRoleId } = answer.AssumedRoleUser ?? {};
  const expires = Expiration === undefined ? Number.NaN : Expiration.getTime();
  const whole = AccessKeyId && SecretAccessKey && SessionToken && Arn && AssumedRoleId;
  if (!whole) return refuse('sts_unavailable', { log: { errorCode: 'IncompleteAnswer' } });
  // An SDK would use credentials until then.
  if (!(expires > now && expires <= now + 1000 * (duration + CLOCKS_APART))) {
    return refuse('sts_unavailable', { log: { errorCode: 'UnexpectedExpiration' } });
  }
  return accept({
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expires: toEpochSeconds(epochMilliseconds(expires)),
    },
    assumedRoleArn: Arn,
    assumedRoleId: AssumedRoleId,
    packedPolicySize: answer.PackedPolicySize ?? null,
    sourceIdentity: answer.SourceIdentity ?? null,
  });
}
