import { expect, it } from '@jest/globals';
import { matchPath } from '../../lib/http/path-pattern.ts';

it.each([
  ['/sts', '/sts', {}],
  ['/sts/{scope}', '/sts/deploy-web', { scope: 'deploy-web' }],
  ['/sts/{scope}', '/sts/broker:a b', { scope: 'broker:a b' }],
  ['/saml/{connection}/acs', '/saml/corp/acs', { connection: 'corp' }],
  ['/', '/', {}],
] as const)('%s takes %s', (pattern, path, parameters) => {
  expect(matchPath(pattern, path)).toEqual(parameters);
});

it.each([
  ['/sts', '/STS'],
  ['/sts', '/sts/'],
  ['/sts', '/sts/deploy-web'],
  ['/sts/{scope}', '/sts'],
  ['/sts/{scope}', '/sts/'],
  ['/sts/{scope}', '/sts/a/b'],
  ['/saml/{connection}/acs', '/saml//acs'],
  ['/saml/{connection}/acs', '/saml/corp/login'],
] as const)('%s does not take %s', (pattern, path) => {
  expect(matchPath(pattern, path)).toBeNull();
});
