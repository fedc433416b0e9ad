import { registry } from './kinds.ts';

/**
 * A SAML document that names nobody here. Reasons that SAML shares with tokens (audience_mismatch, expired,
 * signature_invalid, ...) are in `proof.ts`.
 */
export const samlRefusals = registry({
  saml_encoding: {
    class: 'proof',
    says: 'The SAML document is not base64.',
  },
  saml_not_xml: {
    class: 'proof',
    says: 'The SAML document is not well-formed XML 1.0 in UTF-8.',
  },
  saml_xml_forbidden: {
    class: 'proof',
    says: 'The SAML document uses a part of XML that is not accepted.',
  },
  saml_too_large: {
    class: 'proof',
    says: 'The SAML document is too large.',
  },
  saml_control_character: {
    class: 'proof',
    says: 'The SAML document has a control character in a name or in a value that is used.',
  },
  saml_not_saml: {
    class: 'proof',
    says: 'The document is not a SAML 2.0 Response or Assertion.',
  },
  saml_schema: {
    class: 'proof',
    says: 'The SAML document does not have the shape that SAML 2.0 prescribes.',
  },
  saml_instant: {
    class: 'proof',
    says: 'A time in the SAML document is not a valid UTC time.',
  },
  saml_several_assertions: {
    class: 'proof',
    says: 'The SAML document has more than one assertion.',
  },
  saml_duplicate_id: {
    class: 'proof',
    says: 'The SAML document uses an identifier twice.',
  },
  saml_unsigned: {
    class: 'proof',
    says: 'The signature that counts is missing.',
  },
  saml_signature_shape: {
    class: 'proof',
    says: 'The signature is not one that SAML allows.',
  },
  saml_void_canonicalization: {
    class: 'proof',
    says: 'The signature covers nothing.',
  },
  saml_sha1: {
    class: 'proof',
    says: 'The signature uses SHA-1.',
  },
  saml_certificate_expired: {
    class: 'proof',
    says: 'The certificate of the identity provider has expired.',
  },
  saml_encryption_algorithm: {
    class: 'proof',
    says: 'The assertion is encrypted in a way that is not accepted.',
  },
  saml_decryption: {
    class: 'proof',
    says: 'The encrypted assertion cannot be used.',
  },
  saml_encrypted_part: {
    class: 'proof',
    says: 'A part of the assertion is encrypted by itself.',
  },
  saml_status: {
    class: 'proof',
    says: 'The identity provider did not sign anybody in.',
  },
  saml_issuer_mismatch: {
    class: 'proof',
    says: 'The SAML document is from another identity provider.',
  },
  saml_recipient: {
    class: 'proof',
    says: 'The assertion is for another recipient.',
  },
  saml_destination: {
    class: 'proof',
    says: 'The response is for another destination.',
  },
  saml_in_response_to: {
    class: 'proof',
    says: 'The response does not answer a request of this place.',
  },
  saml_unsolicited: {
    class: 'proof',
    says: 'Nobody here asked for this response.',
  },
  saml_confirmation: {
    class: 'proof',
    says: 'The assertion has no bearer confirmation that can be used.',
  },
  saml_condition: {
    class: 'proof',
    says: 'The assertion has a condition that is not known here.',
  },
  saml_subject: {
    class: 'proof',
    says: 'The assertion does not name its subject.',
  },
  saml_transient_name: {
    class: 'proof',
    says: 'The NameID changes with every sign-in.',
  },
  saml_metadata_invalid: {
    class: 'idp-outage',
    says: 'The metadata of the identity provider cannot be used.',
  },
  saml_metadata_expired: {
    class: 'idp-outage',
    says: 'The metadata of the identity provider has expired.',
  },
});
