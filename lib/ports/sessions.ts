/** What the domain asks of STS. Types only. */
import type { Outcome } from '../outcome.ts';
import type { EpochSeconds, Seconds } from '../time.ts';

/** Temporary AWS credentials. Secret: never logged, never recorded. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expires: EpochSeconds;
}

export interface AwsSession {
  readonly credentials: AwsCredentials;
  /** Arn and id of the assumed role user. */
  readonly assumedRoleArn: string;
  readonly assumedRoleId: string;
  readonly packedPolicySize: number | null;
  readonly sourceIdentity: string | null;
}

export interface AssumeRole {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly duration: Seconds;
  readonly externalId: string;
  readonly policy: string | null;
  readonly policyArns: readonly string[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | null;
}

export interface AssumeRoleWithWebIdentity {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly duration: Seconds;
  readonly token: string;
  readonly policy: string | null;
  readonly policyArns: readonly string[];
}

export interface AssumeRoleWithSaml {
  readonly roleArn: string;
  readonly principalArn: string;
  readonly duration: Seconds;
  /** base64 of the whole Response. */
  readonly assertion: string;
  readonly policy: string | null;
  readonly policyArns: readonly string[];
}

export interface Sessions {
  /**
   * Final refusals: role_refused, policy_refused, policy_too_large, region_disabled, identity_refused, expired;
   * retryable: sts_throttled, sts_unavailable.
   */
  assumeRole(input: AssumeRole, signal: AbortSignal): Promise<Outcome<AwsSession>>;
  assumeRoleWithWebIdentity(input: AssumeRoleWithWebIdentity, signal: AbortSignal): Promise<Outcome<AwsSession>>;
  assumeRoleWithSaml(input: AssumeRoleWithSaml, signal: AbortSignal): Promise<Outcome<AwsSession>>;
}

/**
 * AWS's own tokens of the broker's role (outbound identity federation), so that another server needs no secret of the
 * broker's.
 */
export interface WebIdentities {
  /**
   * A token for that audience, a few minutes long. Refuses with web_identity_refused, sts_throttled, sts_unavailable.
   */
  token(audience: string, algorithm: 'RS256' | 'ES384', signal: AbortSignal): Promise<Outcome<string>>;
}
