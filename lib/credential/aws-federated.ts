import type { Proof } from '../identity/principal.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { AwsFederatedGrant } from '../policy/grants/aws-federated.ts';
import { renderPolicy } from '../policy/render-grant.ts';
import type { AwsSession, Sessions } from '../ports/sessions.ts';
import { type Granter, type GrantInput, narrowsNoSession } from './grant.ts';
import { mintedSession } from './minted-session.ts';
import { type SessionDuration, sessionDuration } from './session-duration.ts';
import { sessionNameOf } from './session-name.ts';
import { policyDocument, type SessionPolicies, sessionPolicies } from './session-policies.ts';
import { sizedAnswer } from './session-size.ts';

type Ask = (signal: AbortSignal) => Promise<Outcome<AwsSession>>;

/** STS API reference: the longest WebIdentityToken and SAMLAssertion. */
const LONGEST_TOKEN = 20_000;
const LONGEST_ASSERTION = 100_000;

/**
 * Grants of the type `aws-federated`: the caller's own proof goes to STS, whose role trusts the identity provider
 * itself; the broker decides and records. `prepare` refuses with `duration_out_of_range`, `proof_ends_too_soon`,
 * `template_value`, `narrowing_refused`, `parameter_invalid`, `policy_not_narrower`, `policy_too_large`, and
 * `proof_type_unsupported` where the proof is not the kind that `via` sends on. Session name and source identity are
 * STS's and the identity provider's with SAML; with a web identity the session name is the issuance's id.
 */
export const awsFederatedGranter = (sessions: Sessions): Granter<'aws-federated'> => ({
  prepare: ({ grant: { document: grant, templates }, lookup }, input) => {
    const lasting = sessionDuration(grant, input);
    if (!lasting.ok) return lasting;
    const policy = renderPolicy(templates.policy, lookup);
    if (!policy.ok) return policy;
    const policies = sessionPolicies({ policy: policy.value, policyArns: grant.policyArns }, input.narrowing);
    if (!policies.ok) return policies;
    const asking = asks(sessions, grant, input, lasting.value, policies.value);
    if (!asking.ok) return asking;
    const { policy: sent } = policies.value;
    const granted = sent === null || narrowsNoSession(input.narrowing) ? {} : { policy: JSON.parse(sent) };
    return accept({
      planned: { roleArn: grant.roleArn, sourceIdentity: null, expires: lasting.value.expires, ...granted },
      bound: () => ({
        ...{ roleArn: grant.roleArn, via: grant.via, policyArns: policies.value.policyArns },
        policy: policyDocument(sent),
      }),
      mint: async (signal) => {
        const minted = mintedSession(grant.roleArn, null, input.endsBy, await asking.value(signal));
        if (!minted.ok) return minted;
        return accept({ ...minted.value, credential: { ...minted.value.credential, ...granted } });
      },
    });
  },
});

/** The call that `via` says, with the proof that it needs. */
function asks(
  sessions: Sessions,
  grant: AwsFederatedGrant,
  { proof: presented, principal, issuance }: GrantInput,
  { duration }: SessionDuration,
  policies: SessionPolicies,
): Outcome<Ask> {
  // A broker token is not the identity provider's word, which the role trusts, whoever its origin is.
  const proof = principal.lineage === null ? presented : null;
  const role = { roleArn: grant.roleArn, duration, ...policies };
  if (grant.via === 'web-identity') {
    if (proof?.kind !== 'jwt' || proof.token.length > LONGEST_TOKEN) return refuse('proof_type_unsupported');
    const input = { ...role, token: proof.token, sessionName: sessionNameOf(issuance) };
    return accept(async (signal) => sizedAnswer(input, await sessions.assumeRoleWithWebIdentity(input, signal)));
  }
  if (proof?.kind !== 'saml') return refuse('proof_type_unsupported');
  const assertion = base64Of(proof);
  if (assertion.length > LONGEST_ASSERTION) return refuse('request_too_large');
  const input = { ...role, principalArn: grant.principalArn, assertion };
  return accept(async (signal) => sizedAnswer(input, await sessions.assumeRoleWithSaml(input, signal)));
}

/** STS takes base64 with padding (RFC 4648 section 4); the broker's callers may send base64url. */
function base64Of({ document }: Extract<Proof, { kind: 'saml' }>): string {
  return Buffer.from(document, 'base64').toString('base64');
}
