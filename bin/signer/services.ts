/** Where AWS's services are and what signatures call them. */
import { type AwsService, awsServices } from '../../lib/aws-services.ts';

/** Those that a signature's scope may mean; the first is meant where the request does not say which. */
export const servicesSignedAs = (signs: string): readonly AwsService[] => bySignature.get(signs) ?? [];

const bySignature = new Map(
  [...Map.groupBy(awsServices, (each) => each.signs)].map(([signs, found]): [string, readonly AwsService[]] => [
    signs,
    found.toSorted((one, other) => Number(other.prefix === signs) - Number(one.prefix === signs)),
  ]),
);

const byId = new Map(awsServices.map((each) => [each.id, each]));

export const serviceById = (id: string): AwsService | null => byId.get(id) ?? null;

/** Those whose host their signature does not tell: they need an endpoint of their own. */
export const hiddenBehindOthers: readonly AwsService[] = awsServices.filter(
  (each) => servicesSignedAs(each.signs)[0]?.prefix !== each.prefix,
);

interface Partition {
  readonly name: string;
  readonly domain: string;
}

const AWS: Partition = { name: 'aws', domain: 'amazonaws.com' };

/** The partition that a Region is in (botocore's `partitions.json`). */
const PARTITIONS: readonly (readonly [RegExp, Partition])[] = [
  [/^cn-/, { name: 'aws-cn', domain: 'amazonaws.com.cn' }],
  [/^us-gov-/, { name: 'aws-us-gov', domain: 'amazonaws.com' }],
  [/^us-iso-/, { name: 'aws-iso', domain: 'c2s.ic.gov' }],
  [/^us-isob-/, { name: 'aws-iso-b', domain: 'sc2s.sgov.gov' }],
  [/^us-isof-/, { name: 'aws-iso-f', domain: 'csp.hci.ic.gov' }],
  [/^eu-isoe-/, { name: 'aws-iso-e', domain: 'cloud.adc-e.uk' }],
  [/^eusc-/, { name: 'aws-eusc', domain: 'amazonaws.eu' }],
];

export const partitionOf = (region: string): Partition =>
  PARTITIONS.find(([pattern]) => pattern.test(region))?.[1] ?? AWS;

export interface Variant {
  readonly isFips: boolean;
}

/** AWS's own endpoint of a service in a Region. */
export function awsEndpoint({ prefix, host, signs }: AwsService, region: string, { isFips }: Variant): string {
  const { name, domain } = partitionOf(region);
  if (host !== undefined && name === 'aws' && !isFips) return `https://${host}`;
  if (signs === 'iam' && domain !== 'amazonaws.com') return `https://iam.${region}.${domain}`;
  return `https://${prefix}${isFips ? '-fips' : ''}.${region}.${domain}`;
}
