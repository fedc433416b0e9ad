import { type DownstreamPreset, endpointAt, plainDownstream } from './preset.ts';

/** Amazon Cognito (docs.aws.amazon.com, "The token issuer endpoint"): the pool's domain; it serves client secrets only. */
export const cognito: DownstreamPreset = {
  parameters: ['domain'],
  defaults(written, report) {
    if (written.privateKey !== undefined) report(['privateKey'], 'Cognito takes a client secret only');
    if (written.authentication === 'aws-web-identity') report(['authentication'], 'Cognito takes a client secret only');
    return {
      ...plainDownstream,
      tokenEndpoint: endpointAt(written, '/oauth2/token', 'acme.auth.eu-west-1.amazoncognito.com', report),
    };
  },
};
