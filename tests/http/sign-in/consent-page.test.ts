import { expect, it } from '@jest/globals';
import { consentPage } from '../../../lib/http/sign-in/pages/consent-page.ts';
import { aPrincipal } from '../../fakes/world.ts';

it.each([
  ['http://127.0.0.1:49152/callback', "form-action 'self' http://127.0.0.1:49152;"],
  ['https://app.example.com/callback?a=b', "form-action 'self' https://app.example.com;"],
  // Browsers drop a source with an IPv6 address, and with it the redirect that ends the sign-in.
  ['http://[::1]:49152/callback', "form-action 'self' http:;"],
])('lets the form lead to %s by a source that browsers know (CSP level 3 section 2.3.1)', (redirectUri, directive) => {
  const asked = { client: 'cli', redirectUri, responseMode: 'query' } as const;
  const authorization = { ...asked, scopes: ['api'], targets: [], state: null, codeChallenge: 'c' };
  const question = { authorization, requestId: '_r1', secret: 's' };
  const { headers } = consentPage(aPrincipal(), question, 'req-1');
  expect(headers?.['content-security-policy']).toContain(directive);
});
