import type { JsonObject } from '../../json.ts';
import { BROKER_TOKEN_TYPE } from '../../oauth-urns.ts';
import type { Seconds } from '../../time.ts';
import type { CompiledSessionPolicy } from '../session-policy.ts';
import type { GrantKind } from './grant-kind.ts';

interface AwsFederatedGrantBase {
  readonly type: 'aws-federated';
  readonly roleArn: string;
  /** 900 s to `maxDuration`. */
  readonly duration: Seconds;
  /** At most 43,200 s. */
  readonly maxDuration: Seconds;
  readonly policy: JsonObject | null;
  readonly policyArns: readonly string[];
}

/** An AWS session for the caller's own proof: the role trusts the identity provider itself. */
export type AwsFederatedGrant =
  | (AwsFederatedGrantBase & { readonly via: 'web-identity'; readonly principalArn: null })
  /** `principalArn`: the SAML provider in IAM. */
  | (AwsFederatedGrantBase & { readonly via: 'saml'; readonly principalArn: string });

export interface AwsFederatedTemplates {
  readonly policy: CompiledSessionPolicy | null;
}

/** By token exchange only at the token endpoint (contract section 3). */
export const awsFederated: GrantKind<AwsFederatedGrant, AwsFederatedTemplates> = {
  routes: ['token-exchange', 'credentials', 'sts'],
  tokenTypes: [BROKER_TOKEN_TYPE.awsCredentials],
  mintedBy: 'others',
  narrowedBy: 'policy',
  targets: ({ roleArn }) => [roleArn],
  principalArn: ({ principalArn }) => principalArn,
  duration: ({ duration }) => duration,
  together: () => false,
  compile: ({ policy }, templates) => ({ policy: templates.policy(policy) }),
};
