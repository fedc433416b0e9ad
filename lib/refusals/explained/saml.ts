import type { samlRefusals } from '../saml.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../saml.ts`, and what to change. */
export const samlExplanations: Explanations<typeof samlRefusals> = {
  saml_encoding: {
    cause: 'The value is neither base64 nor base64url, mixes the two, or is cut off.',
    fix: 'Send the base64 (or base64url) of the Response or Assertion, form-encoded once: + becomes %2B.',
  },
  saml_not_xml: {
    cause: 'It is cut off, altered, in another encoding or XML version, or has text around its root element.',
    fix: 'Send the document as the IdP made it.',
  },
  saml_xml_forbidden: {
    cause:
      'A document type, an entity, a processing instruction, a CDATA section, a comment or an undeclared prefix: a signed message needs none, and parsers read them differently.',
    fix: 'Set the IdP to send messages without comments and indentation templates.',
  },
  saml_too_large: {
    cause: 'More than 100 KB, 100 levels, or 256 attributes of one element.',
    fix: 'Send fewer groups: filter them at the IdP to those that scopes test.',
  },
  saml_control_character: {
    cause:
      'A tab, a line end or another control character in the NameID, Issuer or Audience, in a name, or in a value that a rule, a template or `principal` uses. Tabs and line ends elsewhere are no fault.',
    fix: 'Correct the value in the directory, or the mapping at the IdP that makes it.',
  },
  saml_not_saml: {
    cause: 'Another root element, or a bare Assertion where a Response is needed (the ACS).',
    fix: 'Send the SAMLResponse of the IdP; SAML 1.1 and WS-Federation are not served.',
  },
  saml_schema: {
    cause:
      'An element or XML attribute is missing, repeated, out of order or unknown; another Version than 2.0; an identifier that is no plain name.',
    fix: 'The log names the element under the request id; a custom template at the IdP is the usual source.',
  },
  saml_instant: {
    cause:
      'A time without Z, with an offset, in another format or on a day that the calendar does not have; NotBefore that is not before NotOnOrAfter.',
    fix: 'Set the IdP to xs:dateTime in UTC, such as 2026-11-21T09:00:00Z.',
  },
  saml_several_assertions: {
    cause:
      'Two assertions anywhere in the document, also in Advice, Extensions or a signature: the shape of a wrapping attack.',
    fix: 'Set the IdP to send one assertion in a response.',
  },
  saml_duplicate_id: {
    cause:
      'Two elements have the same ID, so a signature could be read as covering either: the shape of a wrapping attack.',
    fix: 'Send the document as the IdP made it.',
  },
  saml_unsigned: {
    cause:
      'The Assertion is not signed, also where the Response around it is; or, with `signed: response`, the Response is not signed.',
    fix: 'At the IdP, sign the assertion (Okta: Assertion Signature: Signed; Entra ID: Sign SAML assertion; ADFS: SamlResponseSignature AssertionOnly). If it can sign the response only, set `signed: response`.',
  },
  saml_signature_shape: {
    cause:
      'It stands elsewhere than in the Response or Assertion, refers to another element than its parent or to several, or has other transforms than enveloped-signature and exclusive canonicalization.',
    fix: 'Send the document as the IdP made it.',
  },
  saml_void_canonicalization: {
    cause:
      'The signed digest is the hash of nothing, which a failing canonicalization would match whatever the document says.',
    fix: 'Somebody tampered with this document: look at where it came from.',
  },
  saml_sha1: {
    cause: 'The signature or digest method is SHA-1, which can be forged, and the connection does not accept it.',
    fix: 'At the IdP, set the signing algorithm to RSA-SHA256 and the digest to SHA-256; `sha1: accept` only for an IdP that cannot.',
  },
  saml_certificate_expired: {
    cause:
      'The signature is genuine, and the certificate in the metadata that made it is past its end (or before its beginning).',
    fix: 'Roll the signing certificate at the IdP, then apply its new metadata.',
  },
  saml_encryption_algorithm: {
    cause:
      'A content cipher that the connection does not list (AES-CBC has to be listed), triple DES, key transport PKCS #1 v1.5, RSA-OAEP with parameters of its own, or what is not known.',
    fix: 'At the IdP, choose AES-256-GCM with RSA-OAEP; `encryption: [gcm, cbc]` only for an IdP that cannot.',
  },
  saml_decryption: {
    cause:
      'It is encrypted to another key, was altered, is not signed inside, or is for another connection. Which of these is not said, because the answers would help to decrypt it; the log has it.',
    fix: 'At the IdP, load the current metadata of this service provider, and sign the assertion before it is encrypted.',
  },
  saml_encrypted_part: {
    cause: 'EncryptedID or EncryptedAttribute; only whole assertions are decrypted.',
    fix: 'At the IdP, encrypt the assertion and not its parts.',
  },
  saml_status: {
    cause:
      'The Status of the Response is not Success: the sign-in was cancelled, or the IdP refuses the request or the user.',
    fix: 'The log names the status; look it up in the sign-in log of the IdP.',
  },
  saml_issuer_mismatch: {
    cause: 'Issuer is not the entityID in the metadata of the connection.',
    fix: 'Use the connection of that IdP, or apply its current metadata.',
  },
  saml_recipient: {
    cause:
      'Recipient of the SubjectConfirmation is not the ACS URL (browser), or the token endpoint or one of `recipients`.',
    fix: 'At the IdP, set the recipient: Okta "Recipient URL", Entra ID "Reply URL", ADFS "SAML Assertion Consumer endpoint". For an assertion made for somewhere else, list its value in `recipients`.',
  },
  saml_destination: {
    cause:
      'Destination of the Response is not the ACS URL (browser), or the token endpoint or one of `recipients`; a signed Response must have one.',
    fix: 'At the IdP, set the destination to the same URL as the recipient (Okta "Destination URL").',
  },
  saml_in_response_to: {
    cause:
      'At the ACS, InResponseTo is missing or names another request than the one of this browser; elsewhere there is one, so the response belongs to somebody else.',
    fix: 'Start again at the login page; at the token endpoint, send an assertion that was made for it.',
  },
  saml_unsolicited: {
    cause: 'The IdP started the sign-in, or the sign-in was started in another browser or too long ago.',
    fix: 'Start at the login page of the connection; `unsolicited: true` takes sign-ins that the IdP starts.',
  },
  saml_confirmation: {
    cause:
      'No SubjectConfirmation of method bearer, or its data lacks NotOnOrAfter, has NotBefore, or is of another type.',
    fix: 'At the IdP, use the Web Browser SSO profile (bearer).',
  },
  saml_condition: {
    cause:
      'A Condition other than AudienceRestriction, OneTimeUse and ProxyRestriction; an assertion is invalid to whoever cannot evaluate its conditions.',
    fix: 'Remove the condition at the IdP.',
  },
  saml_subject: {
    cause:
      'There is no NameID, or it is empty, longer than 1024 characters or has blanks around it; the answer says which. The NameID is the subject, also where `principal` is made of an attribute.',
    fix: 'At the IdP, map a stable identifier to the NameID.',
  },
  saml_transient_name: {
    cause: 'The NameID is transient, and `principal` of the connection is made of it.',
    fix: 'At the IdP, choose persistent or email address as NameID format, or make `principal` of a stable attribute.',
  },
  saml_metadata_invalid: {
    cause:
      'The document is not the whole EntityDescriptor of one SAML 2.0 IdP, or has no certificate for signing with an RSA key of 2048 bits or an EC key, or one that is damaged or has PEM lines.',
    fix: "The log names the line. Apply the IdP's own metadata document; of a federation's aggregate, cut out the one EntityDescriptor.",
  },
  saml_metadata_expired: {
    cause: 'validUntil of the metadata document is past.',
    fix: "Apply the IdP's current metadata, or use metadataUrl.",
  },
};
