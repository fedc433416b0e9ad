import { describe, expect, it } from '@jest/globals';
import { selectRoute } from '../../../local/gateway/routes.ts';

const route = (key: string) => {
  const [method = '', path = ''] = key === '$default' ? ['ANY', '$default'] : key.split(' ');
  return { method, path, function: key };
};

const routes = [
  '$default',
  'ANY /{proxy+}',
  'ANY /v1/things/{id}',
  'GET /v1/things/{id}',
  'ANY /v1/things/special',
  'POST /v1/{kind}/special',
  'ANY /sts',
  'ANY /sts/',
].map(route);

describe('the route of a request (HTTP API, "Working with routes")', () => {
  it.each([
    ['GET', '/sts', 'ANY /sts', null],
    ['POST', '/sts/', 'ANY /sts/', null],
    ['GET', '/v1/things/7', 'GET /v1/things/{id}', { id: '7' }],
    ['PUT', '/v1/things/7', 'ANY /v1/things/{id}', { id: '7' }],
    ['GET', '/v1/things/special', 'ANY /v1/things/special', null],
    ['POST', '/v1/others/special', 'POST /v1/{kind}/special', { kind: 'others' }],
    ['GET', '/v1/others/special', 'ANY /{proxy+}', { proxy: 'v1/others/special' }],
    ['GET', '/v1/things/', 'ANY /{proxy+}', { proxy: 'v1/things/' }],
    ['GET', '/', '$default', null],
  ])('%s %s is that of %s', (method, path, key, pathParameters) => {
    const selected = selectRoute(routes, method, path);
    expect([selected?.route.function, selected?.pathParameters]).toEqual([key, pathParameters]);
  });

  it('is the default one only where there is one', () => {
    expect(selectRoute([route('GET /a')], 'POST', '/a')).toBeNull();
    expect(selectRoute([route('GET /a'), route('$default')], 'POST', '/a')?.routeKey).toBe('$default');
  });
});
