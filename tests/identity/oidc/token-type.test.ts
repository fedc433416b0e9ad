import { expect, it } from '@jest/globals';
import { checkType, type DeclaredType } from '../../../lib/identity/oidc/token-type.ts';
import { PASSED, refuse } from '../../../lib/outcome.ts';

const ACCEPTED = ['jwt', 'at+jwt', 'oauth-id-jag+jwt'];
const check = (typ: string | undefined, declared: DeclaredType, use?: string) => {
  const unverified = use === undefined ? {} : { token_use: use };
  return checkType({ compact: '', header: { alg: 'RS256', kid: undefined, typ }, unverified }, ACCEPTED, declared);
};

it.each<[string | undefined, DeclaredType, string | undefined]>([
  [undefined, 'jwt', undefined],
  [undefined, 'id_token', 'id'],
  [undefined, 'access_token', 'access'],
  ['JWT', 'id_token', undefined],
  ['JWT', 'access_token', undefined],
  ['JWT', 'jwt', 'id'],
  ['JWT', 'jwt', 'access'],
  ['application/at+jwt', 'access_token', undefined],
  ['at+jwt', 'jwt', undefined],
  ['oauth-id-jag+jwt', 'jwt', undefined],
])('of the type %s is taken as %s', (typ, declared, use) => {
  expect(check(typ, declared, use)).toEqual(PASSED);
});

it.each<[string | undefined, DeclaredType, string | undefined, string]>([
  ['dpop+jwt', 'jwt', undefined, 'typ must be one of: jwt, at+jwt, oauth-id-jag+jwt; it is dpop+jwt.'],
  ['oauth-id-jag+jwt', 'id_token', undefined, 'An ID-JAG is neither an ID token nor an access token.'],
  ['oauth-id-jag+jwt', 'access_token', undefined, 'An ID-JAG is neither an ID token nor an access token.'],
  ['at+jwt', 'id_token', undefined, 'An ID token was declared; typ is at+jwt and token_use absent.'],
  ['JWT', 'id_token', 'access', 'An ID token was declared; typ is jwt and token_use access.'],
  [undefined, 'access_token', 'id', 'An access token was declared; typ is jwt and token_use id.'],
])('of the type %s is refused as %s (token_use: %s), and told why', (typ, declared, use, detail) => {
  expect(check(typ, declared, use)).toEqual(refuse('type_mismatch', { detail }));
});
