/** Where AWS's services are and what signatures call them (`.ci/signer_services.py`). */
import table from './services.json' with { type: 'json' };

export interface Service {
  /** As the variable `AWS_ENDPOINT_URL_<id>` names it. */
  readonly id: string;
  /** The service in a signature's scope. */
  readonly signs: string;
  /** Of its hosts: `<prefix>.<region>.amazonaws.com`. */
  readonly prefix: string;
  /** Its one host for the world. */
  readonly host?: string;
  /** The prefix of its actions in IAM. */
  readonly iam: string;
  /**
   * What names an operation: the parameter `Action` (`query`), a header, a path or that parameter too (`json`), or
   * method and path (`rest`).
   */
  readonly protocol: string;
  /** A line an operation. */
  readonly calls: string;
}

const services: readonly Service[] = Object.entries(table).map(([id, row]) => ({ id, ...row }));

/** Those that a signature's scope may mean; the first is meant where the request does not say which. */
export const servicesSignedAs = (signs: string): readonly Service[] => bySignature.get(signs) ?? [];

const bySignature = new Map(
  [...Map.groupBy(services, (each) => each.signs)].map(([signs, found]): [string, readonly Service[]] => [
    signs,
    found.toSorted((one, other) => Number(other.prefix === signs) - Number(one.prefix === signs)),
  ]),
);

const byId = new Map(services.map((each) => [each.id, each]));

export const serviceById = (id: string): Service | null => byId.get(id) ?? null;

/** Those whose host their signature does not tell: they need an endpoint of their own. */
export const hiddenBehindOthers: readonly Service[] = services.filter(
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
export function awsEndpoint({ prefix, host, signs }: Service, region: string, { isFips }: Variant): string {
  const domain = DOMAINS.find(([pattern]) => pattern.test(region))?.[1] ?? 'amazonaws.com';
  if (host !== undefined && domain === 'amazonaws.com' && !isFips && !region.startsWith('us-gov-'))
    return `https://${host}`;
  if (signs === 'iam' && domain !== 'amazonaws.com') return `https://iam.${region}.${domain}`;
  return `https://${prefix}${isFips ? '-fips' : ''}.${region}.${domain}`;
}
