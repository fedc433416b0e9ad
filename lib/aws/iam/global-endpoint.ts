import { configuredEndpoint } from '../wire/endpoint.ts';

interface Partition {
  readonly regions: RegExp;
  readonly host: string;
  /** Whatever the Region of the caller, requests are signed for this one. */
  readonly region: string;
}

/** AWS General Reference, "IAM endpoints": one for each partition. A Region of none of these is one of `aws`. */
const PARTITIONS: readonly Partition[] = [
  { regions: /^cn-/, host: 'iam.cn-north-1.amazonaws.com.cn', region: 'cn-north-1' },
  { regions: /^us-gov-/, host: 'iam.us-gov.amazonaws.com', region: 'us-gov-west-1' },
  { regions: /^us-iso-/, host: 'iam.us-iso-east-1.c2s.ic.gov', region: 'us-iso-east-1' },
  { regions: /^us-isob-/, host: 'iam.us-isob-east-1.sc2s.sgov.gov', region: 'us-isob-east-1' },
  { regions: /^us-isof-/, host: 'iam.us-isof-south-1.csp.hci.ic.gov', region: 'us-isof-south-1' },
  { regions: /^eu-isoe-/, host: 'iam.eu-isoe-west-1.cloud.adc-e.uk', region: 'eu-isoe-west-1' },
  { regions: /^eusc-/, host: 'iam.eusc-de-east-1.amazonaws.eu', region: 'eusc-de-east-1' },
];
const AWS: Partition = { regions: /^/, host: 'iam.amazonaws.com', region: 'us-east-1' };

/** Where IAM is asked from this Region, and for which Region requests are signed. */
export function globalIam(region: string): { readonly endpoint: URL; readonly region: string } {
  const partition = PARTITIONS.find(({ regions }) => regions.test(region)) ?? AWS;
  return { endpoint: configuredEndpoint('iam') ?? new URL(`https://${partition.host}`), region: partition.region };
}
