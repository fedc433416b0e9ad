import type { downstreamRefusals } from '../downstream.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../downstream.ts`, and what to change. */
export const downstreamExplanations: Explanations<typeof downstreamRefusals> = {
  provider_unavailable: {
    cause: 'The name of the token endpoint does not resolve, TLS fails, the connection breaks, or it answers 5xx.',
    fix: 'Retry; then ask the token endpoint yourself. The log has the problem and the host.',
  },
  provider_timeout: {
    cause: 'The token endpoint took the connection and did not answer within five seconds.',
    fix: 'Retry; then look at the status of the provider.',
  },
  provider_throttled: {
    cause: 'It answered 429, or an error that means the same.',
    fix: 'Wait as long as Retry-After says; ask the provider for a higher limit. Tokens are shared among equal requests of one instance.',
  },
  provider_circuit_open: {
    cause:
      'The same request failed five times in a row (5xx, broken off, no answer), or no connection could be made five times; for ten seconds it is not sent, then one tries.',
    fix: 'As for provider_unavailable and provider_timeout, which came before.',
  },
  provider_client_refused: {
    cause:
      'The client id, the secret (current and previous version) or the key is not what the provider knows: `invalid_client`, 401, or a signature that it refuses.',
    fix: 'Compare the grant and its secret with the registration at the provider; for private keys the key id and the audience of the assertion.',
  },
  provider_refused: {
    cause:
      'It answered an error: error_description names it where it is a registered OAuth error code, the log in any case. With an ID-JAG, error_description begins with the step that was refused.',
    fix: 'See the code in the documents of the provider; compare scope, audience and resource of the grant with what is granted there.',
  },
  provider_answer_invalid: {
    cause:
      'Not JSON (an HTML page, for example), duplicate members, no usable access_token, contradictory members, or a status that means nothing here. An ID-JAG: not for the audience and client of the grant, not of the issuer of the ID token, or over.',
    fix: 'Check that tokenEndpoint is the token endpoint; the log says what was wrong with the answer. For an ID-JAG compare audience and clientId with what the identity provider has of that server.',
  },
  provider_answer_too_large: {
    cause: 'The answer has more than 64 KB, or the token more than 20,000 characters.',
    fix: 'Ask for a smaller token (fewer groups or scopes) at the provider.',
  },
  provider_redirected: {
    cause: 'The token endpoint answered with a redirect, which is never followed.',
    fix: 'Name the final address as tokenEndpoint, and its host in the tag of the secret.',
  },
  provider_address_refused: {
    cause: 'The host of the token endpoint resolves to a private, loopback or link-local address.',
    fix: 'If it is meant to: `allowPrivateAddress: true` in the grant.',
  },
  provider_token_type: {
    cause:
      'token_type is missing or not Bearer (DPoP and mac need a key of the caller), or issued_token_type is not what was asked for; or the identity provider gave something else than an ID-JAG.',
    fix: 'Register the client at the provider for plain bearer access tokens; at the identity provider of an ID-JAG, for those.',
  },
  provider_no_expiry: {
    cause: 'expires_in is missing, or not a positive whole number within the year 9999.',
    fix: 'If the provider never says: `expiresIn` in the grant, from the documents of the provider.',
  },
  provider_scope_wider: {
    cause:
      'The scope (or permissions and repositories) of the answer is not within that of the grant, or an ID-JAG is for a resource or for authorization details that were not asked for.',
    fix: 'Write what the provider gives into the grant, if that is meant; else narrow the registration there.',
  },
  downstream_secret_missing: {
    cause: 'Secrets Manager has no secret of the name in the grant, or it waits for its deletion.',
    fix: 'Create it, with the tag token-broker:host.',
  },
  downstream_secret_host: {
    cause:
      'The tag token-broker:host of the secret is missing, or not the host (with its port if not 443) of the token endpoint.',
    fix: 'Correct the grant; or, if the secret does belong there, its tag.',
  },
  downstream_key_unusable: {
    cause:
      'The secret is no PEM or JWK private key, an RSA key of less than 2,048 bits, or not a key of the algorithm that is asked for.',
    fix: 'Put an unencrypted PEM (PKCS#8, PKCS#1 or SEC1) or JWK private key into the secret; leave `algorithm` out or correct it.',
  },
  web_identity_refused: {
    cause:
      'sts:GetWebIdentityToken was refused: outbound identity federation is off in the account, or the role of the function may not use it.',
    fix: 'Enable outbound web identity federation in the account of the broker.',
  },
};
