import { registry } from './kinds.ts';

/** Another authorization server (grants of the type `oauth-token`) gave no token that could be handed on. */
export const downstreamRefusals = registry({
  provider_unavailable: {
    class: 'provider-outage',
    says: 'The authorization server of this scope cannot be reached. Try again.',
  },
  provider_timeout: {
    class: 'provider-outage',
    says: 'The authorization server of this scope did not answer in time. Try again.',
  },
  provider_throttled: {
    class: 'provider-outage',
    says: 'The authorization server of this scope limits requests. Try again later.',
  },
  provider_circuit_open: {
    class: 'provider-outage',
    says: 'The authorization server of this scope failed repeatedly and is left alone for a moment. Try again.',
  },
  provider_client_refused: {
    class: 'provider',
    says: 'The authorization server of this scope does not accept the client that the broker is there.',
  },
  provider_refused: {
    class: 'provider',
    says: 'The authorization server of this scope refused the request.',
  },
  provider_answer_invalid: {
    class: 'provider',
    says: 'The authorization server of this scope gave an answer that is no token response.',
  },
  provider_answer_too_large: {
    class: 'provider',
    says: 'The authorization server of this scope gave an answer that is too large.',
  },
  provider_redirected: {
    class: 'provider',
    says: 'The authorization server of this scope redirects; secrets are never sent elsewhere.',
  },
  provider_address_refused: {
    class: 'provider',
    says: 'The authorization server of this scope has an address that is not dialled.',
  },
  provider_token_type: {
    class: 'provider',
    says: 'The authorization server of this scope gave a token of a type that cannot be handed on.',
  },
  provider_no_expiry: {
    class: 'provider',
    says: 'The authorization server of this scope does not say when its token ends.',
  },
  provider_scope_wider: {
    class: 'provider',
    says: 'The authorization server of this scope gave more than was asked for; it is not handed out.',
  },
  downstream_secret_missing: {
    class: 'provider',
    says: 'A secret of the broker for the authorization server of this scope does not exist.',
  },
  downstream_secret_host: {
    class: 'provider',
    says: 'A secret of the broker is not for the host of the authorization server of this scope.',
  },
  downstream_key_unusable: {
    class: 'provider',
    says: 'The private key of the broker for the authorization server of this scope cannot be used.',
  },
  web_identity_refused: {
    class: 'provider',
    says: 'AWS gave the broker no token of its own for the authorization server of this scope.',
  },
});
