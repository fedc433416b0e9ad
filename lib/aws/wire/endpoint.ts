import type { Environment } from '../../host/settings.ts';

/** The services that the functions call, by the name that signatures and endpoints have. */
export type ServiceName = 'dynamodb' | 'events' | 'iam' | 's3' | 'secretsmanager' | 'sts';

/**
 * The end of the SDKs' own setting, `AWS_ENDPOINT_URL_…` (AWS SDKs and Tools Reference Guide, "Service-specific
 * endpoints").
 */
const SETTINGS: Readonly<Record<ServiceName, string>> = {
  dynamodb: 'DYNAMODB',
  events: 'EVENTBRIDGE',
  iam: 'IAM',
  s3: 'S3',
  secretsmanager: 'SECRETS_MANAGER',
  sts: 'STS',
};

interface Partition {
  readonly regions: RegExp;
  /** What hosts end in, over IPv4 and over both. */
  readonly suffix: string;
  readonly dualStackSuffix: string;
}

/** AWS's partitions, as its SDKs have them (`partitions.json`). A Region of none of these is one of `aws`. */
const PARTITIONS: readonly Partition[] = [
  { regions: /^cn-/, suffix: 'amazonaws.com.cn', dualStackSuffix: 'api.amazonwebservices.com.cn' },
  { regions: /^eusc-/, suffix: 'amazonaws.eu', dualStackSuffix: 'api.amazonwebservices.eu' },
  { regions: /^us-iso-/, suffix: 'c2s.ic.gov', dualStackSuffix: 'api.aws.ic.gov' },
  { regions: /^us-isob-/, suffix: 'sc2s.sgov.gov', dualStackSuffix: 'api.aws.scloud' },
  { regions: /^us-isof-/, suffix: 'csp.hci.ic.gov', dualStackSuffix: 'api.aws.hci.ic.gov' },
  { regions: /^eu-isoe-/, suffix: 'cloud.adc-e.uk', dualStackSuffix: 'api.cloud-aws.adc-e.uk' },
];
const AWS: Partition = { regions: /^/, suffix: 'amazonaws.com', dualStackSuffix: 'api.aws' };

const isOn = (environment: Environment, name: string): boolean => environment[name]?.toLowerCase() === 'true';

/** What `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL` says; null: nothing. Throws where that is no URL. */
export function configuredEndpoint(service: ServiceName, environment: Environment = process.env): URL | null {
  const set = environment[`AWS_ENDPOINT_URL_${SETTINGS[service]}`] || environment['AWS_ENDPOINT_URL'];
  return set && !isOn(environment, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS') ? new URL(set) : null;
}

/**
 * Where a service of a Region is asked: what `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL` says, else the Region's
 * endpoint; with `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT`, as the AWS SDKs read them. An empty variable
 * counts as missing. Throws where an endpoint that is set is no URL.
 */
export function endpointOf(service: ServiceName, region: string, environment: Environment = process.env): URL {
  const set = configuredEndpoint(service, environment);
  if (set !== null) return set;
  const fips = isOn(environment, 'AWS_USE_FIPS_ENDPOINT');
  const dualStack = isOn(environment, 'AWS_USE_DUALSTACK_ENDPOINT');
  const partition = PARTITIONS.find(({ regions }) => regions.test(region)) ?? AWS;
  const host = fips && !isFipsAnyway(service, region, dualStack) ? `${service}-fips` : service;
  const suffix = dualStack && !isDualStackAnyway(service, region, fips) ? partition.dualStackSuffix : partition.suffix;
  if (service === 's3' && dualStack) return new URL(`https://${host}.dualstack.${region}.${partition.suffix}`);
  return new URL(`https://${host}.${region}.${suffix}`);
}

/** In GovCloud these names are FIPS endpoints themselves. */
const isFipsAnyway = (service: ServiceName, region: string, dualStack: boolean): boolean =>
  !['s3', 'secretsmanager'].includes(service) && !dualStack && region.startsWith('us-gov-');

/** Secrets Manager answers over both under its first name, but for the partitions that came later. */
const isDualStackAnyway = (service: ServiceName, region: string, fips: boolean): boolean =>
  service === 'secretsmanager' &&
  !/^(?:eusc|us-iso[a-z]?|eu-isoe)-/.test(region) &&
  !(fips && region.startsWith('cn-'));
