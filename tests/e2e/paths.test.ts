import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Broker, startBroker } from './broker.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker.stop());

const status = async (method: string, path: string) => {
  const response = await fetch(`${broker.url}${path}`, { method, redirect: 'manual' });
  expect(response.headers.get('x-request-id')).not.toBeNull();
  return [response.status, response.headers.get('allow')];
};

/**
 * Contract section 3: a path and the methods that it has. Each is behind a route key of API Gateway that takes more
 * than it.
 */
const routes = [
  ['/v1/credentials/demo', 'GET, POST'],
  ['/sts', 'POST'],
  ['/sts/demo', 'POST'],
  ['/oauth2/token', 'POST'],
  ['/oauth2/introspect', 'POST'],
  ['/oauth2/revoke', 'POST'],
  ['/oauth2/authorize', 'GET, POST'],
  ['/saml/okta/metadata', 'GET, HEAD'],
  ['/saml/okta/login', 'GET'],
  ['/saml/okta/acs', 'POST'],
  ['/.well-known/oauth-authorization-server', 'GET, HEAD'],
  ['/.well-known/openid-configuration', 'GET, HEAD'],
  ['/.well-known/jwks.json', 'GET, HEAD'],
  ['/v1/issuances', 'GET'],
  ['/v1/explain', 'POST'],
  ['/v1/issuances/iss_00000000000000000000000000', 'GET'],
  ['/healthz', 'GET, HEAD'],
] as const;

describe.each(routes)('%s', (path, allow) => {
  it(`has the methods ${allow} and no other, with and without a final slash`, async () => {
    expect(await status('DELETE', path)).toEqual([405, allow]);
    expect(await status('DELETE', `${path}/`)).toEqual([405, allow]);
  });

  it('has no route below it, and none with two final slashes', async () => {
    const [method = ''] = allow.split(', ');
    expect(await status(method, `${path}/more/of/it`)).toEqual([404, null]);
    expect(await status(method, `${path}//`)).toEqual([404, null]);
  });
});

it.each(['/v1/credentials', '/v1/credentials/', '/saml', '/saml/okta', '/.well-known', '/.well-known/other', '/stsx'])(
  'there is no route %s',
  async (path) => {
    expect(await status('POST', path)).toEqual([404, null]);
  },
);

it('/sts/ answers as /sts does', async () => {
  const ask = async (path: string) => {
    const response = await fetch(`${broker.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });
    return [response.status, (await response.text()).replace(/<RequestId>.*<\/RequestId>/, '')];
  };
  expect(await ask('/sts/')).toEqual(await ask('/sts'));
  expect((await ask('/sts/'))[1]).toContain('InvalidAction');
});
