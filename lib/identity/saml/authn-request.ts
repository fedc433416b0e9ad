import samlify from 'samlify/build/index.js';
import { type EpochSeconds, toRfc3339 } from '../../time.ts';
import { escapeXml } from '../../xml.ts';
import { HTTP_POST, HTTP_REDIRECT, SAML, SAMLP } from './names.ts';
import type { ServiceKey } from './service-keys.ts';

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

export interface AuthnRequest {
  /** An NCName that nobody can guess; the answer's InResponseTo. */
  readonly id: string;
  readonly issued: EpochSeconds;
  /** The service provider's entityID. */
  readonly entityId: string;
  readonly acsUrl: string;
  readonly idpEntityId: string;
  /** Where the IdP takes requests by HTTP-Redirect. */
  readonly location: string;
}

/**
 * The URL that sends a browser to the IdP with an AuthnRequest, signed with RSA and SHA-256 (SAML bindings section
 * 3.4.4). It asks for no NameID format and no way of signing in: what a connection needs of them is the IdP's setting,
 * and a rule's condition.
 */
export function authnRequestUrl(request: AuthnRequest, key: ServiceKey): string {
  const { id, entityId, acsUrl, idpEntityId, location } = request;
  const sp = samlify.ServiceProvider({
    entityID: entityId,
    authnRequestsSigned: true,
    privateKey: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    requestSignatureAlgorithm: RSA_SHA256,
    assertionConsumerService: [{ Binding: HTTP_POST, Location: acsUrl }],
  });
  const idp = samlify.IdentityProvider({
    entityID: idpEntityId,
    // The library has it that both sides agree on it; signing for an IdP that does not ask for it does no harm.
    wantAuthnRequestsSigned: true,
    singleSignOnService: [{ Binding: HTTP_REDIRECT, Location: location }],
    // Not used: without one the library writes a warning for each request.
    singleLogoutService: [{ Binding: HTTP_REDIRECT, Location: location }],
  });
  const sent = sp.createLoginRequest(idp, 'redirect', () => ({ id, context: authnRequestXml(request) }));
  return sent.context;
}

/** Core section 3.4.1. */
function authnRequestXml({ id, issued, entityId, acsUrl, location }: AuthnRequest): string {
  return [
    `<samlp:AuthnRequest xmlns:samlp="${SAMLP}" xmlns:saml="${SAML}" ID="${escapeXml(id)}" Version="2.0"`,
    ` IssueInstant="${toRfc3339(issued)}" Destination="${escapeXml(location)}" ProtocolBinding="${HTTP_POST}"`,
    ` AssertionConsumerServiceURL="${escapeXml(acsUrl)}">`,
    `<saml:Issuer>${escapeXml(entityId)}</saml:Issuer></samlp:AuthnRequest>`,
  ].join('');
}
