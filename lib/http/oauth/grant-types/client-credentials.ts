import { accept, refuse } from '../../../outcome.ts';
import { type OauthGrantType, withScopes } from './grant-type.ts';

/** RFC 6749 section 4.4: the client is the subject. */
export const clientCredentials: OauthGrantType = {
  badProof: 'invalid_request',
  proof: null,
  actor: 'refuse',
  answer: 'plain',
  read: (form, client) =>
    client === null
      ? refuse('client_authentication_missing')
      : withScopes(form, accept({ subject: 'client', actor: null, client, publicClients: 'refuse' })),
};
