import { devNull } from 'node:os';
import { REGION_FORM } from '../lib/host/settings.ts';
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

/** The first of them that is set, as the SDKs read them: empty counts as not set. */
const firstSet = (environment: Environment, names: readonly string[]): string | null =>
  names.find((name) => environment[name]) ?? null;

/** Which variable says where a service is: its own, then the one for all. null: neither. */
export const endpointVariable = (environment: Environment, service: Service): string | null =>
  firstSet(environment, [variable(service), 'AWS_ENDPOINT_URL']);

export function outsideEndpoints(environment: Environment): OutsideEndpoints {
  const endpoint = (service: Service): string | null => {
    const name = endpointVariable(environment, service);
    return name === null ? null : (environment[name] ?? null);
  };
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

const REGION_VARIABLES = ['AWS_REGION', 'AWS_DEFAULT_REGION'] as const;

export const regionOf = (environment: Environment): string =>
  environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || REGION;

/** What no stack starts with, a sentence each: a Region that is none, an endpoint that is no URL. */
export function settingsProblems(environment: Environment): readonly string[] {
  const region = firstSet(environment, REGION_VARIABLES);
  const endpoints = SERVICES.map((service) => endpointVariable(environment, service)).filter((name) => name !== null);
  return [
    ...(region === null || REGION_FORM.test(environment[region] ?? '')
      ? []
      : [`${region} is no AWS Region: unset it, or write one such as ${REGION}`]),
    ...[...new Set(endpoints)]
      .filter((name) => !/^https?:\/\/./.test(environment[name] ?? '') || !URL.canParse(environment[name] ?? ''))
      .map((name) => `${name} is no http or https URL: unset it, and the embedded endpoint serves`),
  ];
}

/**
 * Takes the `AWS_*` variables out of this process and returns all as they were: its own SDK clients have what the stack
 * tells them, and neither a profile nor FIPS endpoints of the person who starts it.
 */
export function takeAwsSettings(environment: Record<string, string | undefined>): Environment {
  const found = { ...environment };
  for (const name of Object.keys(environment)) if (name.startsWith('AWS_')) delete environment[name];
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) environment[name] = devNull;
  environment['AWS_EC2_METADATA_DISABLED'] = 'true';
  return found;
}
