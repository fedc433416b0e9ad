import type { JsonObject } from '../../json.ts';
import { BROKER_TOKEN_TYPE } from '../../oauth-urns.ts';
import type { Seconds } from '../../time.ts';
import type { CompiledSessionPolicy } from '../session-policy.ts';
import type { GrantKind } from './grant-kind.ts';
import type { CompiledTag } from './grant-templates.ts';

/** An AWS session by sts:AssumeRole. */
export interface AwsSessionGrant {
  readonly type: 'aws-session';
  readonly roleArn: string;
  /** null: the deployment's parameter ExternalId. */
  readonly externalId: string | null;
  /** 900 s to `maxDuration`. */
  readonly duration: Seconds;
  /** At most 3600 s (role chaining). */
  readonly maxDuration: Seconds;
  readonly policy: JsonObject | null;
  readonly policyArns: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly sourceIdentity: 'required' | 'off';
  /** The session may do nothing after so long, whatever STS gives it. Absent: as long as it lasts. */
  readonly effective?: Seconds;
  /** `pinned`: it may do nothing from elsewhere than the caller's address. Absent: from anywhere. */
  readonly network?: 'pinned';
}

export interface AwsSessionTemplates {
  readonly policy: CompiledSessionPolicy | null;
  readonly tags: readonly CompiledTag[];
}

/** By token exchange only at the token endpoint (contract section 3). */
export const awsSession: GrantKind<AwsSessionGrant, AwsSessionTemplates> = {
  routes: ['token-exchange', 'credentials', 'sts'],
  tokenTypes: [BROKER_TOKEN_TYPE.awsCredentials],
  mintedBy: 'others',
  narrowedBy: 'policy',
  targets: ({ roleArn }) => [roleArn],
  principalArn: () => null,
  duration: ({ duration }) => duration,
  together: () => false,
  compile: ({ policy, tags }, templates) => ({ policy: templates.policy(policy), tags: templates.tags(tags) }),
};
