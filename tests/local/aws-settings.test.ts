import { describe, expect, it } from '@jest/globals';
import { endpointVariable, settingsProblems, takeAwsSettings } from '../../local/aws-settings.ts';

describe('settings of whoever starts the local stack', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['a Region that is none', { AWS_REGION: 'mars-1' }, /^AWS_REGION is no AWS Region/],
    ['a default Region that is none', { AWS_DEFAULT_REGION: 'xx' }, /^AWS_DEFAULT_REGION is no AWS Region/],
    ['an endpoint that is no URL', { AWS_ENDPOINT_URL: 'localhost:4566' }, /^AWS_ENDPOINT_URL is no http or https URL/],
    ['a service whose endpoint is no URL', { AWS_ENDPOINT_URL_S3: 'yes' }, /^AWS_ENDPOINT_URL_S3 is no http or https/],
  ])('are refused with %s, which is named', (_, environment, expected) => {
    expect(settingsProblems(environment)).toEqual([expect.stringMatching(expected)]);
  });

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['empty variables', { AWS_REGION: '', AWS_ENDPOINT_URL: '' }],
    ['a Region over a default that is none', { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'xx' }],
    ['an endpoint', { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }],
  ])('are taken with %s', (_, environment) => {
    expect(settingsProblems(environment)).toEqual([]);
  });

  it("names the service's own variable before the one for all", () => {
    const both = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:2' };
    expect([endpointVariable(both, 'S3'), endpointVariable(both, 'STS'), endpointVariable({}, 'STS')]).toEqual([
      'AWS_ENDPOINT_URL_S3',
      'AWS_ENDPOINT_URL',
      null,
    ]);
  });

  it('leave the process: nothing of a profile, FIPS or keys is there for its SDK clients', () => {
    const environment: Record<string, string | undefined> = {
      ...{ HOME: '/home/ann', AWS_PROFILE: 'work', AWS_USE_FIPS_ENDPOINT: 'true', AWS_ACCESS_KEY_ID: 'mine' },
      AWS_CONFIG_FILE: '/home/ann/.aws/config',
    };
    const before = { ...environment };
    expect(takeAwsSettings(environment)).toEqual(before);
    expect(environment).toEqual({
      ...{ HOME: '/home/ann', AWS_EC2_METADATA_DISABLED: 'true' },
      ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
    });
  });
});
