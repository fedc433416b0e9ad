import { BROKER_TOKEN_TYPE } from '../../../oauth-urns.ts';
import { accept } from '../../../outcome.ts';
import { invalidParameter } from '../../parameters.ts';
import { readSubjectAndActor } from '../subject-token.ts';
import { presentedCode } from './authorization-code.ts';
import { presentedDevice } from './device-code.ts';
import { type OauthGrantType, withScopes } from './grant-type.ts';

/**
 * RFC 8693 section 2.1. A person who signed in comes by their code, and has no actor. Here alone, a client presents
 * what it was sent as a resource server.
 */
export const tokenExchange: OauthGrantType = {
  badProof: 'invalid_request',
  proof: 'subject_token',
  actor: 'accept',
  answer: 'exchange',
  read: (form, client) => {
    const type = form.one('subject_token_type');
    if (type !== BROKER_TOKEN_TYPE.authorizationCode && type !== BROKER_TOKEN_TYPE.deviceCode) {
      const read = readSubjectAndActor(form, client, [
        BROKER_TOKEN_TYPE.authorizationCode,
        BROKER_TOKEN_TYPE.deviceCode,
      ]);
      return withScopes(form, read.ok ? accept({ ...read.value, sentToClient: 'accept' }) : read);
    }
    if (form.one('actor_token') !== null || form.one('actor_token_type') !== null) {
      return invalidParameter('A person who signs in has no actor: actor_token is not accepted.');
    }
    return type === BROKER_TOKEN_TYPE.deviceCode
      ? presentedDevice(form, client, 'subject_token')
      : presentedCode(form, client, 'subject_token');
  },
};
