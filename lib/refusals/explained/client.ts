import type { clientRefusals } from '../client.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../client.ts`, and what to change. */
export const clientExplanations: Explanations<typeof clientRefusals> = {
  client_authentication_missing: {
    cause: 'client_credentials, introspection and revocation are for clients that authenticate.',
    fix: 'Send HTTP Basic, client_id and client_secret in the form, or a client_assertion.',
  },
  client_authentication_failed: {
    cause:
      'No client of that name, a wrong or retired secret, a stored secret of less than 16 characters, or a client_assertion that does not verify (issuer, subject, audience, time, signature). All answer alike.',
    fix: 'Check the name and the secret; for private_key_jwt, aud is the issuer of the broker alone. The log names the check under the request id.',
  },
  client_attempts_exceeded: {
    cause:
      'Twenty wrong secrets under one client name came from one address (an IPv6 network of 64 bits) within a minute. Until it is over nothing that comes from there under this name is compared, the right secret included.',
    fix: 'Stop the program that has an old or wrong secret, and wait as long as Retry-After says; other addresses are not affected. If nobody of yours did it, somebody is guessing: the log has the address.',
  },
  client_assertion_replayed: {
    cause: 'The jti of a client_assertion is good once.',
    fix: 'Sign a fresh assertion for each request.',
  },
  client_methods_several: {
    cause: 'RFC 6749 section 2.3: for example a Basic header and client_secret in the form.',
    fix: 'Use one.',
  },
  token_of_another_client: {
    cause: 'RFC 7009 section 2.1: only the client that a token was issued to may revoke it.',
    fix: 'Revoke it as that client.',
  },
  client_not_permitted: {
    cause:
      'A public client asked for something other than authorization_code, or a client registered one way authenticates in another.',
    fix: 'See the registration of the client.',
  },
};
