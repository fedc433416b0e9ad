import { registry } from './kinds.ts';

/** The client of an OAuth request. An unknown client and a wrong secret answer alike, in the same time. */
export const clientRefusals = registry({
  client_authentication_missing: {
    class: 'client',
    says: 'Client authentication is required.',
  },
  client_authentication_failed: {
    class: 'client',
    says: 'Client authentication failed.',
  },
  client_attempts_exceeded: {
    class: 'limit',
    says: 'Too many wrong secrets of this client came from this address. Wait before the next try.',
  },
  client_assertion_replayed: {
    class: 'client',
    says: 'The client assertion was used before.',
  },
  client_methods_several: {
    class: 'request',
    says: 'A client must not use two authentication methods in one request.',
  },
  token_of_another_client: {
    class: 'unauthorized-client',
    says: 'The token was issued to another client.',
  },
  client_not_permitted: {
    class: 'unauthorized-client',
    says: 'This client may not use this grant type.',
  },
});
