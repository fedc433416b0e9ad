import type { Proof } from '../../../identity/principal.ts';
import { accept } from '../../../outcome.ts';
import { missingParameter } from '../../parameters.ts';
import { type OauthGrantType, withScopes } from './grant-type.ts';

const byAssertion = (proofOf: (assertion: string) => Proof): OauthGrantType => ({
  badProof: 'invalid_grant',
  proof: 'assertion',
  actor: 'refuse',
  answer: 'plain',
  read: (form, client) => {
    const assertion = form.one('assertion');
    if (assertion === null) return missingParameter('assertion');
    return withScopes(form, accept({ subject: proofOf(assertion), actor: null, client, publicClients: 'refuse' }));
  },
});

/** RFC 7523 section 2.1. */
export const jwtBearer = byAssertion((token) => ({ kind: 'jwt', token, declared: 'jwt' }));

/** RFC 7522 section 2.1: a base64url (or base64) of a Response or of a bare Assertion. */
export const saml2Bearer = byAssertion((document) => ({ kind: 'saml', document, at: { kind: 'endpoint' } }));
