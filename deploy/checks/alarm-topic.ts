import type { Deployment } from '../deployment.ts';
import { type Finding, fail, fine, warn } from '../finding.ts';

/** CloudWatch tells a topic of its own Region. */
export function checkAlarmTopic({ parameters, region }: Deployment): readonly Finding[] {
  const { AlarmTopicArn: arn = '' } = parameters;
  if (arn === '') return [warn('Nobody hears of the alarms.', 'Give --alarm-topic.')];
  const [, , , of] = arn.split(':');
  if (of !== region)
    return [fail(`The alarm topic is in ${of}, the deployment in ${region}.`, 'Give a topic of that Region.')];
  return [fine('Alarms go to the topic.')];
}
