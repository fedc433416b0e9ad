import { describe, expect, it } from '@jest/globals';
import { routeProblems } from '../../../local/gateway/route-keys.ts';
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
  'ANY /sts/{proxy+}',
  'ANY /{kind}/x/y',
].map(route);

describe('the route of a request (HTTP API, "Create routes for HTTP APIs")', () => {
  it.each([
    ['GET', '/sts', 'ANY /sts', null],
    ['POST', '/sts/', 'ANY /sts/{proxy+}', { proxy: '' }],
    ['POST', '/sts/a', 'ANY /sts/{proxy+}', { proxy: 'a' }],
    ['POST', '/sts/a/b/', 'ANY /sts/{proxy+}', { proxy: 'a/b/' }],
    ['POST', '/stsx', 'ANY /{proxy+}', { proxy: 'stsx' }],
    ['GET', '/sts/x/y', 'ANY /{kind}/x/y', { kind: 'sts' }],
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

/** The page's own example. */
describe("the route of AWS's own example", () => {
  const example = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'];
  it.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1'],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}'],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}'],
    ['POST', '/test/5', 'ANY /{proxy+}'],
  ])('%s %s is that of %s', (method, path, key) => {
    expect(selectRoute(example.map(route), method, path)?.routeKey).toBe(key);
  });
});

describe('what API Gateway refuses', () => {
  it.each([
    ['ANY /sts/', 'ends in a slash'],
    ['ANY sts', 'does not begin with a slash'],
    ['ANY /a//b', 'has the segment ""'],
    ['ANY /{proxy+}/b', 'has a greedy variable that is not its end'],
    ['ANY /a b', 'has the segment "a b"'],
    ['ANY /{a}b', 'has the segment "{a}b"'],
    ['FETCH /a', 'has no method of HTTP'],
  ])('of %s: it %s', (key, problem) => {
    const [method = '', path = ''] = key.split(/ (.*)/);
    expect(routeProblems([{ method, path, function: 'F' }], [])).toEqual([`route ${key} ${problem}`]);
  });

  it('a route twice, also where the variable alone is another', () => {
    const twice = ['ANY /a/{x}', 'ANY /a/{y}', 'GET /a/{x}'].map(route);
    expect(routeProblems(twice, [])).toEqual(['route ANY /a/{y} catches what ANY /a/{x} does']);
  });

  it('settings of a route that does not exist', () => {
    expect(routeProblems([route('ANY /sts')], ['ANY /sts', 'ANY /sts/'])).toEqual([
      'RouteSettings has ANY /sts/, which is no route',
    ]);
  });

  it('nothing of these', () => {
    const keys = ['ANY /', 'GET /.well-known/{proxy+}', 'POST /a/{id}/b-c', '$default'];
    expect(routeProblems(keys.map(route), keys)).toEqual([]);
  });
});
