import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { Clock } from '../../ports/host.ts';
import type { AwsSession, Sessions } from '../../ports/sessions.ts';
import { type EpochMilliseconds, epochMilliseconds, type Seconds, seconds, toEpochSeconds } from '../../time.ts';
import type { Sts, StsResult } from './client.ts';
import { type StsCall, stsRefusal } from './sts-refusal.ts';

/** How far the clock of STS may be ahead of ours. */
const CLOCKS_APART = seconds(300);
/** Smithy's `date-time`, as AWS writes it. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/**
 * The port Sessions over AWS STS. AssumeRole is signed as the broker; the two federated actions carry no signature,
 * only the caller's own proof. An answer that is not whole, or whose credentials are past already or last longer than
 * was asked for, is refused as `sts_unavailable`: nothing half made leaves.
 */
export function stsSessions(client: Sts, clock: Clock): Sessions {
  const ask = async (call: StsCall, duration: Seconds, result: Promise<StsResult>): Promise<Outcome<AwsSession>> => {
    try {
      return readSession(await result, clock.now(), duration);
    } catch (error) {
      return stsRefusal(call, error);
    }
  };
  return {
    assumeRole: (input, signal) => {
      const parameters = {
        RoleArn: input.roleArn,
        RoleSessionName: input.sessionName,
        DurationSeconds: input.duration,
        ExternalId: input.externalId,
        ...policies(input),
        Tags: input.tags.map(({ key, value }) => ({ Key: key, Value: value })),
        TransitiveTagKeys: [...input.transitiveTagKeys],
        ...(input.sourceIdentity === null ? {} : { SourceIdentity: input.sourceIdentity }),
      };
      return ask('role', input.duration, client.call('AssumeRole', parameters, signal));
    },
    assumeRoleWithWebIdentity: (input, signal) => {
      const parameters = {
        RoleArn: input.roleArn,
        RoleSessionName: input.sessionName,
        DurationSeconds: input.duration,
        WebIdentityToken: input.token,
        ...policies(input),
      };
      return ask('identity', input.duration, client.call('AssumeRoleWithWebIdentity', parameters, signal));
    },
    assumeRoleWithSaml: (input, signal) => {
      const parameters = {
        RoleArn: input.roleArn,
        PrincipalArn: input.principalArn,
        DurationSeconds: input.duration,
        SAMLAssertion: input.assertion,
        ...policies(input),
      };
      return ask('identity', input.duration, client.call('AssumeRoleWithSAML', parameters, signal));
    },
  };
}

function policies({ policy, policyArns }: { policy: string | null; policyArns: readonly string[] }) {
  return {
    ...(policy === null ? {} : { Policy: policy }),
    ...(policyArns.length === 0 ? {} : { PolicyArns: policyArns.map((arn) => ({ arn })) }),
  };
}

function readSession(result: StsResult, now: EpochMilliseconds, duration: Seconds): Outcome<AwsSession> {
  const accessKeyId = result.text('Credentials', 'AccessKeyId');
  const secretAccessKey = result.text('Credentials', 'SecretAccessKey');
  const sessionToken = result.text('Credentials', 'SessionToken');
  const assumedRoleArn = result.text('AssumedRoleUser', 'Arn');
  const assumedRoleId = result.text('AssumedRoleUser', 'AssumedRoleId');
  const whole = accessKeyId && secretAccessKey && sessionToken && assumedRoleArn && assumedRoleId;
  if (!whole) return refuse('sts_unavailable', { log: { errorCode: 'IncompleteAnswer' } });
  const expires = dateTime(result.text('Credentials', 'Expiration'));
  // An SDK would use credentials until then.
  if (!(expires > now && expires <= now + 1000 * (duration + CLOCKS_APART))) {
    return refuse('sts_unavailable', { log: { errorCode: 'UnexpectedExpiration' } });
  }
  const packed = result.text('PackedPolicySize');
  return accept({
    credentials: { accessKeyId, secretAccessKey, sessionToken, expires: toEpochSeconds(epochMilliseconds(expires)) },
    assumedRoleArn,
    assumedRoleId,
    packedPolicySize: packed === null || !/^\d{1,9}$/.test(packed) ? null : Number(packed),
    sourceIdentity: result.text('SourceIdentity'),
  });
}

const dateTime = (text: string | null): number =>
  text !== null && DATE_TIME.test(text) ? Date.parse(text) : Number.NaN;
