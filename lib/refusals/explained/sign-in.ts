import type { signInRefusals } from '../sign-in.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../sign-in.ts`, and what to change. */
export const signInExplanations: Explanations<typeof signInRefusals> = {
  sign_in_connection: {
    cause: 'The connection is unknown, or people do not sign in there.',
    fix: 'Name a connection of type saml, or one of type oidc that has a client of its own there (signIn).',
  },
  client_unknown: {
    cause:
      'No client of that name is registered: at /oauth2/authorize nobody is sent to a redirect URI that cannot be trusted.',
    fix: 'Register the program under clients/ with public: true and its redirectUris.',
  },
  client_document_invalid: {
    cause:
      'client_id is the address of a client ID metadata document, which redirects, is larger than 16 KB, names another client_id, has a secret or no redirect_uris, or lies at an address that is not public. The detail says which.',
    fix: 'Mend the document as the detail says. What is kept of one is forgotten after ten minutes.',
  },
  client_document_unavailable: {
    cause: 'The host of the metadata document is slow or down, or answers with 5xx.',
    fix: 'Retry; make sure that the document can be had within two seconds.',
  },
  redirect_uri_mismatch: {
    cause:
      'It is compared character by character; only the port of a loopback host (127.0.0.1, [::1], localhost) is free.',
    fix: 'Register it under redirectUris of the client, or send the one that is registered.',
  },
  response_type_unsupported: {
    cause: 'Only the authorization code flow is served (RFC 6749 section 4.1).',
    fix: 'Send response_type=code.',
  },
  code_challenge_missing: {
    cause: 'Public clients prove with PKCE that the code is theirs (RFC 7636); the method plain is not accepted.',
    fix: 'Send code_challenge and code_challenge_method=S256.',
  },
  sign_in_unknown: {
    cause: 'More than ten minutes went by, the page was sent twice, or its form was altered.',
    fix: 'Begin again in the program.',
  },
  sign_in_other_browser: {
    cause:
      'The browser that came back does not have the cookie of the one that left: another browser or profile, cookies that are blocked, or somebody who would sign you in as themselves.',
    fix: 'Begin again, and stay in that browser.',
  },
  sign_in_issuer_mismatch: {
    cause:
      'The answer names another issuer (RFC 9207) or none where its issuer always does, or the ID token is of another connection or client: a mix-up, or two connections of one issuer that were confused.',
    fix: 'Begin again. If it stays: compare issuer and signIn.clientId of the connection with what the issuer has.',
  },
  sign_in_nonce_mismatch: {
    cause: 'The ID token has no nonce or another: a code of another sign-in, or an issuer that drops it.',
    fix: 'Begin again. If it stays, the issuer does not follow OpenID Connect Core section 3.1.2.1.',
  },
  sign_in_provider_error: {
    cause: 'The issuer sent an error in place of a code (RFC 6749 section 4.1.2.1); the page and the log name it.',
    fix: 'access_denied: somebody declined there, or is not assigned to the application. Others: look at the redirect URI and the scopes of the client at the issuer.',
  },
  sign_in_provider_refused: {
    cause:
      'The token endpoint refused the code or the client, gave no ID token, or the secret is missing or for another host (its tag token-broker:host).',
    fix: 'The log has host, code and which of these. Compare signIn of the connection with the client at the issuer.',
  },
  sign_in_provider_unavailable: {
    cause: 'The token endpoint of the issuer failed, throttled or did not answer in time.',
    fix: 'Begin again in a moment; the log has the host.',
  },
  sign_in_declined: {
    cause: 'The person pressed Deny on the page that names program, scope and person.',
    fix: 'Nothing, or ask again.',
  },
  user_code_unknown: {
    cause: 'It was mistyped, ten minutes went by, or it was used.',
    fix: 'Compare with what the device shows, or begin again there.',
  },
  user_code_attempts_exceeded: {
    cause: 'Ten codes that no device has were typed from this address within a minute.',
    fix: 'Wait as long as Retry-After says.',
  },
  device_pending: {
    cause: 'The person has yet to type the code, to sign in or to press a button.',
    fix: 'Ask again after the interval of the device authorization response (RFC 8628 section 3.5).',
  },
  device_slow_down: {
    cause: 'Two requests came closer together than the interval, which grows by 5 s each time.',
    fix: 'Wait as long as error_description says.',
  },
  device_denied: {
    cause: 'The person pressed Deny.',
    fix: 'Nothing, or begin again.',
  },
  device_refused: {
    cause:
      'Whoever signed in for the device may not have what it asks for, or the identity provider let nobody in: error_description names the reason that the page of the browser has. Where somebody was named, the ledger has a record with that reason.',
    fix: 'As the reason that is named says; then begin again. With another account: begin again.',
  },
  device_code_expired: {
    cause: 'A device code lasts ten minutes.',
    fix: 'Begin again.',
  },
  device_code_unknown: {
    cause: 'It was altered, is of another broker, or ended more than an hour ago.',
    fix: 'Begin again.',
  },
  code_unknown: {
    cause: 'A code lives 60 seconds and is good once.',
    fix: 'Redeem it at once; else begin again.',
  },
  code_client_mismatch: {
    cause: 'client_id is not that of the authorization request (RFC 6749 section 4.1.3).',
    fix: 'Send the same client_id in both requests.',
  },
  code_redirect_mismatch: {
    cause: 'redirect_uri is not that of the authorization request, port included (RFC 6749 section 4.1.3).',
    fix: 'Send the same redirect_uri in both requests.',
  },
  code_verifier_mismatch: {
    cause: 'SHA-256 of code_verifier, in base64url, is not the code_challenge (RFC 7636 section 4.6).',
    fix: 'Keep the verifier of each request apart from those of others.',
  },
  code_scope_mismatch: {
    cause: 'The token request names a scope that was not on the page.',
    fix: 'Leave scope out, or ask for it at the authorization endpoint.',
  },
};
