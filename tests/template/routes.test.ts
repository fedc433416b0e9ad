import { describe, expect, it } from '@jest/globals';
import { selectRoute } from '../../local/gateway/routes.ts';
import { readTemplate } from '../../local/gateway/template.ts';
import { CONTRACT_PATHS, statedPaths } from './contract-paths.ts';
import { functionName, resourcesOf, template } from './document.ts';

const served = Object.entries(CONTRACT_PATHS).flatMap(([name, paths]) =>
  paths.map((path) => [name, path.replace(/\{[a-z]+\}/, 'some-name')] as const),
);

interface RouteEvent {
  readonly Type: string;
  readonly Properties: { readonly ApiId: unknown; readonly Method: string; readonly Path: string };
}

const declared = resourcesOf('AWS::Serverless::Function').map(([, resource]) => ({
  name: functionName(resource),
  events: Object.values((resource.Properties['Events'] ?? {}) as Record<string, RouteEvent>).filter(
    ({ Type }) => Type !== 'Schedule',
  ),
}));
const keys = declared.flatMap(({ events }) => events.map((event) => `ANY ${event.Properties.Path}`));
const api = readTemplate('template.yaml', { Issuer: 'https://broker.example.com', ExternalId: 'local' });

/** The function that the gateway calls for a path. */
function functionAt(path: string): string | undefined {
  const selected = selectRoute(api.routes, 'POST', path);
  return api.functions.find(({ logicalId }) => logicalId === selected?.route.function)?.name;
}

describe('the routes of the template', () => {
  it.each([...served, ['health', '/nothing/here'] as const])(
    '%s answers %s, with and without the final slash',
    (name, path) => {
      expect([functionAt(path), functionAt(`${path}/`)]).toEqual([name, name]);
    },
  );

  it('are for the paths that the code states, all of them', () => {
    expect([...new Set(statedPaths())].sort()).toEqual(Object.values(CONTRACT_PATHS).flat().sort());
  });

  it('are taken by API Gateway: no key ends in a slash', () => {
    // Every other rule is local/gateway/route-keys.ts's, which reading the template asks.
    expect(keys.filter((key) => key.endsWith('/'))).toEqual([]);
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
});

describe('the throttles', () => {
  type Settings = { readonly ThrottlingRateLimit: number | { readonly Ref: string } };
  const api = template.Resources['Api']?.Properties ?? {};
  const settings = api['RouteSettings'] as Record<string, Settings>;
  const inForce = (key: string): number => {
    const { ThrottlingRateLimit: limit } = settings[key] ?? (api['DefaultRouteSettings'] as Settings);
    return typeof limit === 'number' ? limit : Number(template.Parameters[limit.Ref]?.['Default']);
  };
  /** What AWS STS takes a second of one account in one Region, by default. */
  const STS_A_SECOND = 600;

  it('are of routes that exist, and every route has one', () => {
    expect(Object.keys(settings).filter((key) => !keys.includes(key))).toEqual([]);
    expect(api['DefaultRouteSettings']).toMatchObject({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 });
  });

  it('of all route keys that mint together stay below what AWS STS takes', () => {
    const rates = keys.filter((key) => ['credentials', 'sts', 'token'].includes(functionAt(key.slice(4)) ?? ''));
    expect(rates.length).toBeGreaterThanOrEqual(4);
    expect(rates.reduce((sum, key) => sum + inForce(key), 0)).toBeLessThanOrEqual(STS_A_SECOND);
  });

  it('of a twin that is there for a final slash alone add less than a tenth to those of its path', () => {
    const contract = Object.values(CONTRACT_PATHS).flat();
    const twins = keys.filter((key) => {
      const path = key.slice('ANY '.length).replace('/{proxy+}', '');
      return (
        key.endsWith('/{proxy+}') && contract.includes(path) && !contract.some((one) => one.startsWith(`${path}/`))
      );
    });
    expect(twins.length).toBeGreaterThan(5);
    for (const twin of twins) expect(inForce(twin)).toBeLessThan(inForce(twin.replace('/{proxy+}', '')) / 10);
  });

  it('cost no metric of their own', () => {
    const all = [api['DefaultRouteSettings'], ...Object.values(settings)] as { DetailedMetricsEnabled: boolean }[];
    expect(all.map(({ DetailedMetricsEnabled: on }) => on)).not.toContain(true);
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

  it('logs route keys, never a path, a query, a header or a body', () => {
    const { Format: format } = api['AccessLogSettings'] as { Format: string };
    const variables = [...format.matchAll(/\$context\.([A-Za-z.]+)/g)].map((match) => match[1]);
    expect(variables.sort()).toEqual([
      'error.responseType',
      'identity.sourceIp',
      'integrationStatus',
      'requestId',
      'responseLatency',
      'routeKey',
      'status',
    ]);
    expect(() => JSON.parse(format.replace(/\$context\.[A-Za-z.]+/g, '1'))).not.toThrow();
  });
});
