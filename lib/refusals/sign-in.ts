import { registry } from './kinds.ts';

/** The authorization endpoint, the assertion consumer service, and the code that comes of them. */
export const signInRefusals = registry({
  sign_in_connection: {
    class: 'request',
    says: 'connection must name a SAML connection of this broker.',
  },
  client_unknown: {
    class: 'request',
    says: 'client_id is not registered here.',
  },
  redirect_uri_mismatch: {
    class: 'request',
    says: 'The redirect URI is not one of the client.',
  },
  response_type_unsupported: {
    class: 'unsupported',
    says: 'response_type must be code.',
  },
  code_challenge_missing: {
    class: 'request',
    says: 'code_challenge with code_challenge_method S256 is required.',
  },
  sign_in_unknown: {
    class: 'proof',
    says: 'This sign-in has ended, or was never begun here.',
  },
  sign_in_other_browser: {
    class: 'proof',
    says: 'This sign-in was begun in another browser.',
  },
  sign_in_declined: {
    class: 'scope',
    says: 'The person did not allow it.',
  },
  code_unknown: {
    class: 'proof',
    says: 'The authorization code is not known here or has expired.',
  },
  code_client_mismatch: {
    class: 'proof',
    says: 'The authorization code was issued to another client.',
  },
  code_redirect_mismatch: {
    class: 'proof',
    says: 'The redirect URI is not that of the authorization request.',
  },
  code_verifier_mismatch: {
    class: 'proof',
    says: 'The code verifier is not that of the code challenge.',
  },
  code_scope_mismatch: {
    class: 'scope',
    says: 'The person did not allow this scope.',
  },
});
