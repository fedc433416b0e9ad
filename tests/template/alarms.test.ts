import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LOG_MEMBERS } from '../../lib/log-members.ts';
import { outageRefusals } from '../../lib/refusals/outage.ts';
import { refusals } from '../../lib/refusals/registry.ts';
import { functionName, type Resource, resourcesOf, template } from './document.ts';

type Properties = Resource['Properties'];
interface Metric {
  readonly Namespace: unknown;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}

const sub = (value: unknown): string => String((value as { 'Fn::Sub': string })['Fn::Sub']);

/** The metrics that an alarm looks at, its own or those of its expression. */
function metricsOf(properties: Properties): readonly Metric[] {
  const several = properties['Metrics'] as readonly { MetricStat?: { Metric: Metric } }[] | undefined;
  return several === undefined
    ? [properties as unknown as Metric]
    : several.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [MetricStat.Metric]));
}

const alarms = resourcesOf('AWS::CloudWatch::Alarm').map(([id, { Properties: properties }]) => {
  const name = sub(properties['AlarmName']).replace('${TablePrefix}-', '');
  return { id, name, properties, metrics: metricsOf(properties) };
});
const reasonOf = ({ Dimensions: dimensions }: Metric) => dimensions?.find(({ Name }) => Name === 'reason')?.Value;
const alarmedReasons = alarms.flatMap(({ metrics }) => metrics.map(reasonOf)).filter((one) => one !== undefined);

