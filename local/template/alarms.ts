import type { YAMLMap } from 'yaml';
import { z } from 'zod';
import { type FunctionFragment, kebabCase, pascalCase } from './fragments.ts';
import { entriesOf, joinMaps, listOf, mapAt, type Shapes } from './nodes.ts';
import type { TableFragment } from './tables.ts';

const reasonSchema = z.strictObject({ reason: z.string(), lasts: z.string(), says: z.string() });

interface Alarm {
  readonly id: string;
  readonly name: string;
  readonly says: string;
  /** `breaching`: it is about something that has to go on, and to fall below the threshold is the alarm too. */
  readonly silence?: 'breaching';
  /** CloudFormation's properties, beside what all alarms have. */
  readonly what: readonly YAMLMap[];
}

/** Alarms that `template/alarms.yaml` spells out. */
const spelledOut = (listed: YAMLMap): readonly Alarm[] =>
  entriesOf(mapAt(listed, 'alarms')).map(([id, node]) => {
    const what = node.clone() as YAMLMap;
    const says = String(what.get('says'));
    what.delete('says');
    const alarm = { id, name: kebabCase(id), says, what: [what] };
    if (!what.has('silence')) return alarm;
    const silence = z.literal('breaching').parse(what.get('silence'));
    what.delete('silence');
    return { ...alarm, silence };
  });

/** Alarms on one reason each. */
const onReasons = (shapes: Shapes, listed: YAMLMap): readonly Alarm[] =>
  entriesOf(mapAt(listed, 'reasons')).map(([id, node]) => {
    const { reason, lasts, says } = reasonSchema.parse((node as YAMLMap).toJSON());
    return { id, name: kebabCase(id), says, what: [shapes.map('reason', { reason }), shapes.map(lasts)] };
  });

function onCrashes(shapes: Shapes, of: FunctionFragment): Alarm {
  const standard = { name: `${of.name}-faults`, says: `The ${of.name} function crashes or times out.` };
  const metric = shapes.map('function-metric', { metric: 'Errors', function: of.id });
  return { id: `${of.id}Faults`, ...(of.faults ?? standard), what: [metric, shapes.map('in-five-minutes')] };
}

function onConcurrency(shapes: Shapes, of: FunctionFragment): Alarm {
  const metric = shapes.map('function-metric', { metric: 'Throttles', function: of.id });
  const says = `The ${of.name} function is at its concurrency.`;
  return { id: `${of.id}Throttles`, name: `${of.name}-throttles`, says, what: [metric, shapes.map('repeated')] };
}

/** Reads and writes that DynamoDB turns away of one table and of its indexes, one metric each. */
function throttledMetrics(shapes: Shapes, id: string, indexes: readonly string[]): readonly YAMLMap[] {
  const places = [null, ...indexes];
  return places.flatMap((index) =>
    (['ReadThrottleEvents', 'WriteThrottleEvents'] as const).map((metric) =>
      shapes.map('throttled-metric', {
        Id: id,
        id: `${index ?? 'table'}${metric.startsWith('Read') ? 'Reads' : 'Writes'}`,
        metric,
        index: index === null ? null : shapes.map('throttled-index', { index }),
      }),
    ),
  );
}

const onTables = (shapes: Shapes, tables: readonly TableFragment[]): readonly Alarm[] =>
  tables.map(({ name, indexes }) => {
    const metrics = listOf(throttledMetrics(shapes, pascalCase(name), indexes));
    return {
      id: `${pascalCase(name)}Throttles`,
      name: `${name}-table-throttles`,
      says: `DynamoDB throttles the ${name} table.`,
      what: [shapes.map('throttled-table', { metrics })],
    };
  });

/** The condition of a metric filter that holds for every reason that an alarm is about. */
const countedReasons = (listed: YAMLMap): string =>
  entriesOf(mapAt(listed, 'reasons'))
    .map(([, node]) => `$.reason = "${reasonSchema.parse((node as YAMLMap).toJSON()).reason}"`)
    .join(' || ');

/** The counts and the alarms: those that `template/alarms.yaml` lists, and those that every function has. */
export function alarmResources(
  shapes: Shapes,
  listed: YAMLMap,
  functions: readonly FunctionFragment[],
  tables: readonly TableFragment[],
): YAMLMap {
  const alarms = [
    ...spelledOut(listed),
    ...onReasons(shapes, listed),
    ...functions.map((of) => onCrashes(shapes, of)),
    ...functions.filter(({ mints }) => mints === true).map((of) => onConcurrency(shapes, of)),
    ...onTables(shapes, tables),
  ];
  const reasons = countedReasons(listed);
  const counted = functions.filter(({ routes }) => routes !== undefined);
  return joinMaps([
    mapAt(listed, 'counts'),
    ...counted.map(({ id }) => shapes.map('fault-count', { Id: id, reasons })),
    ...alarms.map(({ id, what, name, says, silence = 'notBreaching' }) => {
      const comparison = silence === 'breaching' ? 'LessThanThreshold' : 'GreaterThanOrEqualToThreshold';
      return shapes.map('alarm', { Id: id, name, says, silence, comparison, what: joinMaps(what) });
    }),
  ]);
}
