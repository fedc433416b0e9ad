import { accept, type Outcome } from '../outcome.ts';
import { renderPolicy, renderTags } from '../policy/render-grant.ts';
import type { AssumeRole, Sessions } from '../ports.ts';
import type { EpochSeconds } from '../time.ts';
import type { Granted, Granter, GrantInput, PreparedGrant } from './grant.ts';
import { mintedSession } from './minted-session.ts';
import { sessionPolicies } from './packed-policy.ts';
import { sessionDuration } from './session-duration.ts';
import { sessionNameOf } from './session-name.ts';
import { sessionTags } from './session-tags.ts';
import { sourceIdentityOf } from './source-identity.ts';

export interface AwsSessionPorts {
  readonly sessions: Sessions;
  /** The deployment's external id, for grants that name none. */
  readonly externalId: string;
}

/** What will be asked of STS, and the latest end of what it gives. */
export interface AwsSessionRequest {
  readonly input: AssumeRole;
  readonly expires: EpochSeconds;
}

/**
 * Grants of the type `aws-session`: one AssumeRole an issuance, never shared and never kept. Everything that can be
 * refused without asking STS is refused by `prepare`: `duration_out_of_range`, `proof_ends_too_soon`, `template_value`,
 * `narrowing_refused`, `parameter_invalid`, `policy_too_large`.
 */
export const awsSessionGranter = (ports: AwsSessionPorts): Granter<'aws-session'> => ({
  prepare: (granted, input) => {
    const request = awsSessionRequest(granted, input, ports.externalId);
    return request.ok ? accept(preparedSession(ports.sessions, request.value, input)) : request;
  },
});

/**
 * The AssumeRole of one issuance, without asking anybody. The role, the external id and the tags' names are the grant's
 * alone; session name, source identity and the `token-broker:` tags are the broker's own; of the caller come a duration
 * within the grant's bounds, values for templates, and session policies where the grant has none (which can only narrow
 * the role). Contract section 2; STS API reference, AssumeRole.
 */
export function awsSessionRequest(
  { scope, grant: { document: grant, templates }, lookup }: Granted<'aws-session'>,
  input: GrantInput,
  externalId: string,
): Outcome<AwsSessionRequest> {
  const lasting = sessionDuration(grant, input);
  if (!lasting.ok) return lasting;
  const policy = renderPolicy(templates.policy, lookup);
  if (!policy.ok) return policy;
  const policies = sessionPolicies({ policy: policy.value, policyArns: grant.policyArns }, input.narrowing);
  if (!policies.ok) return policies;
  const theirs = renderTags(templates.tags, lookup);
  if (!theirs.ok) return theirs;
  const tags = sessionTags(input.issuance, scope, input.actor, theirs.value);
  if (!tags.ok) return tags;
  const assumeRole: AssumeRole = {
    roleArn: grant.roleArn,
    sessionName: sessionNameOf(input.issuance),
    duration: lasting.value.duration,
    externalId: grant.externalId ?? externalId,
    ...policies.value,
    tags: tags.value.tags,
    transitiveTagKeys: tags.value.transitive,
    sourceIdentity: grant.sourceIdentity === 'required' ? sourceIdentityOf(input.principal) : null,
  };
  return accept({ input: assumeRole, expires: lasting.value.expires });
}

function preparedSession(sessions: Sessions, request: AwsSessionRequest, { endsBy }: GrantInput): PreparedGrant {
  const { roleArn, sourceIdentity } = request.input;
  return {
    planned: { roleArn, sourceIdentity, expires: request.expires },
    mint: async (signal) =>
      mintedSession(roleArn, sourceIdentity, endsBy, await sessions.assumeRole(request.input, signal)),
  };
}
