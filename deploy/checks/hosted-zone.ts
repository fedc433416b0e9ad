import { GetHostedZoneCommand, ListResourceRecordSetsCommand, type Route53Client } from '@aws-sdk/client-route-53';
import type { Deployment } from '../deployment.ts';
import { codeOf, type Finding, fail, fine, warn } from '../finding.ts';

/** The records of the name are made in a public zone that the name is in, and only where there are none yet. */
export async function checkHostedZone(route53: Route53Client, of: Deployment): Promise<readonly Finding[]> {
  const { DomainName: domain = '', HostedZoneId: id = '' } = of.parameters;
  if (domain === '') return [];
  if (id === '') {
    return [
      warn('No records are made for the name.', 'Give --hosted-zone, or point the name at the output DomainTarget.'),
    ];
  }
  try {
    const { HostedZone: zone } = await route53.send(new GetHostedZoneCommand({ Id: id }));
    const name = zone?.Name?.replace(/\.$/, '') ?? '';
    if (domain !== name && !domain.endsWith(`.${name}`)) {
      return [fail(`The hosted zone is ${name}, in which ${domain} is not.`, 'Give the zone of the name.')];
    }
    if (zone?.Config?.PrivateZone === true) return [fail('The hosted zone is a private one.', 'Give the public zone.')];
  } catch (error) {
    if (codeOf(error) !== 'NoSuchHostedZone') throw error;
    return [
      fail('There is no such hosted zone in this account.', 'Leave it out, and make the records where the zone is.'),
    ];
  }
  if (of.kind === 'update') return [fine('The hosted zone is that of the name.')];
  const { ResourceRecordSets: records = [] } = await route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: id, StartRecordName: domain, MaxItems: 10 }),
  );
  const there = records.filter(
    ({ Name, Type }) => Name === `${domain}.` && ['A', 'AAAA', 'CNAME'].includes(Type ?? ''),
  );
  if (there.length > 0)
    return [fail(`The name has a record already (${there[0]?.Type}).`, 'Remove it, or leave --hosted-zone out.')];
  return [fine('The hosted zone is that of the name, which has no record yet.')];
}
