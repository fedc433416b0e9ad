import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { inflateRawSync } from 'node:zlib';
import { SignedXml } from 'xml-crypto';
import type { JsonObject } from '../../lib/json.ts';
import { selfSignedCertificate } from '../../lib/keys/self-signed-certificate.ts';
import { epochSeconds } from '../../lib/time.ts';

/** For whom a response is made: entity id, and the address that takes it. */
export interface ServiceProvider {
  readonly audience: string;
  readonly recipient: string;
  /** Of the request that it answers, if there is one. */
  readonly inResponseTo?: string;
}

export interface SamlIdentityProvider {
  /** base64 of a Response (SAML 2.0) with a signed assertion about the demonstration's person, for five minutes. */
  response(to: ServiceProvider): string;
  /** `GET /saml/metadata` and `GET /saml/sso` (HTTP-Redirect); false: a path of somebody else. */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
}

const PERSON = { nameId: 'alice@acme.example', groups: ['deployers'] };
const SAML = 'urn:oasis:names:tc:SAML:2.0';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const DAY_SECONDS = 86_400;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const instant = (offsetSeconds: number): string =>
  `${new Date(Date.now() + offsetSeconds * 1000).toISOString().slice(0, 19)}Z`;

/** A key, and a certificate around it: nobody checks a chain, service providers take it from the metadata. */
function signingPair() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const now = Math.floor(Date.now() / 1000);
  const [notBefore, notAfter] = [epochSeconds(now - DAY_SECONDS), epochSeconds(now + 365 * DAY_SECONDS)];
  const subject = { commonName: 'demonstration', serial: randomBytes(16), notBefore, notAfter };
  const jwk: JsonObject = JSON.parse(JSON.stringify(privateKey.export({ format: 'jwk' })));
  return {
    pem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    certificate: selfSignedCertificate(jwk, subject),
  };
}

function assertion(issuer: string, { audience, recipient, inResponseTo }: ServiceProvider): string {
  const answers = inResponseTo === undefined ? '' : ` InResponseTo="${escaped(inResponseTo)}"`;
  const until = instant(300);
  const groups = PERSON.groups.map((group) => `<AttributeValue>${group}</AttributeValue>`).join('');
  return [
    `<Assertion xmlns="${SAML}:assertion" ID="_${randomUUID()}" IssueInstant="${instant(0)}" Version="2.0">`,
    `<Issuer>${escaped(issuer)}</Issuer>`,
    `<Subject><NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">${PERSON.nameId}</NameID>`,
    `<SubjectConfirmation Method="${SAML}:cm:bearer"><SubjectConfirmationData Recipient="${escaped(recipient)}"`,
    `${answers} NotOnOrAfter="${until}"/></SubjectConfirmation></Subject>`,
    `<Conditions NotBefore="${instant(-60)}" NotOnOrAfter="${until}">`,
    `<AudienceRestriction><Audience>${escaped(audience)}</Audience></AudienceRestriction></Conditions>`,
    `<AuthnStatement AuthnInstant="${instant(0)}"><AuthnContext>`,
    `<AuthnContextClassRef>${SAML}:ac:classes:PasswordProtectedTransport</AuthnContextClassRef>`,
    `</AuthnContext></AuthnStatement><AttributeStatement>`,
    `<Attribute Name="memberOf">${groups}</Attribute></AttributeStatement></Assertion>`,
  ].join('');
}

/** The assertion with its enveloped signature (RSA-SHA256), which stands behind the issuer. */
function signed(xml: string, pem: string): string {
  const signer = new SignedXml({
    privateKey: pem,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE,
  });
  signer.addReference({
    xpath: "/*[local-name(.)='Assertion']",
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  });
  signer.computeSignature(xml, { location: { reference: "//*[local-name(.)='Issuer']", action: 'after' } });
  return signer.getSignedXml();
}

const wrapped = (issuer: string, { recipient, inResponseTo }: ServiceProvider, inner: string): string =>
  [
    `<samlp:Response xmlns:samlp="${SAML}:protocol" ID="_${randomUUID()}" IssueInstant="${instant(0)}" Version="2.0"`,
    ` Destination="${escaped(recipient)}"`,
    inResponseTo === undefined ? '>' : ` InResponseTo="${escaped(inResponseTo)}">`,
    `<Issuer xmlns="${SAML}:assertion">${escaped(issuer)}</Issuer>`,
    `<samlp:Status><samlp:StatusCode Value="${SAML}:status:Success"/></samlp:Status>${inner}</samlp:Response>`,
  ].join('');

const metadata = (issuer: string, origin: string, certificate: string): string =>
  [
    `<EntityDescriptor xmlns="${SAML}:metadata" entityID="${escaped(issuer)}">`,
    `<IDPSSODescriptor protocolSupportEnumeration="${SAML}:protocol"><KeyDescriptor use="signing">`,
    '<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>',
    `<X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`,
    `<SingleSignOnService Binding="${SAML}:bindings:HTTP-Redirect" Location="${origin}/saml/sso"/>`,
    '</IDPSSODescriptor></EntityDescriptor>',
  ].join('');

/** The page that brings the response to the broker (HTTP-POST binding); its button is for whoever has no script. */
const page = (action: string, fields: Readonly<Record<string, string>>): string =>
  [
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Demonstration</title>',
    '<body onload="document.forms[0].submit()">',
    `<p>Signed in as ${PERSON.nameId}, whoever you are.</p><form method="post" action="${escaped(action)}">`,
    ...Object.entries(fields).map(([name, text]) => `<input type="hidden" name="${name}" value="${escaped(text)}">`),
    '<button>Continue</button></form></body></html>',
  ].join('');

/**
 * A SAML 2.0 identity provider with one person and no password, whose documents xml-crypto signs. Its entity id is
 * `<origin>/saml/metadata`; it answers any service provider that asks: it is for demonstrations alone.
 */
export function samlIdentityProvider(origin: string): SamlIdentityProvider {
  const issuer = `${origin}/saml/metadata`;
  const { pem, certificate } = signingPair();
  const respond = (to: ServiceProvider): string =>
    Buffer.from(wrapped(issuer, to, signed(assertion(issuer, to), pem))).toString('base64');
  const signOn = (query: URLSearchParams): string => {
    const asked = inflateRawSync(Buffer.from(query.get('SAMLRequest') ?? '', 'base64')).toString();
    const text = (pattern: RegExp): string => pattern.exec(asked)?.[1] ?? '';
    const recipient = text(/AssertionConsumerServiceURL="([^"]+)"/);
    const audience = text(/<(?:\w+:)?Issuer[^>]*>([^<]+)</);
    const SAMLResponse = respond({ audience, recipient, inResponseTo: text(/ ID="([^"]+)"/) });
    return page(recipient, { SAMLResponse, RelayState: query.get('RelayState') ?? '' });
  };
  return {
    response: respond,
    serve(request, response) {
      const { pathname, searchParams } = new URL(request.url ?? '/', origin);
      if (request.method !== 'GET') return false;
      if (pathname === '/saml/metadata') {
        response.setHeader('content-type', 'application/samlmetadata+xml');
        response.end(metadata(issuer, origin, certificate));
        return true;
      }
      if (pathname !== '/saml/sso') return false;
      response.setHeader('content-type', 'text/html; charset=utf-8').setHeader('cache-control', 'no-store');
      response.end(signOn(searchParams));
      return true;
    },
  };
}
