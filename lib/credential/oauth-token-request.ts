import type { OauthTokenGrant } from '../configuration/documents.ts';
import type { DownstreamRequest, ForwardedProof } from '../downstream/downstream-request.ts';
import { TOKEN_TYPE } from '../oauth-urns.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { renderDownstream } from '../policy/render-grant.ts';
import { actClaim, identityText } from './act-claim.ts';
import type { Granted, GrantInput } from './grant.ts';

/**
 * What one issuance asks another authorization server for. Pure. Endpoint, client, secrets and resource are the grant's
 * alone; of the caller come values for the templates of scope, audience and subject, its identity, and the proof where
 * the grant forwards it. Refuses with `duration_out_of_range`, `template_value`, `proof_type_unsupported`.
 */
export function downstreamRequest(
  { grant: { document: grant, templates }, lookup }: Granted<'oauth-token'>,
  input: GrantInput,
): Outcome<DownstreamRequest> {
  if (input.requestedDuration !== null) {
    const detail = 'duration cannot be given for this scope: the authorization server that issues its tokens sets it.';
    return refuse('duration_out_of_range', { detail });
  }
  const rendered = renderDownstream(templates, lookup);
  if (!rendered.ok) return rendered;
  const proof = forwardedProof(grant, input);
  if (!proof.ok) return proof;
  return accept({
    issuance: input.issuance,
    grant,
    scope: rendered.value.scope,
    audience: rendered.value.audience,
    subject: assertedSubject(grant, rendered.value.subject, input),
    act: actClaim(input.principal, input.actor),
    identity: identityOf(input),
    proof: proof.value,
    endsBy: input.endsBy,
  });
}

/** `sub` of an assertion: what the template gave, else the principal's, where the server takes that. */
function assertedSubject(grant: OauthTokenGrant, rendered: string | null, { principal }: GrantInput): string | null {
  const isNone = grant.provider === 'jwt-bearer' && grant.defaultSubject === 'none';
  return rendered === null && !isNone ? identityText(principal) : rendered;
}

/** Labels are left out: identity is (connection or client, subject). */
function identityOf({ principal, actor, client }: GrantInput): DownstreamRequest['identity'] {
  const { source, subject } = principal;
  return [
    [source.kind, source.name, subject],
    actor === null ? null : [actor.via, actor.connection, actor.client, actor.subject],
    client?.client ?? null,
  ];
}

/**
 * The caller's own token (`forward: proof`), which must be one JWT with an end, and of its identity provider: no broker
 * token.
 */
function forwardedProof(grant: OauthTokenGrant, { proof, principal }: GrantInput): Outcome<ForwardedProof | null> {
  if (grant.provider !== 'token-exchange' || grant.forward !== 'proof') return accept(null);
  const { sha256, expires } = principal.proof;
  if (principal.lineage !== null) return refuse('proof_type_unsupported');
  if (proof?.kind !== 'jwt' || sha256 === null || expires === null) return refuse('proof_type_unsupported');
  return accept({ token: proof.token, tokenType: TOKEN_TYPE[proof.declared], sha256, expires });
}
