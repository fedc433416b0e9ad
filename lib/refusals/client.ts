import { registry } from './kinds.ts';

/** The client of an OAuth request. An unknown client and a wrong secret answer alike, in the same time. */
export const clientRefusals = registry({
  client_authentication_missing: {
    class: 'client',
    says: 'Client authentication is required.',
    cause: 'client_credentials, introspection and revocation are for clients that authenticate.',
    fix: 'Send HTTP Basic, client_id and client_secret in the form, or a client_assertion.',
  },
  client_authentication_failed: {
    class: 'client',
    says: 'Client authentication failed.',
    cause:
      'No client of that name, a wrong or retired secret, or a client_assertion that does not verify (issuer, subject, audience, time, signature). All answer alike.',
    fix: 'Check the name and the secret; for private_key_jwt, aud is the issuer of the broker alone. The log names the check under the request id.',
  },
  client_assertion_replayed: {
    class: 'client',
    says: 'The client assertion was used before.',
    cause: 'The jti of a client_assertion is good once.',
    fix: 'Sign a fresh assertion for each request.',
  },
  client_methods_several: {
    class: 'request',
    says: 'A client must not use two authentication methods in one request.',
    cause: 'RFC 6749 section 2.3: for example a Basic header and client_secret in the form.',
    fix: 'Use one.',
  },
  token_of_another_client: {
    class: 'unauthorized-client',
    says: 'The token was issued to another client.',
    cause: 'RFC 7009 section 2.1: only the client that a token was issued to may revoke it.',
    fix: 'Revoke it as that client.',
  },
  client_not_permitted: {
    class: 'unauthorized-client',
    says: 'This client may not use this grant type.',
    cause:
      'A public client asked for something other than authorization_code, or a client registered one way authenticates in another.',
    fix: 'See the registration of the client.',
  },
});
