import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { functionName, resourcesOf, template } from './document.ts';

/** Contract section 3: which function answers which path. A path is declared with and without its final slash. */
const routes: Readonly<Record<string, readonly string[]>> = {
  credentials: ['/v1/credentials/{scope}'],
  sts: ['/sts', '/sts/{scope}'],
  token: ['/oauth2/token'],
  introspect: ['/oauth2/introspect'],
  revoke: ['/oauth2/revoke'],
  metadata: ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration', '/.well-known/jwks.json'],
  issuances: ['/v1/issuances', '/v1/issuances/{id}'],
  'sign-in': ['/oauth2/authorize', '/saml/{connection}/metadata', '/saml/{connection}/login', '/saml/{connection}/acs'],
  console: ['/console'],
  health: ['/healthz'],
};

interface RouteEvent {
  readonly Type: string;
  readonly Properties: { readonly ApiId: unknown; readonly Method: string; readonly Path: string };
}

const declared = resourcesOf('AWS::Serverless::Function').map(([, resource]) => ({
  name: functionName(resource),
  events: Object.values((resource.Properties['Events'] ?? {}) as Record<string, RouteEvent>),
}));
const written = Object.keys(routes).filter((name) => existsSync(`functions/${name}.ts`));

describe('the routes of the template', () => {
  it.each(written)('%s answers its paths, with and without the final slash, and no others', (name) => {
    const found = declared.find((one) => one.name === name)?.events.map((event) => event.Properties.Path) ?? [];
    const wanted = (routes[name] ?? []).flatMap((path) => [path, `${path}/`]);
    expect(found.filter((path) => path !== '$default').sort()).toEqual(wanted.sort());
  });

  it('take any method, so that a wrong one is answered by the broker with 405', () => {
    const methods = declared.flatMap(({ events }) => events.map((event) => event.Properties.Method));
    expect(new Set(methods)).toEqual(new Set(['ANY']));
  });

  it('all belong to the one API', () => {
    for (const { events } of declared) {
      for (const event of events) {
        expect(event.Type).toBe('HttpApi');
        expect(event.Properties.ApiId).toEqual({ Ref: 'Api' });
      }
    }
  });

  it('leave every other path to health, which may do nothing', () => {
    const owners = declared.filter(({ events }) => events.some((event) => event.Properties.Path === '$default'));
    expect(owners.map(({ name }) => name)).toEqual(['health']);
  });

  it('have no path twice', () => {
    const paths = declared.flatMap(({ events }) => events.map((event) => event.Properties.Path));
    expect(new Set(paths).size).toBe(paths.length);
  });
});

describe('the API', () => {
  const api = template.Resources['Api']?.Properties ?? {};

  it('is on the $default stage, so that the issuer has no path', () => {
    expect(api['StageName']).toBe('$default');
  });

  it('switches the execute-api endpoint off where there is a domain', () => {
    expect(api['DisableExecuteApiEndpoint']).toEqual({ 'Fn::If': ['HasDomain', true, false] });
  });

  it('throttles only routes that exist, and every route by default', () => {
    const paths = declared.flatMap(({ events }) => events.map((event) => `ANY ${event.Properties.Path}`));
    const settings = api['RouteSettings'] as Record<string, unknown>;
    expect(Object.keys(settings).filter((key) => !paths.includes(key))).toEqual([]);
    expect(api['DefaultRouteSettings']).toMatchObject({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 });
  });

  it('logs route keys, never a path, a query, a header or a body', () => {
    const { Format: format } = api['AccessLogSettings'] as { Format: string };
    const variables = [...format.matchAll(/\$context\.([A-Za-z.]+)/g)].map((match) => match[1]);
    expect(variables.sort()).toEqual([
      'error.responseType',
      'identity.sourceIp',
      'integrationLatency',
      'integrationStatus',
      'requestId',
      'requestTimeEpoch',
      'responseLatency',
      'responseLength',
      'routeKey',
      'status',
    ]);
    expect(() => JSON.parse(format.replace(/\$context\.[A-Za-z.]+/g, '1'))).not.toThrow();
  });
});
