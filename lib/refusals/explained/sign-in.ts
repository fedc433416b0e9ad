import type { signInRefusals } from '../sign-in.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../sign-in.ts`, and what to change. */
export const signInExplanations: Explanations<typeof signInRefusals> = {
  sign_in_connection: {
    cause: 'The connection is unknown, or of another type: people sign in by SAML only.',
    fix: 'Name a connection of type saml.',
  },
  client_unknown: {
    cause: 'No client of that name is registered, so the redirect URI cannot be trusted and nobody is sent there.',
    fix: 'Register the program under clients/ with public: true and its redirectUris.',
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
  sign_in_declined: {
    cause: 'The person pressed Deny on the page that names program, scope and person.',
    fix: 'Nothing, or ask again.',
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
