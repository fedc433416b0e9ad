import { BROKER_TOKEN_TYPE } from '../../../oauth-urns.ts';
import { invalidParameter } from '../../parameters.ts';
import { readSubjectAndActor } from '../subject-token.ts';
import { presentedCode } from './authorization-code.ts';
import { type OauthGrantType, withScopes } from './grant-type.ts';

/** RFC 8693 section 2.1. A person who signed in comes by their code, and has no actor. */
export const tokenExchange: OauthGrantType = {
  badProof: 'invalid_request',
  proof: 'subject_token',
  actor: 'accept',
  answer: 'exchange',
  read: (form, client) => {
    if (form.one('subject_token_type') !== BROKER_TOKEN_TYPE.authorizationCode) {
      return withScopes(form, readSubjectAndActor(form, client));
    }
    if (form.one('actor_token') !== null || form.one('actor_token_type') !== null) {
      return invalidParameter('A person who signs in has no actor: actor_token is not accepted.');
    }
    return presentedCode(form, client, 'subject_token');
  },
};
