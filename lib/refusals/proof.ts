import { registry } from './kinds.ts';

/** A JWT or a signed AWS request that names nobody here. */
export const proofRefusals = registry({
  token_malformed: {
    class: 'proof',
    says: 'The token is not a well-formed JWT.',
  },
  token_too_large: {
    class: 'proof',
    says: 'The token is too large.',
  },
  dpop_proof_missing: {
    class: 'key-proof',
    says: 'A DPoP proof is required: the token is bound to a key, or the client gets no token but such ones.',
  },
  dpop_proof_invalid: {
    class: 'key-proof',
    says: 'The DPoP proof is not good.',
  },
  dpop_proof_replayed: {
    class: 'key-proof',
    says: 'The DPoP proof was used before.',
  },
  dpop_key_mismatch: {
    class: 'key-proof',
    says: 'The DPoP proof is of another key than the one that the token is bound to.',
  },
  issuer_unknown: {
    class: 'proof',
    says: 'The issuer of the proof is not known here.',
  },
  algorithm_not_allowed: {
    class: 'proof',
    says: 'The signature algorithm is not allowed.',
  },
  header_not_allowed: {
    class: 'proof',
    says: 'The token header has a member that is not accepted.',
  },
  key_unknown: {
    class: 'proof',
    says: 'The key of the token is not one of the issuer.',
  },
  key_not_known_yet: {
    class: 'not-yet',
    says: 'The key of the token is not one of those that the issuer published lately. Try again.',
  },
  key_unusable: {
    class: 'proof',
    says: 'The key of the token is one of the issuer that cannot be used.',
  },
  signature_invalid: {
    class: 'proof',
    says: 'The signature does not verify.',
  },
  requirement_not_met: {
    class: 'proof',
    says: 'The proof names nobody here.',
  },
  claims_invalid: {
    class: 'proof',
    says: 'A claim is missing or of the wrong type.',
  },
  audience_mismatch: {
    class: 'proof',
    says: 'The token is for another audience.',
  },
  authorized_party_mismatch: {
    class: 'proof',
    says: 'The token was issued to another party.',
  },
  proof_client_mismatch: {
    class: 'proof',
    says: 'The proof was made for another client.',
  },
  proof_key_mismatch: {
    class: 'proof',
    says: 'The proof is bound to a key, whose DPoP proof did not come with it.',
  },
  type_mismatch: {
    class: 'proof',
    says: 'The token is of another type.',
  },
  expired: {
    class: 'expired-proof',
    says: 'The proof has expired.',
  },
  not_yet_valid: {
    class: 'proof',
    says: 'The proof is not valid yet.',
  },
  too_old: {
    class: 'expired-proof',
    says: 'The proof is older than the connection accepts.',
  },
  replayed: {
    class: 'proof',
    says: 'The proof was used before.',
  },
  revoked: {
    class: 'proof',
    says: 'The token was revoked.',
  },
  exchange_chain_too_long: {
    class: 'proof',
    says: 'Too many exchanges follow one another.',
  },
  principal_invalid: {
    class: 'proof',
    says: 'The proof does not name a principal.',
  },
});
