import { expect, it } from '@jest/globals';
import type { GrantRoute } from '../../lib/policy/grants/grant-kind.ts';
import { type GrantType, grantKinds } from '../../lib/policy/grants/kinds.ts';

const ROUTES: readonly GrantRoute[] = ['token-exchange', 'token', 'credentials', 'sts'];

it.each<[GrantType, 'policy' | 'nothing']>([
  ['aws-session', 'policy'],
  ['aws-federated', 'policy'],
  ['oauth-token', 'nothing'],
  ['broker-token', 'nothing'],
])('%s is narrowed by %s', (type, by) => {
  expect(grantKinds[type].narrowedBy).toBe(by);
});

it.each<[GrantType, readonly GrantRoute[], 'broker' | 'others', readonly string[]]>([
  ['aws-session', ['token-exchange', 'credentials', 'sts'], 'others', ['urn:token-broker:token-type:aws-credentials']],
  [
    'aws-federated',
    ['token-exchange', 'credentials', 'sts'],
    'others',
    ['urn:token-broker:token-type:aws-credentials'],
  ],
  ['oauth-token', ['token-exchange', 'token'], 'others', ['urn:ietf:params:oauth:token-type:access_token']],
  [
    'broker-token',
    ['token-exchange', 'token'],
    'broker',
    ['urn:ietf:params:oauth:token-type:access_token', 'urn:ietf:params:oauth:token-type:jwt'],
  ],
])(
  '%s is had where the contract says (section 3), and minted by whom it says',
  (type, routes, mintedBy, tokenTypes) => {
    const kind = grantKinds[type];
    expect(ROUTES.filter((route) => kind.routes.includes(route))).toEqual(routes);
    expect(kind.mintedBy).toBe(mintedBy);
    expect(kind.tokenTypes).toEqual(tokenTypes);
  },
);
