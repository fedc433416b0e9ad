import { type Node, Scalar, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { type FunctionFragment, pascalCase } from './fragments.ts';
import type { Shapes } from './nodes.ts';
import type { TableFragment } from './tables.ts';

const widgetSchema = z.strictObject({
  title: z.string(),
  width: z.int().min(1).max(24),
  stat: z.string().default('Sum'),
  alarms: z.literal('all').optional(),
  ours: z.array(z.string()).optional(),
  by: z.strictObject({ metric: z.string(), dimensions: z.array(z.string()) }).optional(),
  each: z.strictObject({ of: z.enum(['function', 'table']), metric: z.string() }).optional(),
  metrics: z.array(z.array(z.string())).optional(),
});

type Widget = z.infer<typeof widgetSchema>;

interface Watched {
  readonly functions: readonly FunctionFragment[];
  readonly tables: readonly TableFragment[];
  /** Logical ids of the alarms. */
  readonly alarms: readonly string[];
}

const NAMESPACE = 'TokenBroker/${TablePrefix}';
const COLUMNS = 24;
const HEIGHT = 6;
const PERIOD_SECONDS = 300;

/** Metrics as a dashboard names them (CloudWatch API reference, "Dashboard body structure and syntax"). */
function metricsOf({ ours = [], by, each, metrics = [], stat }: Widget, watched: Watched): readonly unknown[] {
  const search = (metric: string, dimensions: readonly string[]): readonly unknown[] => {
    const schema = `"${NAMESPACE}",${dimensions.join(',')}`;
    return [{ expression: `SEARCH('{${schema}} MetricName="${metric}"', '${stat}', ${PERIOD_SECONDS})`, id: 'e1' }];
  };
  return [
    ...ours.map((metric) => [NAMESPACE, metric]),
    ...(by === undefined ? [] : [search(by.metric, by.dimensions)]),
    ...(each?.of === 'function' ? watched.functions : []).map(({ id }) => [
      ...['AWS/Lambda', each?.metric, 'FunctionName', `\${${id}}`],
      { label: id },
    ]),
    ...(each?.of === 'table' ? watched.tables : []).map(({ name }) => [
      ...['AWS/DynamoDB', each?.metric, 'TableName', `\${${pascalCase(name)}Table}`],
      { label: name },
    ]),
    ...metrics,
  ];
}

function propertiesOf(widget: Widget, watched: Watched): object {
  const { title, stat, alarms } = widget;
  if (alarms === 'all') return { title, alarms: watched.alarms.map((id) => `\${${id}.Arn}`) };
  const shown = { view: 'timeSeries', stacked: false, region: '${AWS::Region}', stat, period: PERIOD_SECONDS };
  return { title, ...shown, metrics: metricsOf(widget, watched) };
}

/** The dashboard of `template/dashboard.yaml`, its widgets from left to right and from top to bottom. */
export function dashboardResource(shapes: Shapes, listed: YAMLMap, watched: Watched): YAMLMap {
  const given = z.array(widgetSchema).parse((listed.get('widgets', true) as unknown as Node).toJSON());
  let [x, y] = [0, 0];
  const widgets = given.map((widget) => {
    if (x + widget.width > COLUMNS) [x, y] = [0, y + HEIGHT];
    const place = { x, y, width: widget.width, height: HEIGHT };
    x += widget.width;
    const type = widget.alarms === undefined ? 'metric' : 'alarm';
    return { type, ...place, properties: propertiesOf(widget, watched) };
  });
  const body = new Scalar(JSON.stringify({ start: '-PT12H', widgets }));
  body.tag = '!Sub';
  return shapes.map('dashboard', { body });
}
