import type { JsonObject } from '../json.ts';
import type { CredentialRecord } from '../ledger/record.ts';
import { accept, type Outcome } from '../outcome.ts';
import type { AwsSessionGrant } from '../policy/grants/aws-session.ts';
import { renderPolicy, renderTags } from '../policy/render-grant.ts';
import type { AssumeRole, Sessions } from '../ports/sessions.ts';
import { type EpochSeconds, toEpochSeconds } from '../time.ts';
import {
  type Granted,
  type Granter,
  type GrantInput,
  type Minted,
  narrowsNoSession,
  type PreparedGrant,
} from './grant.ts';
import { mintedSession } from './minted-session.ts';
import { sessionDuration } from './session-duration.ts';
import { sessionLimits } from './session-limits.ts';
import { sessionNameOf } from './session-name.ts';
import { limitedPolicies, narrowedPolicies, policyDocument, type SessionPolicies } from './session-policies.ts';
import { sessionSize, sizedAnswer } from './session-size.ts';
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
  /** When the session may do nothing any more, before STS ends it; null: then. */
  readonly ends: EpochSeconds | null;
  /** For the record: the session policy where it is not the grant's own alone. */
  readonly granted: Pick<CredentialRecord, 'policy'>;
  /** What of it does not hang on the time: without the limits, which say when it ends, and the broker's own tags. */
  readonly lasting: SessionPolicies & Pick<AssumeRole, 'tags'>;
}

/**
 * Grants of the type `aws-session`: one AssumeRole an issuance, never shared and never kept. Everything that can be
 * refused without asking STS is refused by `prepare`: `duration_out_of_range`, `proof_ends_too_soon`, `template_value`,
 * `narrowing_refused`, `parameter_invalid`, `policy_not_narrower`, `policy_too_large`.
 */
export const awsSessionGranter = (ports: AwsSessionPorts): Granter<'aws-session'> => ({
  prepare: (granted, input) => {
    const request = awsSessionRequest(granted, input, ports.externalId);
    if (!request.ok) return request;
    const bound = () => boundSession(granted, request.value);
    return accept({ ...preparedSession(ports.sessions, request.value, input), bound });
  },
});

/**
 * The AssumeRole of one issuance, without asking anybody. The role, the external id and the tags' names are the grant's
 * alone; session name, source identity and the `token-broker:` tags are the broker's own; of the caller come a duration
 * within the grant's bounds, values for templates, and a policy that can only narrow the session. Contract section 2;
 * STS API reference, AssumeRole.
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
  const limits = sessionLimits(grant, toEpochSeconds(input.now), lookup);
  const own = { policy: policy.value, policyArns: grant.policyArns };
  const narrowed = narrowedPolicies(own, input.narrowing);
  if (!narrowed.ok) return narrowed;
  const policies = limitedPolicies(narrowed.value, limits.statements);
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
  const { expires } = lasting.value;
  const ends = limits.ends === null || limits.ends > expires ? null : limits.ends;
  return accept({
    input: assumeRole,
    expires: ends ?? expires,
    ends,
    granted: grantedPolicy(grant, input, assumeRole),
    lasting: { ...narrowed.value, tags: theirs.value },
  });
}

/** What an approval is of: all but when it ends. */
function boundSession(
  { grant: { document: grant }, lookup }: Granted<'aws-session'>,
  { lasting: { policy, policyArns, tags } }: AwsSessionRequest,
): JsonObject {
  return {
    roleArn: grant.roleArn,
    ...{ policy: policyDocument(policy), policyArns },
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    ...(grant.effective === undefined ? {} : { effective: grant.effective }),
    ...(grant.network === 'pinned' ? { network: String(lookup('request.sourceIp')) } : {}),
  };
}

function grantedPolicy(
  { effective, network }: AwsSessionGrant,
  { narrowing }: GrantInput,
  { policy }: AssumeRole,
): Pick<CredentialRecord, 'policy'> {
  const isGrants = narrowsNoSession(narrowing) && effective === undefined && network === undefined;
  return policy === null || isGrants ? {} : { policy: JSON.parse(policy) };
}

function preparedSession(
  sessions: Sessions,
  request: AwsSessionRequest,
  { endsBy }: GrantInput,
): Omit<PreparedGrant, 'bound'> {
  const { roleArn, sourceIdentity } = request.input;
  const { ends, expires } = request;
  const recorded = { ...request.granted, sessionSize: sessionSize(request.input) };
  return {
    planned: { roleArn, sourceIdentity, expires, ...recorded },
    mint: async (signal) => {
      const answer = sizedAnswer(request.input, await sessions.assumeRole(request.input, signal));
      const minted = mintedSession(roleArn, sourceIdentity, endsBy, answer);
      return minted.ok ? accept(endedBy(ends, recorded, minted.value)) : minted;
    },
  };
}

/** The end that record and answer say is when the session may do nothing any more. */
function endedBy(ends: EpochSeconds | null, recorded: Partial<CredentialRecord>, minted: Minted): Minted {
  const credential = { ...minted.credential, ...recorded };
  const { secret } = minted;
  if (ends === null || secret.kind !== 'aws-session' || secret.session.credentials.expires <= ends) {
    return { credential, secret };
  }
  const credentials = { ...secret.session.credentials, expires: ends };
  return {
    credential: { ...credential, expires: ends },
    secret: { ...secret, session: { ...secret.session, credentials } },
  };
}
