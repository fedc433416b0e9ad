import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { resourcesOf, template } from './document.ts';

type Metric = readonly [string, string, ...(string | object)[]] | readonly [{ readonly expression: string }];
interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly Metric[];
  };
}

const [[, dashboard] = []] = resourcesOf('AWS::CloudWatch::Dashboard');
const text = String((dashboard?.Properties['DashboardBody'] as { 'Fn::Sub': string } | undefined)?.['Fn::Sub']);
const widgets: readonly Widget[] = JSON.parse(text).widgets;
const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []);
const isSearch = (metric: Metric): metric is readonly [{ readonly expression: string }] =>
  typeof metric[0] === 'object';

const OURS = 'TokenBroker/${TablePrefix}';
/** `{"namespace",dimension,…} MetricName="name"`. */
const SEARCH = /^SEARCH\('\{"([^"]+)",([\w,]+)\} MetricName="(\w+)"', '\w+', \d+\)$/;
const searches = metrics.filter(isSearch).map(([{ expression }]) => {
  const [, namespace = '', dimensions = '', name = ''] = SEARCH.exec(expression) ?? [];
  return { namespace, name, dimensions: dimensions.split(',') };
});
const plain = metrics.flatMap((metric) => (isSearch(metric) ? [] : [metric]));

/** What lib/host/log.ts writes by itself, with its dimensions. */
const EMBEDDED: Readonly<Record<string, readonly string[]>> = {
  ...{ Issued: ['grant', 'route'], Denied: ['reason', 'route'], Failed: ['reason', 'route'] },
  ...{ Unauthenticated: ['reason', 'route'], Latency: [], WouldDeny: ['scope'], WouldAllow: ['scope'] },
  ...{ Approved: ['approver'], Refused: ['approver'] },
};
interface Transformation {
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Key: string }[];
}
const counted = resourcesOf('AWS::Logs::MetricFilter').flatMap(
  ([, { Properties: properties }]) => properties['MetricTransformations'] as readonly Transformation[],
);

/** AWS's own, by namespace and the dimension that each is shown by ("Metrics and dimensions" of each guide). */
const OF_AWS: Readonly<Record<string, readonly string[]>> = {
  'AWS/ApiGateway ApiId': ['Count', '4xx', '5xx'],
  'AWS/Lambda FunctionName': ['Errors', 'Duration', 'ConcurrentExecutions', 'IteratorAge'],
  'AWS/DynamoDB TableName': ['ConsumedWriteCapacityUnits'],
};
const TYPES: Readonly<Record<string, string>> = {
  'AWS/Lambda': 'AWS::Serverless::Function',
  'AWS/DynamoDB': 'AWS::DynamoDB::Table',
  'AWS/ApiGateway': 'AWS::Serverless::HttpApi',
};

describe('the dashboard', () => {
  it('is there unless the deployer says otherwise', () => {
    expect(dashboard).toMatchObject({ Condition: 'HasDashboard' });
    expect(template.Parameters['Dashboard']).toMatchObject({ Default: 'true' });
  });

  it("shows every metric of the broker's own, and none that nothing writes", () => {
    const shown = [
      ...plain.flatMap(([namespace, name]) => (namespace === OURS ? [name] : [])),
      ...searches.map(({ name }) => name),
    ];
    const written = [...Object.keys(EMBEDDED), ...counted.map(({ MetricName }) => MetricName)];
    expect([...new Set(shown)].sort()).toEqual([...new Set(written)].sort());
  });

  it('knows the metrics that the log writes by itself', () => {
    const source = readFileSync('lib/host/log.ts', 'utf8');
    const inCode = /\b([A-Z][a-z]+(?:[A-Z][a-z]+)?)(?=: (?:1|latencyMs)\b|'(?: : '|,| \}|\]))/g;
    const ofTheFormat = ['Count', 'Name', 'Unit', 'Milliseconds'];
    const named = [...source.matchAll(inCode)].filter(([name]) => !ofTheFormat.includes(name));
    expect(new Set(named.map(([name]) => name))).toEqual(new Set(Object.keys(EMBEDDED)));
  });

  it('searches by the dimensions that a metric has', () => {
    for (const { namespace, name, dimensions } of searches) {
      const filter = counted.find(({ MetricName }) => MetricName === name)?.Dimensions?.map(({ Key }) => Key);
      expect([namespace, name, dimensions]).toEqual([OURS, name, EMBEDDED[name] ?? filter]);
    }
    expect(searches).not.toHaveLength(0);
  });

  it("shows AWS's metrics by their names, of resources that this template makes", () => {
    for (const [namespace, name, dimension, value] of plain.filter(([namespace]) => namespace !== OURS)) {
      expect(OF_AWS[`${namespace} ${dimension}`]).toContain(name);
      const id = String(value).replace(/^\$\{(\w+)\}$/, '$1');
      expect([id, template.Resources[id]?.Type]).toEqual([id, TYPES[namespace]]);
    }
  });

  it.each([
    ['AWS/Lambda', 'Errors', 'AWS::Serverless::Function'],
    ['AWS/DynamoDB', 'ConsumedWriteCapacityUnits', 'AWS::DynamoDB::Table'],
  ])('leaves no resource of %s out of %s', (namespace, metric, type) => {
    const shown = plain.flatMap(([space, name, , value]) => (space === namespace && name === metric ? [value] : []));
    expect(shown.sort()).toEqual(
      resourcesOf(type)
        .map(([id]) => `\${${id}}`)
        .sort(),
    );
  });

  it('shows how every alarm stands', () => {
    const shown = widgets.flatMap(({ properties }) => properties.alarms ?? []);
    expect([...shown].sort()).toEqual(
      resourcesOf('AWS::CloudWatch::Alarm')
        .map(([id]) => `\${${id}.Arn}`)
        .sort(),
    );
    // "Alarm widget": at most 100.
    expect(shown.length).toBeLessThanOrEqual(100);
  });

  it('lays no widget over another, and none beyond the 24 columns', () => {
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, at) => `${x + (at % width)} ${y + Math.floor(at / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...widgets.map(({ x, width }) => x + width))).toBeLessThanOrEqual(24);
  });
});
