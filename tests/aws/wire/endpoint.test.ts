import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import { endpointOf, type ServiceName } from '../../../lib/aws/wire/endpoint.ts';

/** At least one Region of each partition that the AWS SDK knows, and both kinds of GovCloud. */
const REGIONS = [
  'us-east-1',
  'eu-west-1',
  'ap-southeast-7',
  'mx-central-1',
  'cn-north-1',
  'cn-northwest-1',
  'us-gov-east-1',
  'us-gov-west-1',
  'eusc-de-east-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'us-isof-south-1',
  'eu-isoe-west-1',
];

/** The AWS SDK's own rules, as the oracle. */
const clients = {
  dynamodb: new DynamoDBClient({ region: 'us-east-1' }),
  secretsmanager: new SecretsManagerClient({ region: 'us-east-1' }),
  sts: new STSClient({ region: 'us-east-1' }),
} as const;

const SERVICES: readonly Exclude<ServiceName, 'events' | 'iam' | 's3'>[] = ['dynamodb', 'secretsmanager', 'sts'];
const SWITCHES = [true, false].flatMap((UseFIPS) => [true, false].map((UseDualStack) => ({ UseFIPS, UseDualStack })));

describe.each(SERVICES)('the endpoint of %s', (service) => {
  it.each(REGIONS.flatMap((region) => SWITCHES.map((switches) => ({ region, ...switches }))))(
    "in $region is the AWS SDK's (FIPS $UseFIPS, dual stack $UseDualStack)",
    ({ region, UseFIPS, UseDualStack }) => {
      const expected = clients[service].config.endpointProvider({ Region: region, UseFIPS, UseDualStack }, {});
      const environment = {
        AWS_USE_FIPS_ENDPOINT: String(UseFIPS),
        AWS_USE_DUALSTACK_ENDPOINT: String(UseDualStack),
      };
      expect(endpointOf(service, region, environment).href).toBe(expected.url.href);
    },
  );
});

describe('an endpoint that is set', () => {
  const all = 'http://127.0.0.1:4566';
  const own = 'http://127.0.0.1:8000/dynamo';

  it.each([
    ['the one for all services', { AWS_ENDPOINT_URL: all }, `${all}/`],
    ["the service's own before it", { AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_DYNAMODB: own }, own],
    ['not one of another service', { AWS_ENDPOINT_URL_STS: own }, 'https://dynamodb.eu-west-1.amazonaws.com/'],
    ['not an empty one', { AWS_ENDPOINT_URL_DYNAMODB: '' }, 'https://dynamodb.eu-west-1.amazonaws.com/'],
    [
      'not where they are to be ignored',
      { AWS_ENDPOINT_URL: all, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      'https://dynamodb.eu-west-1.amazonaws.com/',
    ],
  ])('is asked: %s', (_, environment, href) => {
    expect(endpointOf('dynamodb', 'eu-west-1', environment).href).toBe(href);
  });

  it('that is no URL is refused at the start', () => {
    expect(() => endpointOf('sts', 'eu-west-1', { AWS_ENDPOINT_URL_STS: 'localhost' })).toThrow();
  });
});