const runbook = readFileSync('docs/operations.md', 'utf8');
/** The headings below "Alarms". */
const sections = [...(runbook.split(/^## Alarms$/m)[1]?.split(/^## /m)[0] ?? '').matchAll(/^### (.+)$/gm)];
const counts = resourcesOf('AWS::Logs::MetricFilter').map(([id, { Properties: properties }]) => {
  const [transformation] = properties['MetricTransformations'] as { MetricName: string; Dimensions?: unknown }[];
  return { id, name: transformation?.MetricName ?? '', transformation, properties };
});

describe('the alarms of the template', () => {
  it('are the sections of the runbook, one for one', () => {
    expect(sections.map(([, heading]) => heading).sort()).toEqual(alarms.map(({ name }) => name).sort());
  });

  it.each(alarms)('$name links to its section, where the operators read it', ({ name, properties }) => {
    expect(sub(properties['AlarmDescription'])).toMatch(
      new RegExp(`^[A-Z].*\\. Runbook: \\$\\{RunbookUrl\\}#${name}$`),
    );
  });

  it('know no runbook but the one that the deployer names', () => {
    expect(template.Parameters['RunbookUrl']).not.toHaveProperty('Default');
  });

  it.each(alarms)('$name is heard by the topic; silence is an alarm of the probe alone', ({ name, properties }) => {
    expect(properties['AlarmActions']).toEqual({ 'Fn::If': ['HasAlarmTopic', [{ Ref: 'AlarmTopicArn' }], []] });
    const { TreatMissingData: silence, ComparisonOperator: comparison } = properties;
    const wanted =
      name === 'probe-silent' ? ['breaching', 'LessThanThreshold'] : ['notBreaching', 'GreaterThanOrEqualToThreshold'];
    expect([silence, comparison]).toEqual(wanted);
  });

  it('miss a run of the probe before it is a quarter of an hour old, and no single one', () => {
    const silent = template.Resources['ProbeSilentAlarm']?.Properties;
    expect(template.Resources['ProbeSchedule']?.Properties['ScheduleExpression']).toBe('rate(5 minutes)');
    expect(silent).toMatchObject({ Period: 900, EvaluationPeriods: 1, Threshold: 1, MetricName: 'Probes' });
  });

  it('have a name and a subject each, none twice', () => {
    expect(new Set(alarms.map(({ name }) => name)).size).toBe(alarms.length);
    const subjects = alarms.filter(({ name }) => name !== 'server-errors-quiet');
    expect(
      new Set(
        subjects.map(({ metrics }) => JSON.stringify(metrics.map((metric) => [metric.MetricName, metric.Dimensions]))),
      ).size,
    ).toBe(subjects.length);
  });

  it('say so before the SDKs give up: 1.5 s of the 1.7 s at the 99th percentile', () => {
    expect(template.Resources['CredentialsLatencyAlarm']?.Properties).toMatchObject({
      ExtendedStatistic: 'p99',
      Threshold: 1500,
    });
  });

  it('catch a deployment that few ask and that fails every time', () => {
    const quiet = template.Resources['ServerErrorsQuietAlarm']?.Properties ?? {};
    const [{ Expression: expression } = {}] = quiet['Metrics'] as { Expression?: string }[];
    expect(expression).toBe('IF(errors >= 2 AND errors >= requests / 100, errors, 0)');
  });
});

describe('what is watched', () => {
  it('is every function, for its crashes', () => {
    const watched = alarms.flatMap(({ metrics }) =>
      metrics.flatMap(({ MetricName, Dimensions }) => (MetricName === 'Errors' ? (Dimensions ?? []) : [])),
    );
    const functions = resourcesOf('AWS::Serverless::Function');
    expect(watched.map(({ Value }) => (Value as { Ref: string }).Ref).sort()).toEqual(
      functions.map(([id]) => id).sort(),
    );
    expect(functions.map(([, resource]) => functionName(resource))).not.toHaveLength(0);
  });

  it('is every reason of an outage', () => {
    expect(Object.keys(outageRefusals).filter((reason) => !alarmedReasons.includes(reason))).toEqual([]);
  });

  it('are reasons that the broker has, one alarm each', () => {
    expect(alarmedReasons.filter((reason) => !Object.keys(refusals).includes(String(reason)))).toEqual([]);
    expect(new Set(alarmedReasons).size).toBe(alarmedReasons.length);
  });

  it('is every table and every index, for reads and writes that DynamoDB turns away', () => {
    const watched = alarms.flatMap(({ metrics }) => metrics.filter(({ Namespace }) => Namespace === 'AWS/DynamoDB'));
    const wanted = resourcesOf('AWS::DynamoDB::Table').flatMap(([id, { Properties: properties }]) => {
      const indexes = (properties['GlobalSecondaryIndexes'] ?? []) as readonly { IndexName: string }[];
      const places = [[], ...indexes.map(({ IndexName }) => [{ Name: 'GlobalSecondaryIndexName', Value: IndexName }])];
      return places.flatMap((place) =>
        ['ReadThrottleEvents', 'WriteThrottleEvents'].map((MetricName) => ({
          Namespace: 'AWS/DynamoDB',
          MetricName,
          Dimensions: [{ Name: 'TableName', Value: { Ref: id } }, ...place],
        })),
      );
    });
    expect(watched).toEqual(expect.arrayContaining(wanted));
    expect(watched).toHaveLength(wanted.length);
  });
});

describe('what is counted from the logs', () => {
  const faults = counts.filter(({ name }) => name === 'Faults');

  it('are the refusals of every function that answers, by reason', () => {
    const serving = resourcesOf('AWS::Serverless::Function').filter(
      ([, one]) => one.Properties['Events'] !== undefined,
    );
    const groups = faults.map(({ properties }) => (properties['LogGroupName'] as { Ref: string }).Ref);
    expect(groups.sort()).toEqual(serving.map(([id]) => `${id}Log`).sort());
    for (const { transformation } of faults) {
      expect(transformation?.Dimensions).toEqual([{ Key: 'reason', Value: '$.reason' }]);
    }
  });

  // Each other one would be a metric that nobody looks at.
  it('are the reasons that have an alarm, no more and no fewer', () => {
    for (const { properties } of faults) {
      const pattern = String(properties['FilterPattern']);
      const counted = [...pattern.matchAll(/\$\.reason = "([a-z_]+)"/g)].map(([, reason]) => reason);
      expect(counted.sort()).toEqual([...alarmedReasons].sort());
      expect(pattern).toMatch(/^\{ \$\.event = "refused" && \(.*\) \}$/);
      // CloudWatch Logs takes 1,024 characters.
      expect(pattern.length).toBeLessThanOrEqual(1_024);
    }
  });

  it("are the probe's lines, by the words that it writes", () => {
    const [ended, ...found] = counts
      .filter(({ properties }) => (properties['LogGroupName'] as { Ref: string }).Ref === 'ProbeLog')
      .map(({ properties }) => String(properties['FilterPattern']));
    expect(ended).toBe('{ $.event = "probe_ended" }');
    const source = readFileSync('lib/probe/probe.ts', 'utf8') + readFileSync('lib/probe/trial.ts', 'utf8');
    for (const word of ['probe_ended', 'probed', 'grant', 'refusal', 'broken', 'soon']) {
      expect(source).toContain(`'${word}'`);
    }
    expect(found).toHaveLength(4);
    expect(found.filter((pattern) => !pattern.startsWith('{ $.event = "probed" && $.finding = "'))).toEqual([]);
  });

  it('are lines that some function writes, and members that such a line has', () => {
    const sources = ['functions', 'lib'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(join(folder, file), 'utf8')),
    );
    const events = counts.flatMap(
      ({ properties }) => /\$\.event = "(\w+)"/.exec(String(properties['FilterPattern']))?.[1] ?? [],
    );
    expect(events).toEqual(expect.arrayContaining(['unfinished', 'unwitnessed', 'record_unreadable', 'probed']));
    const unwritten = events.filter((event) => !sources.some((text) => text.includes(`'${event}'`)));
    expect(unwritten).toEqual([]);
    const [unfinished] = counts.filter(({ name }) => name === 'UnfinishedIssuances');
    expect(unfinished?.transformation).toMatchObject({ MetricValue: '$.records' });
    expect(LOG_MEMBERS).toContain('records');
  });

  it('has an alarm for each metric, and each alarm of our namespace a metric that is written', () => {
    const ours = alarms.flatMap(({ metrics }) => metrics.filter(({ Namespace }) => typeof Namespace !== 'string'));
    expect(new Set(ours.map(({ Namespace }) => sub(Namespace)))).toEqual(new Set(['TokenBroker/${TablePrefix}']));
    const names = new Set(ours.map(({ MetricName }) => MetricName));
    // Written by lib/host/log.ts itself, in all and by dimensions.
    const embedded = ['Unauthenticated'];
    expect([...names].sort()).toEqual([...new Set([...counts.map(({ name }) => name), ...embedded])].sort());
    expect(readFileSync('lib/host/log.ts', 'utf8')).toContain("unauthenticated: 'Unauthenticated'");
  });
});
