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

/** The domain of the partition that a Region is in (botocore's `partitions.json`). */
const DOMAINS: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^eusc-/, 'amazonaws.eu'],
];

export interface Variant {
  readonly isFips: boolean;
}

/** AWS's own endpoint of a service in a Region. */
export function awsEndpoint({ prefix, host, signs }: AwsService, region: string, { isFips }: Variant): string {
  const domain = DOMAINS.find(([pattern]) => pattern.test(region))?.[1] ?? 'amazonaws.com';
  if (host !== undefined && domain === 'amazonaws.com' && !isFips && !region.startsWith('us-gov-'))
    return `https://${host}`;
  if (signs === 'iam' && domain !== 'amazonaws.com') return `https://iam.${region}.${domain}`;
  return `https://${prefix}${isFips ? '-fips' : ''}.${region}.${domain}`;
}
