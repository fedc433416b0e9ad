import type { OauthTokenGrant } from '../configuration/documents/oauth-token-grant.ts';
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
 * The caller's own token (`forward: proof`, `provider: id-jag`), which must be one with an end, and of its identity
 * provider: no broker token, and no ID-JAG, which is for this broker alone.
 */
function forwardedProof(grant: OauthTokenGrant, input: GrantInput): Outcome<ForwardedProof | null> {
  if (grant.provider === 'id-jag') return identityAssertion(grant, input);
  if (grant.provider !== 'token-exchange' || grant.forward !== 'proof') return accept(null);
  const own = ownProof(input);
  return own === null || own.tokenType === TOKEN_TYPE.saml2 ? refuse('proof_type_unsupported') : accept(own);
}

function ownProof({ proof, principal }: GrantInput): ForwardedProof | null {
  const { sha256, expires } = principal.proof;
  if (principal.lineage !== null || principal.forClient !== undefined) return null;
  if (sha256 === null || expires === null) return null;
  switch (proof?.kind) {
    case 'jwt':
      return { token: proof.token, tokenType: TOKEN_TYPE[proof.declared], sha256, expires };
    case 'saml': {
      // RFC 8693 section 3: base64url; the broker's callers may send base64.
      const document = Buffer.from(proof.document, 'base64');
      return { token: document.toString('base64url'), tokenType: TOKEN_TYPE.saml2, sha256, expires };
    }
    default:
      return null;
  }
}

/**
 * What the identity provider of the grant exchanges for an ID-JAG: an ID token of the grant's connection for the
 * broker's client there (`aud`), or a SAML assertion. Nothing else is passed on in its place.
 */
function identityAssertion(
  { identityProvider: { connection, issuer: stated, client } }: Extract<OauthTokenGrant, { provider: 'id-jag' }>,
  input: GrantInput,
): Outcome<ForwardedProof> {
  const { source, proof, claims } = input.principal;
  const own = ownProof(input);
  const isOfIt = source.kind === 'connection' && source.name === connection;
  const issuer = stated ?? proof.issuer;
  if (own === null || own.tokenType === TOKEN_TYPE.access_token || !isOfIt || issuer === null) {
    const detail =
      'This scope needs an ID token or SAML assertion itself: no access or broker token, ID-JAG or sign-in.';
    return refuse('proof_type_unsupported', { detail });
  }
  if (own.tokenType === TOKEN_TYPE.saml2) {
    if (isBareAssertion(own.token)) return accept({ ...own, issuer });
    return refuse('proof_type_unsupported', {
      detail: 'This scope needs the SAML assertion alone, without its Response.',
    });
  }
  const audience = claims.values.get('aud');
  // Of a recorded proof nobody knows it.
  const isKnown = audience !== undefined || claims.otherwise === undefined;
  if (isKnown && ![audience].flat().includes(client.clientId)) {
    const detail = `The ID token must be for the client that exchanges it: aud has to be ${client.clientId}.`;
    return refuse('proof_type_unsupported', { detail });
  }
  return accept({ ...own, tokenType: TOKEN_TYPE.id_token, issuer });
}

/** Cut out of a Response it might lose what its signature covers, so that is its sender's to do. */
const isBareAssertion = (encoded: string): boolean =>
  /^\s*(?:<\?xml\s[^>]*>\s*)?<(?:[\w.-]+:)?Assertion[\s/>]/.test(Buffer.from(encoded, 'base64url').toString('utf8'));
