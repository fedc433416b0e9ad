import { REGION } from './gateway/template.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The services that the broker calls, by the suffix of the SDK's own endpoint variable. */
export const SERVICES = ['DYNAMODB', 'SECRETS_MANAGER', 'STS', 'S3', 'EVENTBRIDGE'] as const;
export type Service = (typeof SERVICES)[number];

/** What was set before the start: endpoints that take the embedded ones' place. */
export interface OutsideEndpoints {
  /** null: the embedded one serves. */
  endpoint(service: Service): string | null;
  readonly any: boolean;
}

const variable = (service: Service): string => `AWS_ENDPOINT_URL_${service}`;

/** As the SDKs read them: the service's own variable, then the one for all. Empty counts as not set. */
export function outsideEndpoints(environment: Environment): OutsideEndpoints {
  const endpoint = (service: Service): string | null =>
    environment[variable(service)] || environment['AWS_ENDPOINT_URL'] || null;
  return { endpoint, any: SERVICES.some((service) => endpoint(service) !== null) };
}

/** Embedded endpoints take any credentials; those of the person who starts the stack go to none of them. */
const DUMMY = {
  AWS_ACCESS_KEY_ID: 'ASIALOCALLOCALLOCAL1',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
} as const;

const CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

function credentials(environment: Environment, outside: OutsideEndpoints): Record<string, string> {
  if (!outside.any || !environment['AWS_ACCESS_KEY_ID']) return DUMMY;
  return Object.fromEntries(CREDENTIALS.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}

/**
 * All `AWS_*` variables that the functions and tools of this stack get: one endpoint for each service, credentials, a
 * Region.
 */
export function awsSettings(
  environment: Environment,
  endpoints: Readonly<Record<Service, string>>,
): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(SERVICES.map((service) => [variable(service), endpoints[service]])),
    // The embedded STS answers for IAM too, and so does whatever stands in for all of AWS.
    AWS_ENDPOINT_URL_IAM: environment['AWS_ENDPOINT_URL_IAM'] || environment['AWS_ENDPOINT_URL'] || endpoints.STS,
    ...credentials(environment, outsideEndpoints(environment)),
    AWS_REGION: regionOf(environment),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

export const regionOf = (environment: Environment): string =>
  environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || REGION;
