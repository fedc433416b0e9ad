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
 * The caller's own token (`forward: proof`, `provider: id-jag`), which must be one JWT with an end, and of its identity
 * provider: no broker token, and no ID-JAG, which is for this broker alone.
 */
function forwardedProof(grant: OauthTokenGrant, input: GrantInput): Outcome<ForwardedProof | null> {
  if (grant.provider === 'id-jag') return idToken(grant, input);
  if (grant.provider !== 'token-exchange' || grant.forward !== 'proof') return accept(null);
  return ownToken(input) ?? refuse('proof_type_unsupported');
}

function ownToken({ proof, principal }: GrantInput): Outcome<ForwardedProof> | null {
  const { sha256, expires } = principal.proof;
  if (principal.lineage !== null || principal.forClient !== undefined) return null;
  if (proof?.kind !== 'jwt' || sha256 === null || expires === null) return null;
  return accept({ token: proof.token, tokenType: TOKEN_TYPE[proof.declared], sha256, expires });
}

/**
 * An ID token of the connection of the grant, for the broker's client at that identity provider (`aud`), as which it
 * exchanges it. Nothing else is passed on in its place.
 */
function idToken(
  { identityProvider: { connection, client } }: Extract<OauthTokenGrant, { provider: 'id-jag' }>,
  input: GrantInput,
): Outcome<ForwardedProof> {
  const {
    source,
    claims,
    proof: { issuer },
  } = input.principal;
  const own = ownToken(input);
  const isOfIt = source.kind === 'connection' && source.name === connection && issuer !== null;
  if (own?.ok !== true || own.value.tokenType === TOKEN_TYPE.access_token || !isOfIt) {
    const detail = 'This scope needs an ID token itself: no access token, broker token, ID-JAG, SAML or sign-in.';
    return refuse('proof_type_unsupported', { detail });
  }
  const audience = claims.values.get('aud');
  // Of a recorded proof nobody knows it.
  const isKnown = audience !== undefined || claims.otherwise === undefined;
  if (isKnown && ![audience].flat().includes(client.clientId)) {
    const detail = `The ID token must be for the client that exchanges it: aud has to be ${client.clientId}.`;
    return refuse('proof_type_unsupported', { detail });
  }
  return accept({ ...own.value, tokenType: TOKEN_TYPE.id_token, issuer });
}
