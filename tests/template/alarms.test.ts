import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { refusals } from '../../lib/refusals/registry.ts';
import { functionName, resourcesOf, template } from './document.ts';

const alarms = resourcesOf('AWS::CloudWatch::Alarm').map(
  ([id, { Properties: properties }]) =>
    [id, String((properties['AlarmName'] as { 'Fn::Sub': string })['Fn::Sub']), properties] as const,
);
/** GitHub's anchors of the headings of the runbook. */
const anchors = [...readFileSync('docs/operations.md', 'utf8').matchAll(/^#+ (.+)$/gm)].map((heading) =>
  (heading[1] ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-'),
);

describe('the alarms of the template', () => {
  it.each(alarms)('%s has a section of its own in the runbook', (_, name, properties) => {
    const slug = name.replace('${TablePrefix}-', '');
    expect(String(properties['AlarmDescription'])).toContain(`docs/operations.md#${slug}`);
    expect(anchors).toContain(slug);
  });

  it.each(alarms)('%s is heard by the topic, and silence is not an alarm', (_, __, properties) => {
    expect(properties['AlarmActions']).toEqual({ 'Fn::If': ['HasAlarmTopic', [{ Ref: 'AlarmTopicArn' }], []] });
    expect(properties['TreatMissingData']).toBe('notBreaching');
  });

  it('watch every function for faults', () => {
    const watched = alarms.flatMap(([, , properties]) => {
      if (properties['MetricName'] !== 'Errors') return [];
      return (properties['Dimensions'] as { Value: { Ref: string } }[]).map(({ Value }) => Value.Ref);
    });
    const functions = resourcesOf('AWS::Serverless::Function');
    expect(watched.sort()).toEqual(functions.map(([id]) => id).sort());
    expect(functions.map(([, resource]) => functionName(resource))).not.toHaveLength(0);
  });

  it('count the faults that every function answers as an outage, by reason', () => {
    const counted = resourcesOf('AWS::Logs::MetricFilter').flatMap(([, { Properties: properties }]) => {
      const [transformation] = properties['MetricTransformations'] as { MetricName: string; Dimensions?: unknown }[];
      if (transformation?.MetricName !== 'Faults') return [];
      expect(transformation.Dimensions).toEqual([{ Key: 'reason', Value: '$.reason' }]);
      return [(properties['LogGroupName'] as { Ref: string }).Ref];
    });
    const serving = resourcesOf('AWS::Serverless::Function').filter(
      ([, one]) => one.Properties['Events'] !== undefined,
    );
    expect(counted.sort()).toEqual(serving.map(([id]) => `${id}Log`).sort());
  });

  it('name reasons that the broker has', () => {
    for (const [, , properties] of alarms) {
      if (properties['MetricName'] !== 'Faults') continue;
      const [dimension] = properties['Dimensions'] as { Value: string }[];
      expect(Object.keys(refusals)).toContain(dimension?.Value);
    }
  });

  it('say so before the SDKs give up: 1.5 s of the 1.7 s at the 99th percentile', () => {
    expect(template.Resources['CredentialsLatencyAlarm']?.Properties).toMatchObject({
      ExtendedStatistic: 'p99',
      Threshold: 1500,
    });
  });
});
