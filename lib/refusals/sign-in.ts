import { registry } from './kinds.ts';

/** The authorization endpoint, the assertion consumer service, and the code that comes of them. */
export const signInRefusals = registry({
  sign_in_connection: {
    class: 'request',
    says: 'connection must name a connection of this broker at which people sign in.',
  },
  client_unknown: {
    class: 'request',
    says: 'client_id is not registered here.',
  },
  client_document_invalid: {
    class: 'request',
    says: 'The metadata document at client_id cannot be used.',
  },
  client_document_unavailable: {
    class: 'idp-outage',
    says: 'The metadata document at client_id cannot be had. Try again.',
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
  sign_in_issuer_mismatch: {
    class: 'proof',
    says: 'The answer is not of the identity provider and client that were asked.',
  },
  sign_in_nonce_mismatch: {
    class: 'proof',
    says: 'The ID token was not issued for this sign-in.',
  },
  sign_in_provider_error: {
    class: 'proof',
    says: 'The identity provider did not sign you in.',
  },
  sign_in_provider_refused: {
    class: 'provider',
    says: 'The identity provider did not take the code, or not the client that the broker is there.',
  },
  sign_in_provider_unavailable: {
    class: 'idp-outage',
    says: 'The identity provider cannot be reached. Try again.',
  },
  sign_in_declined: {
    class: 'scope',
    says: 'The person did not allow it.',
  },
  user_code_unknown: {
    class: 'request',
    says: 'No device waits under this code, or somebody has decided already.',
  },
  user_code_attempts_exceeded: {
    class: 'limit',
    says: 'Too many codes were tried from here. Try again later.',
  },
  device_pending: {
    class: 'pending',
    says: 'Nobody has decided at the browser yet.',
  },
  device_slow_down: {
    class: 'pending',
    says: 'The device asks too often.',
  },
  device_denied: {
    class: 'declined',
    says: 'The person did not allow it.',
  },
  device_refused: {
    class: 'declined',
    says: 'The sign-in at the browser was refused.',
  },
  device_code_expired: {
    class: 'proof',
    says: 'Nobody decided in time, or what was allowed was not taken up in time.',
  },
  device_code_unknown: {
    class: 'proof',
    says: 'The device code is not known here.',
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
