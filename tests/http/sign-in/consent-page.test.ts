import { expect, it } from '@jest/globals';
import { consentPage } from '../../../lib/http/sign-in/pages/consent-page.ts';
import { chooseConnectionPage } from '../../../lib/http/sign-in/pages/device-pages.ts';
import { epochSeconds, seconds } from '../../../lib/time.ts';
import { aPrincipal } from '../../fakes/world.ts';

it.each([
  ['http://127.0.0.1:49152/callback', "form-action 'self' http://127.0.0.1:49152;"],
  ['https://app.example.com/callback?a=b', "form-action 'self' https://app.example.com;"],
  // Browsers drop a source with an IPv6 address, and with it the redirect that ends the sign-in.
  ['http://[::1]:49152/callback', "form-action 'self' http:;"],
])('lets the form lead to %s by a source that browsers know (CSP level 3 section 2.3.1)', (redirectUri, directive) => {
  const asked = { client: 'cli', redirectUri, responseMode: 'query' } as const;
  const authorization = { ...asked, scopes: ['api'], targets: [], state: null, codeChallenge: 'c' };
  const question = { authorization, requestId: '_r1', secret: 's', servers: [] };
  const { headers } = consentPage(aPrincipal(), question, 'req-1');
  expect(headers?.['content-security-policy']).toContain(directive);
});

it('quotes what a program says that it is for, before and after the person signed in', () => {
  const targets = ['https://api.example', 'says your IT: <b>safe</b>'];
  const asked = { client: 'cli', scopes: ['api'], targets, name: null, sourceIp: '192.0.2.1', userCode: 'BCDFGHJK' };
  const waiting = { ...asked, connection: null, device: 'd', expires: epochSeconds(1), interval: seconds(5) };
  const question = {
    authorization: {
      ...asked,
      redirectUri: 'https://a.example/',
      responseMode: 'query',
      state: null,
      codeChallenge: 'c',
    },
    ...{ requestId: '_r1', secret: 's', servers: [] },
  } as const;
  for (const page of [chooseConnectionPage(waiting, ['corp'], 'r'), consentPage(aPrincipal(), question, 'r')])
    expect(page.body).toContain('“https://api.example”, “says your IT: &lt;b&gt;safe&lt;/b&gt;”');
});

it.each([
  ['none', [], 'By now no scope lets it in.'],
  ['21', Array.from({ length: 21 }, (_, index) => `s${index}`), 's19 and 1 others. Each use is recorded'],
])('says of a server that may act at %s scopes what it can get', (_, scopes, expected) => {
  const asked = { client: 'cli', redirectUri: 'https://a.example/', responseMode: 'query', state: null } as const;
  const authorization = { ...asked, scopes: ['api'], targets: [], codeChallenge: 'c' };
  const servers = [{ client: 'files', audience: 'https://files.example', scopes }];
  const { body } = consentPage(aPrincipal(), { authorization, requestId: '_r1', secret: 's', servers }, 'r');
  expect(body).toContain(expected);
});
